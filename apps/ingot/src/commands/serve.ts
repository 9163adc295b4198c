import { setTimeout as sleep } from 'node:timers/promises'
import type { Configuration } from '../configuration/schema.ts'
import { servesApart, trafficSettings, workerCount } from '../configuration/traffic-options.ts'
import { createAdminServer } from '../control/admin-server.ts'
import { type ControlPlane, startControlPlane } from '../control/control-plane.ts'
import { createDataPlane } from '../data-plane/create-data-plane.ts'
import type { DataPlane } from '../data-plane/data-plane.ts'
import { listen } from '../data-plane/listeners.ts'
import { exitOnBug } from '../exit-on-bug.ts'
import { nodeVersionWarning } from '../node-version.ts'
import { programVersion } from '../program-version.ts'
import { formatRoutes } from '../routes/format-routes.ts'
import { stopSignal } from '../signals.ts'
import { Telemetry } from '../telemetry/telemetry.ts'

/** Runs the proxy until it is told to stop. */
export async function serve(configuration: Configuration): Promise<void> {
  const telemetry = new Telemetry(configuration.log, programVersion())
  exitOnBug(telemetry)
  warnOfNodeVersion(telemetry)

  const threads = { workers: workerCount(configuration), apart: servesApart(configuration) }
  const dataPlane = await createDataPlane(threads, trafficSettings(configuration), telemetry)
  let controlPlane: ControlPlane | undefined
  process.on('SIGHUP', () => controlPlane?.reload())
  try {
    controlPlane = await startControlPlane(configuration, dataPlane, telemetry)
    const status = { draining: false }
    await listenToClients(configuration, dataPlane, telemetry)
    await listenToOperators(configuration, { dataPlane, controlPlane, telemetry, status })
    if (configuration.printRoutes) telemetry.lines.print(formatRoutes(controlPlane.live!))
    telemetry.log.info('ready')

    const signal = await stopSignal(() => telemetry.lines.flush())
    status.draining = true
    await drain(configuration, dataPlane, telemetry, signal)
  } finally {
    await controlPlane?.stop()
    await dataPlane.close()
    await telemetry.lines.end()
  }
  process.exit()
}

function warnOfNodeVersion({ log }: Telemetry): void {
  const warning = nodeVersionWarning(process.version)
  if (warning !== undefined) log.warn(warning)
}

async function listenToClients({ listen: { host } }: Configuration, dataPlane: DataPlane, { log }: Telemetry) {
  const { http, https } = await dataPlane.listen()
  log.info({ listener: 'http', address: host, port: http }, 'listening')
  if (https !== undefined) log.info({ listener: 'https', address: host, port: https }, 'listening')
}

/** What operators are told. */
interface Operated {
  readonly dataPlane: DataPlane
  readonly controlPlane: ControlPlane
  readonly telemetry: Telemetry
  readonly status: { readonly draining: boolean }
}

async function listenToOperators(
  { admin: { enabled, host, port } }: Configuration,
  { dataPlane, controlPlane, telemetry, status }: Operated,
): Promise<void> {
  if (!enabled) return
  const state = {
    get live() {
      return controlPlane.live
    },
    get draining() {
      return status.draining
    },
  }
  const admin = createAdminServer(state, () => telemetry.metrics(dataPlane))
  const bound = await listen(admin, { host, port })
  telemetry.log.info({ listener: 'admin', address: host, port: bound }, 'listening')
}

/** Load balancers are given time to notice, and requests time to end. */
async function drain(
  { drain: { delay, timeout } }: Configuration,
  dataPlane: DataPlane,
  { log }: Telemetry,
  signal: string,
) {
  log.info({ signal, delayMs: delay }, 'draining')
  if (delay > 0) await sleep(delay)
  const cut = await dataPlane.drain(timeout)
  log.info({ cut }, 'stopped')
}
