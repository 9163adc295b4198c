/** How many requests may be repeated. */
export interface RetryBudgetOptions {
  /** Repetitions for each request. Default: 0.2. */
  readonly ratio: number
  /** Repetitions a second that are always granted, so that a quiet upstream has some too. Default: 10. */
  readonly minPerSecond: number
}

/** The options of {@link RetryBudget} if none are given. */
export const defaultRetryBudget: RetryBudgetOptions = { ratio: 0.2, minPerSecond: 10 }

/** Keeps repetitions a small part of all requests: an upstream in trouble must not get more work for being in trouble. */
export class RetryBudget {
  readonly #options: RetryBudgetOptions
  readonly #capacity: number
  #left: number
  #filledAt: number

  constructor(options: RetryBudgetOptions, now: number) {
    this.#options = options
    this.#capacity = Math.max(options.minPerSecond, options.ratio * 100)
    this.#left = this.#capacity
    this.#filledAt = now
  }

  /** A request has begun. */
  earn(): void {
    this.#left = Math.min(this.#left + this.#options.ratio, this.#capacity)
  }

  /** Takes a repetition out of the budget; `false` if it is used up. `now` in milliseconds of a monotonic clock. */
  spend(now: number): boolean {
    const earned = ((now - this.#filledAt) / 1_000) * this.#options.minPerSecond
    this.#filledAt = now
    this.#left = Math.min(this.#left + earned, this.#capacity)
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
