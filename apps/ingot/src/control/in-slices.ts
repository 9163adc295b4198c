import { setImmediate as otherWork } from 'node:timers/promises'

/** Lets other work in whenever it is called and `slice` milliseconds have gone since that happened last. */
export function takesTurns(slice = 5): () => Promise<void> | undefined {
  let end = performance.now() + slice
  return () => {
    if (performance.now() < end) return undefined
    return otherWork().then(() => {
      end = performance.now() + slice
    })
  }
}

/** Runs work that comes in small steps, and lets other work in whenever it has taken `slice` milliseconds. */
export async function inSlices<T>(steps: Iterator<void, T>, slice: number): Promise<T> {
  const takeTurns = takesTurns(slice)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    const turn = takeTurns()
    if (turn !== undefined) await turn
  }
}
