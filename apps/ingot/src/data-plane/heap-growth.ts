import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of both halves. Of the requests of a fiftieth of a second next to nothing is still needed at its end. */
const enough = 16 * 1024 * 1024

/** By how much, in per cent, old objects may grow before they are looked through again. V8's own choice is up to 300. */
const growth = 100

/**
 * Keeps V8 from taking ever more memory under load: 128 MB for objects that have just been made, and several times what
 * is needed for older ones. No time is saved by either that could be measured. If Node was given a limit by
 * `--max-semi-space-size`, nothing is done.
 */
export function boundHeapGrowth(): void {
  if (isGiven(process.execArgv.join(' ')) || isGiven(process.env.NODE_OPTIONS ?? '')) return
  if (stopGrowing()) return
  const observer = new PerformanceObserver(() => stopGrowing() && observer.disconnect())
  observer.observe({ entryTypes: ['gc'] })
}

/** There is a flag for the limit, but V8 reads it only as it starts. Those for how fast it grows are read each time. */
function stopGrowing(): boolean {
  if (size() < enough) return false
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString(`--heap-growing-percent=${growth}`)
  return true
}

function isGiven(flags: string): boolean {
  return flags.includes('semi-space') || flags.includes('semi_space')
}

function size(): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}
