import type { HostFallthrough, Match, Matcher } from '../matcher.ts'
import { isIpLiteral } from '../request/host.ts'
import { validateChanges } from '../validate.ts'
import type { Changes } from './changes.ts'
import { compact, needsCompaction } from './compaction.ts'
import { HOST, LIKE_ADDRESS, REMOVED, WILDCARD } from './host-block.ts'
import { findBytes, findExact, findWildcard, longestChain } from './host-table.ts'
import type { Layer } from './layer.ts'
import { addChanges } from './recent-layer.ts'
import { hashBytes, hashString, type Sampling } from './sampling.ts'
import { type SharedMatcher, share } from './shared-form.ts'

/** What a compiled matcher consists of. */
export interface CompiledState<T> {
  readonly base: Layer<T>
  /** The hosts that were changed since the base was compiled. They hide the base's of the same name. */
  readonly recent: Layer<T> | undefined
  /** How hosts are hashed in both. */
  readonly sampling: Sampling
  readonly hostFallthrough: HostFallthrough
  readonly defaultTarget: T | undefined
}

const DOT = 0x2e

/** Where a host was found: a block of the base, `~block` of the recent layer, or 0. */
type Place = number

/** The matcher that `compile` makes. */
export class CompiledMatcher<T> implements Matcher<T> {
  readonly defaultTarget: T | undefined
  readonly #base: Layer<T>
  readonly #recent: Layer<T> | undefined
  readonly #sampling: Sampling
  readonly #hostless: Place
  readonly #hasWildcards: boolean
  readonly #fallsThrough: boolean
  readonly #fallsToHostless: boolean
  readonly #state: CompiledState<T>

  constructor(state: CompiledState<T>) {
    const { base, recent } = state
    this.#state = state
    this.#base = base
    this.#recent = recent
    this.#sampling = state.sampling
    this.#hasWildcards = base.hasWildcards || (recent?.hasWildcards ?? false)
    this.#hostless = recent === undefined || recent.hostless === 0 ? base.hostless : placeIn(recent, recent.hostless)
    this.#fallsThrough = state.hostFallthrough !== 'none'
    this.#fallsToHostless = state.hostFallthrough === 'all'
    this.defaultTarget = state.defaultTarget
  }

