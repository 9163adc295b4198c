import type { FindingAccount } from '../finding-changes.ts'
import { type MapSnapshot, VersionedMap } from '../versioned-map.ts'
import type { OwnBackends } from './dress-routes.ts'
import { byRank } from './ingress-order.ts'
import type { IngressPart } from './ingress-part.ts'
import { type HostOptions, type SettledHost, settleHost } from './settle-host.ts'

/** Hosts whose routes may be different from before; `undefined` for those that nobody names any more. */
export type HostChanges = ReadonlyMap<string | undefined, SettledHost | undefined>

/** Hosts that were settled again: as they are now, and as those were that were there before. */
export interface ResettledHosts {
  readonly after: HostChanges
  readonly before: readonly SettledHost[]
}

/** Hears which backends annotations make. */
interface OwnBackendsListener {
  addOwn(own: OwnBackends): void
  removeOwn(own: OwnBackends): void
}

/** Every host that is named, settled again only if an Ingress that names it has changed. */
export class HostTable {
  readonly #options: HostOptions
  readonly #backends: OwnBackendsListener
  readonly #settled = new VersionedMap<string | undefined, SettledHost>()
  /** Who names a host: mostly one. */
  readonly #parts = new Map<string | undefined, IngressPart[]>()
  readonly #stale = new Set<string | undefined>()
  readonly #account: FindingAccount
  #routes = 0

  constructor(options: HostOptions, backends: OwnBackendsListener, account: FindingAccount) {
    this.#options = options
    this.#account = account
    this.#backends = backends
  }

  /** How many routes all hosts have. */
  get routes(): number {
    return this.#routes
  }

  /** Each host as it is settled now. */
  snapshot(): MapSnapshot<string | undefined, SettledHost> {
    return this.#settled.snapshot()
  }

  add(part: IngressPart): void {
    for (const host of hostsOf(part)) {
      this.#stale.add(host)
      const parts = this.#parts.get(host)
      if (parts === undefined) this.#parts.set(host, [part])
      else parts.push(part)
    }
  }

  remove(part: IngressPart): void {
    for (const host of hostsOf(part)) {
      this.#stale.add(host)
      const others = this.#parts.get(host)?.filter(other => other !== part) ?? []
      if (others.length > 0) this.#parts.set(host, others)
      else this.#parts.delete(host)
    }
  }

  /** Settles what has to be. Pauses are for whoever has other things to do. */
  *settle(): Generator<void, ResettledHosts> {
    const after = new Map<string | undefined, SettledHost | undefined>()
    const before: SettledHost[] = []
    for (const host of this.#stale) {
      const was = this.#settled.get(host)
      if (was !== undefined) before.push(was)
      after.set(host, this.#settle(host, was))
      yield
    }
    this.#stale.clear()
    return { after, before }
  }

  #settle(host: string | undefined, before: SettledHost | undefined): SettledHost | undefined {
    const parts = this.#parts.get(host)
    const settled = parts && settleHost(host, this.#inOrder(parts), this.#options)
    if (before?.ownBackends !== undefined) this.#backends.removeOwn(before.ownBackends)
    if (settled?.ownBackends !== undefined) this.#backends.addOwn(settled.ownBackends)
    this.#account.replace(before?.diagnostics, settled?.diagnostics)
    this.#routes += (settled?.routes.length ?? 0) - (before?.routes.length ?? 0)
    if (settled === undefined) this.#settled.delete(host)
    else this.#settled.set(host, settled)
    return settled
  }

  #inOrder(parts: readonly IngressPart[]): readonly IngressPart[] {
    if (parts.length === 1) return parts
    const compare = byRank(this.#options)
    return parts.toSorted((a, b) => compare(a.rank, b.rank))
  }
}

function hostsOf({ rules }: IngressPart): Iterable<string | undefined> {
  const [first] = rules
  return rules.length === 1 ? [first!.host] : new Set(rules.map(({ host }) => host))
}
