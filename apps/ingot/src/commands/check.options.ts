import { type Command, Option } from 'commander'
import { addFileOption, addFormatOption, addViewOptions, collect, type InputFlags } from './input.options.ts'

/** How much a finding matters. */
export type SeverityFlag = 'error' | 'warning' | 'info'

/** Everything `ingot check` can be told. */
export interface CheckFlags extends InputFlags {
  readonly format: 'text' | 'json' | 'junit' | 'sarif' | 'github'
  readonly failOn: SeverityFlag | 'never'
  readonly severity?: SeverityFlag
  readonly ignore?: readonly string[]
  readonly about?: string
  readonly all?: boolean
}

/** Adds `ingot check`; what it needs is loaded when it runs. */
export function addCheckCommand(program: Command): void {
  const command = program
    .command('check')
    .description('Find what is wrong, unclear or unsafe in manifests.')
    .argument('[path...]', 'files, folders or globs, as with -f')
  addFileOption(command)
  addViewOptions(command)
    .addOption(
      new Option('--fail-on <severity>', 'the least severe finding that makes the exit code 1')
        .choices(['error', 'warning', 'info', 'never'])
        .default('warning'),
    )
    .addOption(
      new Option(
        '--severity <severity>',
        'the least severe finding to show (default: warning in text and github, info elsewhere)',
      ).choices(['error', 'warning', 'info']),
    )
    .option('--ignore <code>', 'say nothing about this kind of finding; repeatable', collect)
    .option('--all', 'show every finding in text, not only the first 20 of each code')
    .option('--about <code>', 'print the documentation of a code, and check nothing')
  addFormatOption(command, ['text', 'json', 'junit', 'sarif', 'github']).action(
    async (paths: string[], flags: CheckFlags) => {
      const { checkCommand } = await import('./check.ts')
      const { runCommand } = await import('./run-command.ts')
      await runCommand(() => checkCommand([...flags.filename, ...paths], flags))
    },
  )
}
