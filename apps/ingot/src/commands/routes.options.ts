import type { Command } from 'commander'
import { addFileOption, addFormatOption, addViewOptions, type InputFlags } from './input.options.ts'

/** Everything `ingot routes` can be told. */
export interface RoutesFlags extends InputFlags {
  readonly format: 'text' | 'json'
}

/** Adds `ingot routes`; what it needs is loaded when it runs. */
export function addRoutesCommand(program: Command): void {
  const command = program
    .command('routes')
    .description('Show the route table that manifests make.')
    .argument('[path...]', 'files, folders or globs, as with -f')
  addFileOption(command)
  addViewOptions(command)
  addFormatOption(command, ['text', 'json']).action(async (paths: string[], flags: RoutesFlags) => {
    const { routesCommand } = await import('./routes.ts')
    const { runCommand } = await import('./run-command.ts')
    await runCommand(() => routesCommand([...flags.filename, ...paths], flags))
  })
}
