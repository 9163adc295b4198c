import { Backoff, type BackoffOptions } from './backoff.ts'

/** When each of many things may be tried again, so that one that keeps failing does not hold up the others. */
export class RetryTimes {
  readonly #options: BackoffOptions
  readonly #entries = new Map<string, { readonly backoff: Backoff; readonly at: number }>()

  constructor(options: BackoffOptions = {}) {
    this.#options = options
  }

  mayTry(key: string): boolean {
    const entry = this.#entries.get(key)
    return entry === undefined || entry.at <= performance.now()
  }

  /** What has failed and may be tried again. */
  due(): string[] {
    return [...this.#entries.keys()].filter(key => this.mayTry(key))
  }

  succeeded(key: string): void {
    this.#entries.delete(key)
  }

  failed(key: string, error: unknown): void {
    const backoff = this.#entries.get(key)?.backoff ?? new Backoff(this.#options)
    this.#entries.set(key, { backoff, at: performance.now() + backoff.failed(error) })
  }

  /** How long until something may be tried again, in milliseconds; `undefined` if nothing has failed. */
  untilNext(): number | undefined {
    if (this.#entries.size === 0) return undefined
    let next = Number.POSITIVE_INFINITY
    for (const { at } of this.#entries.values()) next = Math.min(next, at)
    return Math.max(1, next - performance.now())
  }
}
