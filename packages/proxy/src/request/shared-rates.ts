import { fingerprint } from './fingerprint.ts'

const width = 8
const defaultSlots = 131_072

/**
 * What clients have used of their rates, in memory that several threads share: whichever of them a client's connections
 * come to, its requests count together. A fixed table, in which a client that has used nothing takes no place. Where
 * others are forgotten for it, two threads that meet a client for the first time in the same instant may count one request
 * too few.
 */
export class SharedRates {
  // For each place a key, and when what was used is earned back, in microseconds of a monotonic clock.
  readonly #table: BigInt64Array
  readonly #groups: bigint

  /** `memory` is what {@link SharedRates.allocate} gave. */
  constructor(memory: SharedArrayBuffer) {
    this.#table = new BigInt64Array(memory)
    this.#groups = BigInt(this.#table.length / (2 * width))
  }

  /** Memory for `slots` clients at once. It is taken from the system as it is used. */
  static allocate(slots = defaultSlots): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.ceil(slots / width) * width * 16)
  }

  /**
   * Takes one request of what `client` may have at `now`: `burst` at once, and one more each `interval` microseconds.
   * `false` if there is none.
   */
  take(client: string, interval: bigint, burst: number, now = process.hrtime.bigint() / 1_000n): boolean {
    const at = this.#find(fingerprint(client), now)
    const allowance = BigInt(Math.round(burst * Number(interval)))
    for (let tries = 0; tries < maxTries; tries++) {
      const before = Atomics.load(this.#table, at)
      const next = (before > now ? before : now) + interval
      if (next - now > allowance) return false
      if (Atomics.compareExchange(this.#table, at, before, next) === before) return true
    }
    return false
  }

  /** Where a client's time is; takes the place of whoever owes least, if it has none yet. */
  #find(key: bigint, now: bigint): number {
    const table = this.#table
    const start = Number(BigInt.asUintN(64, key) % this.#groups) * width * 2
    for (;;) {
      let best = { at: start, key: Atomics.load(table, start), time: now + forever }
      for (let at = start; at < start + width * 2; at += 2) {
        const other = Atomics.load(table, at)
        if (other === key) return at + 1
        const time = other === 0n ? 0n : Atomics.load(table, at + 1)
        if (time < best.time) best = { at, key: other, time }
      }
      // Another thread may have taken the place meanwhile, perhaps for the same client.
      if (Atomics.compareExchange(table, best.at, best.key, key) !== best.key) continue
      // What it has counted since is not forgotten.
      Atomics.compareExchange(table, best.at + 1, best.time, 0n)
      return best.at + 1
    }
  }
}

const maxTries = 64
const forever = 1n << 60n
