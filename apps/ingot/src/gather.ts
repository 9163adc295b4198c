import { setTimeout as sleep } from 'node:timers/promises'

/** How long changes are gathered before they are acted on, in milliseconds. */
export interface Holdoff {
  /** A batch closes when nothing has come for this long. */
  readonly quiet: number
  /** A batch closes at the latest after this long, however busy the source is. */
  readonly limit: number
}

/** Batches what comes in bursts: an editor's save, a `git checkout`, a rolling update. Never drops or reorders. */
export async function* gather<T>(source: AsyncIterable<T>, holdoff: Holdoff): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]()
  let pending = iterator.next()
  for (;;) {
    const first = await pending
    if (first.done) return
    const batch = [first.value]
    const deadline = performance.now() + holdoff.limit
    pending = iterator.next()
    for (let left = holdoff.limit; left > 0; left = deadline - performance.now()) {
      const next = await within(pending, Math.min(holdoff.quiet, left))
      if (next === undefined || next.done) break
      batch.push(next.value)
      pending = iterator.next()
    }
    yield batch
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const timer = new AbortController()
  const timeout = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    return await Promise.race([promise, timeout])
  } finally {
    timer.abort()
  }
}
