import type { Fault } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import type { Ended } from '../../apps/ingot/test/hostile/load.ts'

/** A request's arrival at an upstream. A repeated request has several. */
interface Visit {
  /** Which of the upstreams, from 0. */
  readonly upstream: number
  /** What the upstream did in place of answering. */
  readonly fault: Fault | undefined
  /** In milliseconds of a monotonic clock. */
  readonly at: number
}

/** An error that nothing explains, with its circumstances. Times in milliseconds. */
export interface Unexplained extends Ended {
  /** Since the ledger was opened. */
  readonly after: number
  readonly visits: readonly { readonly upstream: number; readonly fault: string; readonly before: number }[]
}

/** What a client may see of a fault that its request met last. Whoever only closes connections costs nobody anything. */
const mayLeadTo: Readonly<Record<Fault, readonly string[]>> = {
  'reset-before-head': ['502'],
  'reset-within-head': ['502'],
  'reset-after-head': ['lost'],
  silence: ['504'],
  'close-after-answer': [],
  'close-when-idle': [],
}

/**
 * Explains the errors of a load one by one: an error is explained only if the very request arrived at an upstream that
 * then did what leads to it, and did not arrive anywhere after that. Forgets requests as they end.
 */
export class ErrorLedger {
  /** Errors by what clients saw and what the upstream had done. */
  readonly explained: Record<string, number> = {}
  /** The first twenty. */
  readonly unexplained: Unexplained[] = []
  unexplainedCount = 0
  /** Requests that arrived more than once, and were answered well. */
  repeatedWell = 0
  readonly #began = performance.now()
  readonly #visits = new Map<string, Visit[]>()

  /** A request has arrived at an upstream, which is about to commit `fault`. */
  arrived(id: string, upstream: number, fault: Fault | undefined): void {
    const visit = { upstream, fault, at: performance.now() }
    const before = this.#visits.get(id)
    if (before === undefined) this.#visits.set(id, [visit])
    else before.push(visit)
  }

  /** A client's request is over. */
  ended(request: Ended): void {
    const visits = this.#visits.get(request.id) ?? []
    this.#visits.delete(request.id)
    if (request.outcome === 'ok') this.repeatedWell += visits.length > 1 ? 1 : 0
    else this.#explain(request, visits)
  }

  #explain(request: Ended, visits: readonly Visit[]): void {
    const fault = visits.at(-1)?.fault
    if (fault !== undefined && mayLeadTo[fault].includes(request.outcome))
      this.#count(`${request.outcome} after ${fault}`)
    else this.#keep(request, visits)
  }

  #count(kind: string): void {
    this.explained[kind] = (this.explained[kind] ?? 0) + 1
  }

  #keep(request: Ended, visits: readonly Visit[]): void {
    this.unexplainedCount++
    if (this.unexplained.length >= 20) return
    const now = performance.now()
    const told = visits.map(({ upstream, fault = 'none', at }) => ({ upstream, fault, before: now - at }))
    this.unexplained.push({ ...request, after: now - this.#began, visits: told })
  }
}
