import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes in use, below which nothing is gained. */
const little = 64 * 1024 * 1024

/**
 * Has V8 collect what is of no use any more, if there may be much of it. Of a hundred thousand hosts half as much as is
 * needed is left over from reading them, and V8 would leave it until the heap has doubled, which under load it rarely
 * does. Takes a millisecond for each megabyte that stays: to be called when nobody waits.
 */
export function collectGarbage(): void {
  if (getHeapStatistics().used_heap_size >= little) collector()?.()
}

/**
 * Has V8 give back to the system what the heap does not need any more. An ordinary collection keeps the pages, and what
 * was allocated for them by others, for the heap to grow again. Takes some five milliseconds for each megabyte that stays.
 */
export function shrinkHeap(): void {
  collector()?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** V8's function that collects, if this Node has one. */
function collector(): ((options?: object) => void) | undefined {
  // Node hands the function out only where it was started with the flag; contexts made after it is set have it.
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('globalThis.gc')
  setFlagsFromString('--no-expose-gc')
  return typeof collect === 'function' ? (collect as (options?: object) => void) : undefined
}
