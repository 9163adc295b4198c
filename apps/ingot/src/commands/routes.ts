import { formatRoutes, listRoutes } from '../routes/format-routes.ts'
import { loadView } from './load-view.ts'
import type { RoutesFlags } from './routes.options.ts'
import type { ExitCode } from './run-command.ts'

/** Writes the route table as a tree or as JSON. */
export async function routesCommand(paths: readonly string[], flags: RoutesFlags): Promise<ExitCode> {
  const view = await loadView(paths, flags)
  const text =
    flags.format === 'json' ? `${JSON.stringify({ routes: listRoutes(view) }, undefined, 2)}\n` : formatRoutes(view)
  process.stdout.write(text)
  return 0
}
