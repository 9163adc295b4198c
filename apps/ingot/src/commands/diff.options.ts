import { type Command, Option } from 'commander'
import { addFormatOption, addViewOptions, type InputFlags, PROFILES } from './input.options.ts'

/** Everything `ingot diff` can be told. */
export interface DiffFlags extends Omit<InputFlags, 'filename'> {
  readonly oldProfile?: InputFlags['profile']
  readonly newProfile?: InputFlags['profile']
  readonly format: 'text' | 'json' | 'github'
}

/** Adds `ingot diff`; what it needs is loaded when it runs. */
export function addDiffCommand(program: Command): void {
  const command = program
    .command('diff')
    .description('Show which requests are answered differently, rather than which lines differ.')
    .argument('<old>', 'file, folder or glob with manifests, or - for standard input')
    .argument('[new]', 'the same for the other side; if left out, the old manifests, to compare two profiles')
  addViewOptions(command)
    .addOption(
      new Option('--old-profile <controller>', 'the controller whose behaviour the old side has').choices(PROFILES),
    )
    .addOption(
      new Option(
        '--new-profile <controller>',
        'the same for the new side, such as ingot:ingress-nginx for ingot serve --profile ingress-nginx',
      ).choices(PROFILES),
    )
  addFormatOption(command, ['text', 'json', 'github']).action(
    async (before: string, after: string | undefined, flags: DiffFlags) => {
      const { diffCommand } = await import('./diff.ts')
      const { runCommand } = await import('./run-command.ts')
      await runCommand(() => diffCommand(before, after ?? before, flags))
    },
  )
}
