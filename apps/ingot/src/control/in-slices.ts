import { setImmediate as otherWork } from 'node:timers/promises'

/** Runs work that comes in small steps, and lets other work in whenever it has taken `slice` milliseconds. */
export async function inSlices<T>(steps: Iterator<void, T>, slice: number): Promise<T> {
  for (;;) {
    const end = performance.now() + slice
    do {
      const { done, value } = steps.next()
      if (done) return value
    } while (performance.now() < end)
    await otherWork()
  }
}
