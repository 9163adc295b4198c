import type { HostFallthrough, Match, Matcher } from '../matcher.ts'
import { isIpLiteral } from '../request/ip-literal.ts'
import { HOST, REMOVED, WILDCARD } from './host-block.ts'
import { findHost } from './host-table.ts'
import { type Layer, take } from './layer.ts'
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

/** The matcher that `compile` makes. Its fields are for the functions of this package, and no part of its interface. */
export class CompiledMatcher<T> implements Matcher<T>, CompiledState<T> {
  readonly defaultTarget: T | undefined
  /** @internal */
  readonly base: Layer<T>
  /** @internal */
  readonly recent: Layer<T> | undefined
  /** @internal */
  readonly sampling: Sampling
  /** @internal */
  readonly hostFallthrough: HostFallthrough
  /** @internal */
  readonly compaction: PendingCompaction<T> | undefined
  /** @internal */
  readonly hostless: Place
  /** @internal */
  readonly hasWildcards: boolean

  constructor(state: CompiledState<T>) {
    const { base, recent } = state
    this.base = base
    this.recent = recent
    this.sampling = state.sampling
    this.hostFallthrough = state.hostFallthrough
    this.compaction = state.compaction
    this.hasWildcards = base.hasWildcards || (recent?.hasWildcards ?? false)
    this.hostless = recent === undefined || recent.hostless === 0 ? base.hostless : placeIn(recent, recent.hostless)
    this.defaultTarget = state.defaultTarget
  }

  match(host: string, path: string): Match<T> | undefined {
    let found = false
    if (host !== '') {
      const exact = this.#find(0, host, 0)
      if (exact !== 0) {
        const match = this.#take(exact, path)
        if (match !== undefined || this.hostFallthrough === 'none') return match
        found = true
      }
      const wildcard = this.hasWildcards ? this.#findWildcard(host) : 0
      if (wildcard !== 0) {
        const match = this.#take(wildcard, path)
        if (match !== undefined || this.hostFallthrough === 'none') return match
        found = true
      }
    }
    const reachesHostless = this.hostless !== 0 && (!found || this.hostFallthrough === 'all')
    return reachesHostless ? this.#take(this.hostless, path) : undefined
  }

  /** Where there are routes for `host` itself, or as a wildcard for what follows its first label. */
  #find(kind: number, host: string, start: number): Place {
    const { base, recent } = this
    const hash = hashString(this.sampling, host, start)
    const changed = recent === undefined ? 0 : findHost(recent.table, recent.words, hash, kind, host, start)
    return changed === 0 ? findHost(base.table, base.words, hash, kind, host, start) : placeIn(recent!, changed)
  }

  #findWildcard(host: string): Place {
    const dot = host.indexOf('.')
    const place = dot > 0 ? this.#find(WILDCARD, host, dot) : 0
    // An address matches no pattern, although `*.0.0.1` reads as if it did (semantics 1.9).
    return place !== 0 && isIpLiteral(host) ? 0 : place
  }

  #take(place: Place, path: string): Match<T> | undefined {
    return place < 0 ? take(this.recent!, ~place, path) : take(this.base, place, path)
  }
}

/** The place of a block of the recent layer: nowhere, if the block says that the host is gone. */
export function placeIn(recent: Layer<unknown>, block: number): Place {
  return (recent.words[block + HOST]! & REMOVED) !== 0 ? 0 : ~block
}
