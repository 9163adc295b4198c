import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of both halves. Of the requests of a fiftieth of a second next to nothing is still needed at its end. */
const enough = 16 * 1024 * 1024

/**
 * Keeps V8 from giving the objects that have just been made ever more memory under load: it would take 128 MB, and no
 * time is saved by it that could be measured. A limit that is given to Node by `--max-semi-space-size` stays as it is.
 */
export function boundYoungGeneration(): void {
  if (isGiven(process.execArgv.join(' ')) || isGiven(process.env.NODE_OPTIONS ?? '')) return
  if (stopGrowing()) return
  const observer = new PerformanceObserver(() => stopGrowing() && observer.disconnect())
  observer.observe({ entryTypes: ['gc'] })
}

/** There is a flag for the limit, but V8 reads it only as it starts. The one for how fast it grows is read each time. */
function stopGrowing(): boolean {
  if (size() < enough) return false
  setFlagsFromString('--semi-space-growth-factor=1')
  return true
}

function isGiven(flags: string): boolean {
  return flags.includes('semi-space') || flags.includes('semi_space')
}

function size(): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}
