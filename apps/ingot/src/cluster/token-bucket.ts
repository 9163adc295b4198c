/** Lets through a burst, and then so many a second. */
export class TokenBucket {
  readonly #burst: number
  readonly #perMillisecond: number
  #tokens: number
  #filledAt = performance.now()

  constructor(burst: number, perSecond: number) {
    this.#burst = burst
    this.#perMillisecond = perSecond / 1000
    this.#tokens = burst
  }

  /** Takes a token, if there is one. */
  take(): boolean {
    this.#fill()
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Whether it is as full as at the start, so that nothing is lost with it. */
  get full(): boolean {
    this.#fill()
    return this.#tokens === this.#burst
  }

  #fill(): void {
    const now = performance.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMillisecond)
    this.#filledAt = now
  }
}
