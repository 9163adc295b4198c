import type { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { errorsOf, type Tally } from '../../apps/ingot/test/hostile/load.ts'
import type { Churn } from './churn.ts'
import type { ErrorLedger } from './error-ledger.ts'
import type { HostileClients } from './hostile-clients.ts'
import type { Samples } from './samples.ts'
import type { Tunnels } from './tunnels.ts'

/** Everything that took part in a soak. */
export interface Soak {
  readonly tally: Tally
  readonly ledger: ErrorLedger
  readonly churn: Churn
  readonly hostile: HostileClients
  readonly tunnels: Tunnels
  readonly samples: Samples
  readonly ingot: IngotProcess
}

/** Whether nothing went wrong that is not explained, and what is held after a collection did not grow. */
export function isGood({ ledger, hostile, tunnels, samples, ingot }: Soak): boolean {
  const wrong = ledger.unexplainedCount + hostile.through + tunnels.broken.length + crashesOf(ingot)
  return wrong === 0 && samples.course(one => one.held).perMinute < 1
}

/** All that is told of a soak. Sizes in MiB, stalls in milliseconds. */
export function reportOf({ tally, ledger, churn, hostile, tunnels, samples, ingot }: Soak): object {
  const { explained, unexplained, unexplainedCount, repeatedWell } = ledger
  const { opened, broken } = tunnels
  return {
    minutes: samples.minute,
    ...{ ok: tally.ok, repeatedWell, errors: errorsOf(tally), explained, unexplainedCount, unexplained },
    webSockets: { opened, broken: broken.length, first: broken.slice(0, 20) },
    ...{ changes: churn.changes, hostile: hostile.sent, hostileThrough: hostile.through },
    ...memoryOf(samples),
    crashes: crashesOf(ingot),
  }
}

function memoryOf(samples: Samples) {
  return {
    memoryMiB: samples.course(one => one.memory),
    heldMiB: samples.course(one => one.held),
    handles: samples.course(one => one.handles),
    resources: samples.course(one => one.resources),
    spacesMiB: samples.spaces(),
    longestStall: samples.longest(one => one.stall),
    longestStallOfLoad: samples.longest(one => one.ownStall),
  }
}

function crashesOf(ingot: IngotProcess): number {
  return ingot.log.filter(({ level }) => Number(level) >= 60).length
}
