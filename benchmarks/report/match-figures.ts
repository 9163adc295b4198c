import type { Measurement } from '../match/measure.ts'
import type { ByRival, MatchResult } from '../match/result.ts'
import type { WorkloadName } from '../match/workloads.ts'

/** Those that were measured, the fastest first. */
export function measuredIn(rivals: ByRival): [string, Measurement][] {
  return Object.entries(rivals)
    .flatMap(([rival, found]): [string, Measurement][] => ('skipped' in found ? [] : [[rival, found]]))
    .sort(([, a], [, b]) => a.ns - b.ns)
}

/** One rival on one workload, if it was measured there. */
export function matchOf(
  result: MatchResult | undefined,
  workload: WorkloadName,
  rival: string,
): Measurement | undefined {
  const found = result?.workloads.find(({ name }) => name === workload)?.rivals[rival]
  return found === undefined || 'skipped' in found ? undefined : found
}

/** Whether it is Ingot, by strings or by bytes. */
export function isOurs(rival: string): boolean {
  return rival.startsWith('ingot')
}
