import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of both halves. Of the requests of a fiftieth of a second next to nothing is still needed at its end. */
const most = 16 * 1024 * 1024

/** By what V8 multiplies the space each time. The factor is a whole number: 1 is the only smaller one. */
const factor = 2

/** By how much, in per cent, old objects may grow before they are looked through again. V8's own choice is up to 300. */
const growth = 100

/**
 * Keeps V8 from taking ever more memory under load: 128 MB for objects that have just been made, and several times what
 * is needed for older ones. No time is saved by either that could be measured. If Node was given a limit by
 * `--max-semi-space-size`, nothing is done.
 */
export function boundHeapGrowth(): void {
  if (isGiven(process.execArgv.join(' ')) || isGiven(process.env.NODE_OPTIONS ?? '')) return
  const space = new YoungSpace()
  space.bound()
  // For as long as the program runs: when nobody asks for anything V8 gives the space back, and it has to grow again.
  new PerformanceObserver(() => space.bound()).observe({ entryTypes: ['gc'] })
}

/** There is a flag for the limit, but V8 reads it only as it starts. Those for how fast it grows are read each time. */
class YoungSpace {
  #grows = true

  /** Lets the space grow for as long as the next step does not take it beyond the most it may have. */
  bound(): void {
    const grows = size() * factor <= most
    if (grows === this.#grows) return
    this.#grows = grows
    setFlagsFromString(`--semi-space-growth-factor=${grows ? factor : 1}`)
    setFlagsFromString(`--heap-growing-percent=${growth}`)
  }
}

function isGiven(flags: string): boolean {
  return flags.includes('semi-space') || flags.includes('semi_space')
}

function size(): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}
