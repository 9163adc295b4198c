import type { Telemetry } from '../telemetry/telemetry.ts'
import { loadTracing } from '../telemetry/tracing.ts'
import { TrafficTelemetry } from '../telemetry/traffic-telemetry.ts'
import type { DataPlane } from './data-plane.ts'
import { boundHeapGrowth } from './heap-growth.ts'
import { Traffic } from './traffic.ts'
import type { TrafficSettings } from './traffic-settings.ts'
import { WorkerPool } from './worker-pool.ts'

/** Systems whose kernel shares connections out among those who listen on one port. */
const sharingPlatforms: ReadonlySet<string> = new Set(['linux', 'freebsd', 'dragonfly', 'sunos', 'aix'])

/** What serves traffic: this thread, or `workers` others if they are to be `apart`. */
export async function createDataPlane(
  { workers, apart }: { readonly workers: number; readonly apart: boolean },
  settings: TrafficSettings,
  telemetry: Telemetry,
): Promise<DataPlane> {
  telemetry.workersAlive(workers)
  // With one worker memory counts more than how soon a change of very many objects is read.
  if (workers === 1) boundHeapGrowth()
  if (!apart) {
    return new Traffic(settings, await TrafficTelemetry.start(settings, telemetry.lines))
  }
  if (workers > 1 && !sharingPlatforms.has(process.platform)) {
    throw new Error(`--workers ${workers}: ${process.platform} cannot share a port among threads; Linux can`)
  }
  // What every worker would fail at is better said once.
  if (settings.tracing !== undefined) await loadTracing()
  const pool: WorkerPool = new WorkerPool(workers, settings, {
    onLines: lines => telemetry.lines.write(lines),
    onDeath: (error, delay) => {
      telemetry.workersAlive(pool.size)
      telemetry.workerDied(error, delay)
    },
    onReplaced: () => {
      telemetry.workersAlive(pool.size)
      telemetry.log.info('a worker was replaced')
    },
  })
  return pool
}
