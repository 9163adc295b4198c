import { type Command, InvalidArgumentError } from 'commander'
import { addFileOption, addFormatOption, addViewOptions, type InputFlags } from './input.options.ts'

/** Everything `ingot explain` can be told. */
export interface ExplainFlags extends InputFlags {
  readonly requests?: string
  readonly header: readonly string[]
  readonly method?: string
  readonly candidates?: number
  readonly format: 'text' | 'json'
}

/** Adds `ingot explain`; what it needs is loaded when it runs. */
export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('Say where requests go, and why.')
    .argument('[url...]', 'what a client would ask for')
  addFileOption(command)
  addViewOptions(command)
    .option('--requests <file>', 'a request a line, as URL or as JSON {"method","url","headers"}; - for standard input')
    .option(
      '-H, --header <name: value>',
      'a header field of the requests named as arguments; repeatable',
      (field: string, before: readonly string[]) => [...before, field],
      [],
    )
    .option('-X, --method <method>', 'the method of the requests named as arguments')
    .option('--candidates <count>', 'how many candidates to list at most', parseCount)
  addFormatOption(command, ['text', 'json']).action(async (urls: string[], flags: ExplainFlags) => {
    const { explainCommand } = await import('./explain.ts')
    const { runCommand } = await import('./run-command.ts')
    await runCommand(() => explainCommand(urls, flags))
  })
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('A number is expected.')
  return Number(text)
}
