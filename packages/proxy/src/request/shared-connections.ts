import { fingerprint } from './fingerprint.ts'

const width = 8
const defaultSlots = 65_536
const maxTries = 64

/** Memory in which threads count together, and how many of them there are. Plain data: it travels to them. */
export interface SharedConnectionsMemory {
  readonly buffer: SharedArrayBuffer
  readonly threads: number
}

/** That a client has as many as it may; that there is no room to count it. */
export type NoPlace = 'too-many' | 'no-room'

/**
 * The requests under way of clients, in memory that several threads share: whichever of them a client's connections come
 * to, its requests count together. A place has a count for each thread, so that what a thread has counted can be taken
 * back when it dies. Two threads that look at the same client in the same instant may both refuse its last place.
 */
export class SharedConnections {
  /** For each place whose it is: a client's, nobody's (0), or being taken by a thread (below 0). */
  readonly #keys: BigInt64Array
  readonly #counts: Int32Array
  readonly #groups: bigint
  readonly #threads: number
  readonly #thread: number

  /** `thread` is the position of this thread, from 0. */
  constructor({ buffer, threads }: SharedConnectionsMemory, thread: number) {
    const slots = buffer.byteLength / (8 + 4 * threads)
    this.#keys = new BigInt64Array(buffer, 0, slots)
    this.#counts = new Int32Array(buffer, slots * 8, slots * threads)
    this.#groups = BigInt(slots / width)
    this.#threads = threads
    this.#thread = thread
  }

  /** Memory for `slots` clients with requests under way. It is taken from the system as it is used. */
  static allocate(threads: number, slots = defaultSlots): SharedConnectionsMemory {
    const rounded = Math.ceil(slots / (2 * width)) * 2 * width
    return { buffer: new SharedArrayBuffer(rounded * (8 + 4 * threads)), threads }
  }

  /** Counts a request of `client`, which may have `most`. Returns its place, for {@link end}. */
  begin(client: string, most: number): number | NoPlace {
    const key = fingerprint(client)
    const start = Number(key % this.#groups) * width
    for (let tries = 0; tries < maxTries; tries++) {
      const place = this.#placeOf(key, start)
      if (place === undefined) continue
      if (place < 0) return 'no-room'
      Atomics.add(this.#counts, this.#mine(place), 1)
      // Somebody may have taken the place of a client that had no request there until now.
      const isKept = Atomics.load(this.#keys, place) === key
      if (isKept && this.#sum(key, start) <= most) return place
      this.end(place)
      if (isKept) return 'too-many'
    }
    return 'no-room'
  }

  /** The request of a place is over. */
  end(place: number): void {
    Atomics.sub(this.#counts, this.#mine(place), 1)
  }

  /** Takes back all that a thread has counted; it must have ended. */
  giveBack(thread: number): void {
    for (let place = 0; place < this.#keys.length; place++) {
      const at = place * this.#threads + thread
      if (Atomics.load(this.#counts, at) !== 0) Atomics.store(this.#counts, at, 0)
      // Only looked at, where nothing is to be done: memory that nobody has used stays untouched.
      if (Atomics.load(this.#keys, place) === takenBy(thread)) Atomics.store(this.#keys, place, 0n)
    }
  }

  #mine(place: number): number {
    return place * this.#threads + this.#thread
  }

  /** The place of a client, which may be taken now; -1 if all are others', `undefined` if somebody else was quicker. */
  #placeOf(key: bigint, start: number): number | undefined {
    let free = -1
    for (let place = start; place < start + width; place++) {
      const owner = Atomics.load(this.#keys, place)
      if (owner === key) return place
      if (owner < 0n) return undefined
      if (free < 0 && (owner === 0n || this.#total(place) === 0)) free = place
    }
    return free < 0 || this.#take(free, key) ? free : undefined
  }

  /** Makes a place that nobody has a request at the client's. */
  #take(place: number, key: bigint): boolean {
    const mark = takenBy(this.#thread)
    const owner = Atomics.load(this.#keys, place)
    if (owner < 0n || Atomics.compareExchange(this.#keys, place, owner, mark) !== owner) return false
    // Whoever counts at the place from now on sees the mark; who has counted before is seen here.
    const isFree = this.#total(place) === 0
    Atomics.store(this.#keys, place, isFree ? key : owner)
    return isFree
  }

  /** All requests of a client: two threads may have taken two places for it. */
  #sum(key: bigint, start: number): number {
    let sum = 0
    for (let place = start; place < start + width; place++) {
      if (Atomics.load(this.#keys, place) === key) sum += this.#total(place)
    }
    return sum
  }

  #total(place: number): number {
    let sum = 0
    for (let at = place * this.#threads; at < (place + 1) * this.#threads; at++) sum += Atomics.load(this.#counts, at)
    return sum
  }
}

function takenBy(thread: number): bigint {
  return BigInt(-1 - thread)
}
