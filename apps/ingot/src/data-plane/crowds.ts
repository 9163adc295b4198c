import { getHeapStatistics } from 'node:v8'
import type { ConnectionCount } from '../telemetry/connection-count.ts'
import { shrinkHeap } from './collect-garbage.ts'

/** What is known of a thread that serves, and done for it. */
export interface CrowdWatch {
  readonly connections: ConnectionCount
  /** The part of the time since it was last asked that the thread was busy, from 0 to 1. */
  utilization(): number
  /** Gives memory back to the system, during which nothing else is done. */
  shrink(): void
}

/** So many connections less are a crowd that has left: some twenty megabytes of what Node and V8 had made for them. */
const crowd = 2_000

/** A thread that is busier has more to do than to stand still. */
const busy = 0.5

/** Bytes in use, above which to look through them all keeps clients waiting for too long. */
const much = 128 * 1024 * 1024

/** How many times as long as the last time took must go by until the next. */
const rest = 50

/**
 * Has the memory of thousands of clients given back to the system once they have left. V8 keeps it otherwise, and it is
 * still there when the next thousands come, whose own is allocated beside it.
 */
export class Crowds {
  readonly #watch: CrowdWatch
  readonly #now: () => number
  #next = Number.NEGATIVE_INFINITY

  /** `now` is in milliseconds. */
  constructor(watch: CrowdWatch, now: () => number = () => performance.now()) {
    this.#watch = watch
    this.#now = now
  }

  /** To be called every second or so. */
  look(): void {
    const { connections } = this.#watch
    const utilization = this.#watch.utilization()
    const start = this.#now()
    if (connections.most - connections.open < crowd || utilization > busy || start < this.#next) return
    connections.settle()
    if (getHeapStatistics().used_heap_size > much) return
    this.#watch.shrink()
    this.#next = this.#now() + rest * (this.#now() - start)
  }
}

/** Looks after this thread every second, for as long as the timer that is returned runs. It keeps no program alive. */
export function watchCrowds(connections: ConnectionCount): NodeJS.Timeout {
  let before = performance.eventLoopUtilization()
  const crowds = new Crowds({
    connections,
    utilization: () => {
      const last = before
      before = performance.eventLoopUtilization()
      return performance.eventLoopUtilization(before, last).utilization
    },
    shrink: shrinkHeap,
  })
  return setInterval(() => crowds.look(), 1_000).unref()
}
