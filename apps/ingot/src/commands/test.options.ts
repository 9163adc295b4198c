import type { Command } from 'commander'
import { addFileOption, addFormatOption, addViewOptions, type InputFlags } from './input.options.ts'

/** Everything `ingot test` can be told. */
export interface TestFlags extends InputFlags {
  readonly format: 'text' | 'json' | 'junit' | 'github'
  readonly record?: boolean
  readonly force?: boolean
}

/** Adds `ingot test`; what it needs is loaded when it runs. */
export function addTestCommand(program: Command): void {
  const command = program
    .command('test')
    .description('Test where requests go; see docs/routing-tests.md for the files.')
    .argument('<cases...>', 'YAML files with tests, or - for standard input')
  addFileOption(command)
  addViewOptions(command)
    .option('--record', 'write a first file of tests that holds how requests go today')
    .option('--force', 'let --record write over a file that exists')
  addFormatOption(command, ['text', 'json', 'junit', 'github']).action(
    async (files: string[], flags: TestFlags, self: Command) => {
      const { testCommand } = await import('./test.ts')
      const { runCommand } = await import('./run-command.ts')
      const isGiven = (name: string) => self.getOptionValueSource(name) === 'cli'
      await runCommand(() => testCommand(files, flags, isGiven))
    },
  )
}
