import type { Command } from 'commander'
import { addFlags } from '../configuration/flags.ts'

/** Adds `ingot serve`; what it needs is loaded when it runs. */
export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('Route requests by Kubernetes manifests: those of a folder, or of a cluster.')
    .option('--config <file>', 'a configuration file (docs/configuration.md); flags win over it')
  addFlags(command)
  command.action(async ({ config }: { config?: string }) => {
    const { loadConfiguration } = await import('../configuration/load-configuration.ts')
    const configuration = await loadConfiguration(config, command)
    const { serve } = await import('./serve.ts')
    await serve(configuration)
  })
}
