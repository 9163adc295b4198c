import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseResolveFlag, type ResolveEntry } from '../resolve-entries.ts'
import type { LogLevel } from '../telemetry.ts'

/** Everything `ingot serve` can be told. */
export interface ServeOptions {
  readonly filename: readonly string[]
  readonly host: string
  readonly port: number
  readonly adminHost: string
  readonly adminPort: number
  readonly watch: boolean
  readonly resolve: readonly ResolveEntry[]
  readonly clusterDomain: string
  readonly class?: readonly string[]
  readonly hostFallthrough: 'none' | 'wildcard' | 'all'
  readonly trustedProxy: readonly string[]
  readonly drainTimeout: number
  readonly printRoutes: boolean
  readonly accessLog: boolean
  readonly logLevel: LogLevel
}

/** Adds `ingot serve`; what it needs is loaded when it runs. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Route requests by a folder of Kubernetes manifests.')
    .requiredOption('-f, --filename <path...>', 'files or folders with manifests (.yaml, .yml, .json)')
    .option('--host <address>', 'address to listen on', '0.0.0.0')
    .option('--port <port>', 'port for traffic; 0 takes a free one', parsePort, 8080)
    .option('--admin-host <address>', 'address of the admin server', '127.0.0.1')
    .option('--admin-port <port>', 'port of the admin server; 0 takes a free one', parsePort, 8081)
    .option('--watch', 'take over changes in the files as they happen', false)
    .option(
      '--resolve <service=host:port>',
      '[NAMESPACE/]SERVICE[:PORT]=HOST:PORT[,HOST:PORT]; repeatable',
      collectResolve,
      [],
    )
    .option('--cluster-domain <domain>', 'where headless Services have their DNS names', 'cluster.local')
    .option('--class <name...>', 'serve only Ingresses of these classes')
    .addOption(
      new Option('--host-fallthrough <mode>', 'where a request goes whose host has no route for its path')
        .choices(['none', 'wildcard', 'all'])
        .default('none'),
    )
    .option('--trusted-proxy <cidr...>', 'peers whose X-Forwarded-* fields are believed', [])
    .option('--drain-timeout <seconds>', 'how long requests may take to end after SIGTERM', parseSeconds, 30)
    .option('--print-routes', 'print the route table at the start', false)
    .option('--no-access-log', 'do not log requests')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve.ts')
      await serve(options)
    })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0) || text.trim() === '') throw new InvalidArgumentError('A number of seconds is expected.')
  return seconds
}

function collectResolve(text: string, before: readonly ResolveEntry[]): ResolveEntry[] {
  try {
    return [...before, parseResolveFlag(text)]
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
