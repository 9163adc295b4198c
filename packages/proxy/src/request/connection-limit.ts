import { subscriberOf } from './rate-limit.ts'
import type { SharedConnections } from './shared-connections.ts'

/** How many requests of a client may be under way at once. */
export interface ConnectionLimitOptions {
  readonly perClient: number
  /** Limits of the same name and number count together. Default: all that have the same number. */
  readonly zone?: string
}

/** Counts the requests under way of each client address; an IPv6 client is its /64, all of which is one subscriber's. */
export class ConnectionLimit {
  readonly options: ConnectionLimitOptions
  /** What this thread alone knows of. */
  readonly #open = new Map<string, number>()
  readonly #shared: SharedConnections | undefined
  /** What tells this limit from others in memory that all share. */
  readonly #name: string

  /** With `shared`, all limits of the same options that share it count together, in whatever thread. */
  constructor(options: ConnectionLimitOptions, shared?: SharedConnections) {
    this.options = options
    this.#shared = shared
    this.#name = `${options.zone ?? ''} ${options.perClient} `
  }

  /** Counts a request of the client at `address`. Returns what ends it; `undefined` if there are too many already. */
  begin(address: string): (() => void) | undefined {
    const key = subscriberOf(address)
    const shared = this.#shared
    const place = shared?.begin(this.#name + key, this.options.perClient) ?? 'no-room'
    if (place === 'too-many') return undefined
    return place === 'no-room' ? this.#beginHere(key) : () => shared?.end(place)
  }

  #beginHere(key: string): (() => void) | undefined {
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
