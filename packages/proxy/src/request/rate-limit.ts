import { isIPv6 } from 'node:net'
import type { SharedRates } from './shared-rates.ts'

/** How often a client may ask. */
export interface RateLimitOptions {
  readonly requestsPerSecond: number
  /** How many at once, after a pause. Default: twice the requests of a second, at least 1. */
  readonly burst?: number
  /** How many clients are remembered; the one that asked longest ago is forgotten first. Default: 65,536. */
  readonly maxClients?: number
  /** Limits of the same name and numbers count together. Default: all that have the same numbers. */
  readonly zone?: string
}

interface Bucket {
  tokens: number
  at: number
}

/** A token bucket for each client address; an IPv6 client is its /64, all of which is one subscriber's. */
export class RateLimit {
  readonly options: RateLimitOptions
  readonly #burst: number
  readonly #maxClients: number
  // In order of last use.
  readonly #buckets = new Map<string, Bucket>()

  readonly #shared: SharedRates | undefined
  readonly #interval: bigint
  /** What tells this limit from others in memory that all share. */
  readonly #name: string

  /** With `shared`, all limits of the same options that share it count together, in whatever thread. */
  constructor(options: RateLimitOptions, shared?: SharedRates) {
    this.options = options
    this.#shared = shared
    this.#interval = BigInt(Math.max(1, Math.round(1_000_000 / options.requestsPerSecond)))
    this.#name = `${options.zone ?? ''} ${options.requestsPerSecond} ${options.burst ?? ''} `
    this.#burst = options.burst ?? Math.max(1, options.requestsPerSecond * 2)
    this.#maxClients = options.maxClients ?? 65_536
  }

  /** Whether the client at `address` may ask now, in milliseconds of a monotonic clock. */
  admits(address: string, now: number): boolean {
    const key = subscriberOf(address)
    if (this.#shared !== undefined) return this.#shared.take(this.#name + key, this.#interval, this.#burst)
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now }
    const earned = ((now - bucket.at) / 1_000) * this.options.requestsPerSecond
    bucket.tokens = Math.min(bucket.tokens + earned, this.#burst)
    bucket.at = now
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > this.#maxClients) this.#forgetOldest()
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}

/** The address itself, or the first four groups of an IPv6 address. */
export function subscriberOf(address: string): string {
  if (!isIPv6(address)) return address
  const [front = '', back] = address.split('%', 1)[0]!.split('::')
  const before = front === '' ? [] : front.split(':')
  const after = back === undefined || back === '' ? [] : back.split(':')
  const groups =
    back === undefined
      ? before
      : [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
