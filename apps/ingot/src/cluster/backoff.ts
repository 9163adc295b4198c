import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from './api-error.ts'

/** How long to wait between tries, in milliseconds. */
export interface BackoffOptions {
  /** The limit of the first wait. Default: 500. */
  readonly base?: number
  /** The limit of all later ones. Default: 30,000. */
  readonly limit?: number
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
}

/** Waits after failures: each up to twice as long as the one before, at random, so that replicas do not come back at once. */
export class Backoff {
  readonly #options: Required<BackoffOptions>
  #failures = 0

  constructor(options: BackoffOptions = {}) {
    this.#options = { base: 500, limit: 30_000, random: Math.random, ...options }
  }

  /** How many failures there were since the last success. */
  get failures(): number {
    return this.#failures
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Counts a failure, and returns how long to wait: at least as long as the API server asks for. */
  failed(error?: unknown): number {
    const { base, limit, random } = this.#options
    const ceiling = Math.min(limit, base * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0
    // Jitter on top of what was asked, or everybody who was told the same comes back together.
    return Math.min(asked, 4 * limit) + random() * ceiling
  }
}

/** Waits; ends at once, without throwing, when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}
