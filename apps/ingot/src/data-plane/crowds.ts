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

/** So many less than a second before are no sign that more are about to leave. */
const few = 200

/** A thread that is busier has more to do than to stand still. */
const busy = 0.7

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
  /** Open at the last look. */
  #before = 0

  /** `now` is in milliseconds. */
  constructor(watch: CrowdWatch, now: () => number = () => performance.now()) {
    this.#watch = watch
    this.#now = now
  }

  /** To be called every second or so. */
  look(): void {
    const isBusy = this.#watch.utilization() > busy
    if (!this.#haveLeft() || isBusy || this.#now() < this.#next) return
    this.#watch.connections.settle()
    if (getHeapStatistics().used_heap_size <= much) this.#shrink()
  }

  /** Whether there were many more, and those who are there stay: while they leave it is too early. */
  #haveLeft(): boolean {
    const { most, open } = this.#watch.connections
    const isLeaving = this.#before - open > few
    this.#before = open
    return most - open >= crowd && !isLeaving
  }

  #shrink(): void {
    const start = this.#now()
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
