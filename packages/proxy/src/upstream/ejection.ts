/** When an endpoint that fails is left alone for a while. Times in milliseconds. */
export interface EjectionOptions {
  /** Failures in a row. Default: 5. */
  readonly failures: number
  /** How long the first time; each further time in a row takes twice as long. Default: 10,000. */
  readonly baseTime: number
  /** The longest. Default: 300,000. */
  readonly maxTime: number
  /** The largest part of an upstream's endpoints that may be left out at once. Default: 0.5. */
  readonly maxShare: number
}

/** The options of {@link Health} if none are given. */
export const defaultEjection: EjectionOptions = { failures: 5, baseTime: 10_000, maxTime: 300_000, maxShare: 0.5 }

/**
 * What an endpoint's own requests say about it. No probes: a request that fails counts, one that succeeds clears. An
 * endpoint that comes back is on probation: its first failure sends it away again, for twice as long.
 */
export class Health {
  /** How often the endpoint was ejected, for metrics. */
  ejections = 0
  #failuresInARow = 0
  #ejectedInARow = 0
  #until = Number.NEGATIVE_INFINITY

  /** Whether the endpoint is left alone at `now`, in milliseconds of a monotonic clock. */
  isEjected(now: number): boolean {
    return this.#until > now
  }

  /** When it was, or is to be, back; minus infinity if it was never away. */
  get backAt(): number {
    return this.#until
  }

  succeeded(): void {
    this.#failuresInARow = 0
    this.#ejectedInARow = 0
  }

  /** Counts a failure; `mayEject` is asked only if it would be one too many. Returns whether it ejected. */
  failed(now: number, options: EjectionOptions, mayEject: () => boolean): boolean {
    this.#failuresInARow++
    const isOnProbation = this.#ejectedInARow > 0
    if (this.isEjected(now) || (!isOnProbation && this.#failuresInARow < options.failures) || !mayEject()) return false
    this.#until = now + Math.min(options.baseTime * 2 ** this.#ejectedInARow, options.maxTime)
    this.#ejectedInARow++
    this.#failuresInARow = 0
    this.ejections++
    return true
  }
}
