import { subscriberOf } from './rate-limit.ts'

/** How many requests of a client may be under way at once. */
export interface ConnectionLimitOptions {
  readonly perClient: number
  /** Limits of the same name and number count together. Default: all that have the same number. */
  readonly zone?: string
}

/** Counts the requests under way of each client address; an IPv6 client is its /64, all of which is one subscriber's. */
export class ConnectionLimit {
  readonly options: ConnectionLimitOptions
  readonly #open = new Map<string, number>()

  constructor(options: ConnectionLimitOptions) {
    this.options = options
  }

  /** Counts a request of the client at `address`. Returns what ends it; `undefined` if there are too many already. */
  begin(address: string): (() => void) | undefined {
    const key = subscriberOf(address)
    const open = this.#open.get(key) ?? 0
    if (open >= this.options.perClient) return undefined
    this.#open.set(key, open + 1)
    return () => this.#end(key)
  }

  #end(key: string): void {
    const open = (this.#open.get(key) ?? 1) - 1
    if (open === 0) this.#open.delete(key)
    else this.#open.set(key, open)
  }
}