  match(host: string, path: string): Match<T> | undefined {
    let found = false
    if (host !== '') {
      const exact = this.#findExact(host)
      if (exact !== 0) {
        const match = this.#take(exact, path)
        if (match !== undefined || !this.#fallsThrough) return match
        found = true
      }
      const wildcard = this.#hasWildcards ? this.#findWildcard(host) : 0
      if (wildcard !== 0) {
        const match = this.#take(wildcard, path)
        if (match !== undefined || !this.#fallsThrough) return match
        found = true
      }
    }
    const reachesHostless = this.#hostless !== 0 && (!found || this.#fallsToHostless)
    return reachesHostless ? this.#take(this.#hostless, path) : undefined
  }

  /**
   * The same for a host and a path that are in `bytes`, each from its start up to its end. They must be normalised, as
   * for `match`; bytes outside ASCII match nothing.
   *
   * @throws RangeError if a range is not inside `bytes`.
   */
  matchBytes(
    bytes: Uint8Array,
    hostStart: number,
    hostEnd: number,
    pathStart: number,
    pathEnd: number,
  ): Match<T> | undefined {
    checkRange(bytes, hostStart, hostEnd)
    checkRange(bytes, pathStart, pathEnd)
    let found = false
    if (hostStart < hostEnd) {
      const exact = this.#findBytes(0, bytes, hostStart, hostEnd)
      if (exact !== 0) {
        const match = this.#takeBytes(exact, bytes, pathStart, pathEnd)
        if (match !== undefined || !this.#fallsThrough) return match
        found = true
      }
      const wildcard = this.#hasWildcards ? this.#findWildcardBytes(bytes, hostStart, hostEnd) : 0
      if (wildcard !== 0) {
        const match = this.#takeBytes(wildcard, bytes, pathStart, pathEnd)
        if (match !== undefined || !this.#fallsThrough) return match
        found = true
      }
    }
    const reachesHostless = this.#hostless !== 0 && (!found || this.#fallsToHostless)
    return reachesHostless ? this.#takeBytes(this.#hostless, bytes, pathStart, pathEnd) : undefined
  }

  /**
   * A matcher with `changes`, in time that depends on them and not on the size of the table. This one stays as it is,
   * and the two share everything that is the same. When about an eighth of the hosts has changed, the next update also
   * compacts; `compact` does so at a moment of your choice.
   *
   * @throws RouteTableError if the changes break a rule of route tables.
   */
  update(changes: Changes<T>): CompiledMatcher<T> {
    validateChanges(changes)
    const { base, recent: before, sampling } = this.#state
    const recent = addChanges(before, changes, sampling)
    const defaultTarget = 'defaultTarget' in changes ? changes.defaultTarget : this.defaultTarget
    const updated = new CompiledMatcher({ ...this.#state, recent, defaultTarget })
    return needsCompaction(base, recent) ? updated.compact() : updated
  }

  /** The same matcher without what updates have left behind, in time that depends on the size of the table. */
  compact(): CompiledMatcher<T> {
    const { base, recent, sampling } = this.#state
    if (recent === undefined) return this
    const compacted = compact(base, recent, sampling)
    return new CompiledMatcher({
      ...this.#state,
      base: compacted.layer,
      recent: undefined,
      sampling: compacted.sampling,
    })
  }

  /**
   * The matcher as a message to another thread, where `fromShared` makes a matcher of it. The compiled form is in a
   * `SharedArrayBuffer`, which is not copied; the targets are sent beside it, because only bytes can be shared.
   */
  toShared(): SharedMatcher<T> {
    const { base, sampling, hostFallthrough, defaultTarget } = this.compact().#state
    return share(base, sampling, hostFallthrough, defaultTarget)
  }

  /** The size of the compiled form in bytes, without the routes themselves. */
  get bytes(): number {
    const { base, recent } = this.#state
    return sizeOf(base) + (recent === undefined ? 0 : sizeOf(recent))
  }

  /** The most slots of a host table that a request looks at, whatever its host. */
  get longestChain(): number {
    const { base, recent } = this.#state
    return Math.max(longestChain(base.table.slots), recent === undefined ? 0 : longestChain(recent.table.slots))
  }

  #findExact(host: string): Place {
    const hash = hashString(this.#sampling, host, 0)
    const recent = this.#recent
    if (recent !== undefined) {
      const block = findExact(recent.table, recent.words, hash, host)
      if (block !== 0) return placeIn(recent, block)
    }
    return findExact(this.#base.table, this.#base.words, hash, host)
  }

  #findWildcard(host: string): Place {
    const dot = host.indexOf('.')
    if (dot <= 0) return 0
    const hash = hashString(this.#sampling, host, dot)
    const recent = this.#recent
    if (recent !== undefined) {
      const block = findWildcard(recent.table, recent.words, hash, host, dot)
      if (block !== 0) return this.#unlessAddress(placeIn(recent, block), host)
    }
    return this.#unlessAddress(findWildcard(this.#base.table, this.#base.words, hash, host, dot), host)
  }

  #findBytes(kind: number, bytes: Uint8Array, start: number, end: number): Place {
    const hash = hashBytes(this.#sampling, bytes, start, end)
    const recent = this.#recent
    if (recent !== undefined) {
      const block = findBytes(recent.table, recent.words, hash, kind, bytes, start, end)
      if (block !== 0) return placeIn(recent, block)
    }
    return findBytes(this.#base.table, this.#base.words, hash, kind, bytes, start, end)
  }

  #findWildcardBytes(bytes: Uint8Array, start: number, end: number): Place {
    let dot = start
    while (dot < end && bytes[dot] !== DOT) dot++
    if (dot === start || dot === end) return 0
    const place = this.#findBytes(WILDCARD, bytes, dot, end)
    if (place === 0 || (this.#infoAt(place) & LIKE_ADDRESS) === 0) return place
    return isIpLiteral(String.fromCharCode(...bytes.subarray(start, end))) ? 0 : place
  }

  /** An address matches no pattern, although `*.0.0.1` reads as if it did (semantics 1.9). */
  #unlessAddress(place: Place, host: string): Place {
    return place !== 0 && (this.#infoAt(place) & LIKE_ADDRESS) !== 0 && isIpLiteral(host) ? 0 : place
  }

  #infoAt(place: Place): number {
    return place < 0 ? this.#recent!.words[~place + HOST]! : this.#base.words[place + HOST]!
  }

  #take(place: Place, path: string): Match<T> | undefined {
    return place < 0 ? this.#recent!.take(~place, path) : this.#base.take(place, path)
  }

  #takeBytes(place: Place, bytes: Uint8Array, start: number, end: number): Match<T> | undefined {
    return place < 0
      ? this.#recent!.takeBytes(~place, bytes, start, end)
      : this.#base.takeBytes(place, bytes, start, end)
  }
}

function sizeOf({ arena, table }: Layer<unknown>): number {
  return 4 * (arena.used + table.slots.length)
}

function placeIn(recent: Layer<unknown>, block: number): Place {
  return (recent.words[block + HOST]! & REMOVED) !== 0 ? 0 : ~block
}

function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length))
    throw new RangeError(`no range of the buffer: ${start} to ${end}`)
}
