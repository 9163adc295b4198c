import type { HostFallthrough, Match, Matcher } from '../matcher.ts'
import { isIpLiteral } from '../request/ip-literal.ts'
import { HOST, LIKE_ADDRESS, REMOVED } from './host-block.ts'
import { findExact, findWildcard, longestChain } from './host-table.ts'
import type { Layer } from './layer.ts'
import { hashString, type Sampling } from './sampling.ts'

/** What a compiled matcher consists of. */
export interface CompiledState<T> {
  readonly base: Layer<T>
  /** The hosts that were changed since the base was compiled. They hide the base's of the same name. */
  readonly recent: Layer<T> | undefined
  /** How hosts are hashed in both. */
  readonly sampling: Sampling
  readonly hostFallthrough: HostFallthrough
  readonly defaultTarget: T | undefined
  /** Clearing away what updates have left behind, if it has begun. */
  readonly compaction: PendingCompaction<T> | undefined
}

/** A compaction that goes on with each update, and the hosts that were changed since it began. */
export interface PendingCompaction<T> {
  readonly work: { advance(blocks: number): { readonly layer: Layer<T>; readonly sampling: Sampling } | undefined }
  readonly since: Layer<T> | undefined
}

/** Where a host was found: a block of the base, `~block` of the recent layer, or 0. */
export type Place = number

/** The matcher that `compile` makes. Its state is for the functions of this package, and no part of its interface. */
export class CompiledMatcher<T> implements Matcher<T> {
  readonly defaultTarget: T | undefined
  /** @internal */
  readonly state: CompiledState<T>
  /** @internal */
  readonly hostless: Place
  /** @internal */
  readonly hasWildcards: boolean
  readonly #base: Layer<T>
  readonly #recent: Layer<T> | undefined
  readonly #sampling: Sampling
  readonly #fallsThrough: boolean
  readonly #fallsToHostless: boolean

  constructor(state: CompiledState<T>) {
    const { base, recent } = state
    this.state = state
    this.#base = base
    this.#recent = recent
    this.#sampling = state.sampling
    this.hasWildcards = base.hasWildcards || (recent?.hasWildcards ?? false)
    this.hostless = recent === undefined || recent.hostless === 0 ? base.hostless : placeIn(recent, recent.hostless)
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
      const wildcard = this.hasWildcards ? this.#findWildcard(host) : 0
      if (wildcard !== 0) {
        const match = this.#take(wildcard, path)
        if (match !== undefined || !this.#fallsThrough) return match
        found = true
      }
    }
    const reachesHostless = this.hostless !== 0 && (!found || this.#fallsToHostless)
    return reachesHostless ? this.#take(this.hostless, path) : undefined
  }

  /** The size of the compiled form in bytes, without the routes themselves. */
  get bytes(): number {
    return sizeOf(this.#base) + sizeOf(this.#recent) + sizeOf(this.state.compaction?.since)
  }

  /** The most slots that a search for a host looks at. */
  get longestChain(): number {
    return Math.max(longestChain(this.#base.table.slots), this.#recent ? longestChain(this.#recent.table.slots) : 0)
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

  /** An address matches no pattern, although `*.0.0.1` reads as if it did (semantics 1.9). */
  #unlessAddress(place: Place, host: string): Place {
    return isLikeAddress(this.state, place) && isIpLiteral(host) ? 0 : place
  }

  #take(place: Place, path: string): Match<T> | undefined {
    return place < 0 ? this.#recent!.take(~place, path) : this.#base.take(place, path)
  }
}

function sizeOf(layer: Layer<unknown> | undefined): number {
  return layer === undefined ? 0 : 4 * (layer.arena.used + layer.table.slots.length)
}

/** The place of a block of the recent layer: nowhere, if the block says that the host is gone. */
export function placeIn(recent: Layer<unknown>, block: number): Place {
  return (recent.words[block + HOST]! & REMOVED) !== 0 ? 0 : ~block
}

/** Whether at a place there is a wildcard that addresses seem to match. */
export function isLikeAddress({ base, recent }: CompiledState<unknown>, place: Place): boolean {
  const info = place < 0 ? recent!.words[~place + HOST]! : base.words[place + HOST]!
  return place !== 0 && (info & LIKE_ADDRESS) !== 0
}
