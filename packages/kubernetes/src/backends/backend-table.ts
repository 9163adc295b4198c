import type { FindingAccount } from '../finding-changes.ts'
import { type BackendId, backendId } from '../ingress-target.ts'
import type { OwnBackends } from '../routes/dress-routes.ts'
import { byRank } from '../routes/ingress-order.ts'
import type { IngressPart, PartOptions } from '../routes/ingress-part.ts'
import { type MapSnapshot, VersionedMap } from '../versioned-map.ts'
import { controllerUse } from './backend-uses.ts'
import {
  type Backend,
  type BackendObjects,
  type BackendOptions,
  type BackendUse,
  type ResolvedBackend,
  resolveBackend,
} from './resolve-backend.ts'

/** Backends that are different from before; `undefined` for those that nobody names any more. */
export type BackendChanges = ReadonlyMap<BackendId, Backend | undefined>

/** Backends at one moment. */
export interface BackendSnapshots {
  readonly resolved: MapSnapshot<BackendId, ResolvedBackend>
  /** Those that annotations make. */
  readonly own: MapSnapshot<BackendId, Backend>
}

/** How many backends there are, and how many of them have endpoints. */
export interface BackendCounts {
  readonly all: number
  readonly available: number
}

/** Every backend that is named, resolved again only if the objects it is resolved with, or who names it, have changed. */
export class BackendTable {
  readonly #options: PartOptions & BackendOptions
  readonly #controller: BackendUse | undefined
  readonly #resolved = new VersionedMap<BackendId, ResolvedBackend>()
  readonly #own = new VersionedMap<BackendId, Backend>()
  /** Who has own backends, by the named ones that these are made of, and by the own. */
  readonly #ownersBy = new Map<BackendId, Set<OwnBackends>>()
  readonly #users = new Map<BackendId, Set<IngressPart>>()
  /** By `namespace/service`. */
  readonly #byService = new Map<string, Set<BackendId>>()
  readonly #stale = new Set<BackendId>()
  readonly #staleOwn = new Set<BackendId>()
  readonly #account: FindingAccount
  #available = 0

  constructor(options: PartOptions & BackendOptions, account: FindingAccount) {
    this.#options = options
    this.#account = account
    this.#controller = controllerUse(options)
    if (this.#controller !== undefined) this.#name(idOf(this.#controller), this.#controller)
  }

  get counts(): BackendCounts {
    return { all: this.#resolved.size + this.#own.size, available: this.#available }
  }

  /** Each backend as it is now, and what is wrong with it; and those that annotations make. */
  snapshot(): BackendSnapshots {
    return { resolved: this.#resolved.snapshot(), own: this.#own.snapshot() }
  }

  add(part: IngressPart): void {
    for (const [id, use] of part.uses) {
      this.#name(id, use)
      this.#users.get(id)?.add(part)
    }
  }

  remove(part: IngressPart): void {
    for (const id of part.uses.keys()) {
      this.#users.get(id)?.delete(part)
      this.#stale.add(id)
    }
  }

  addOwn(own: OwnBackends): void {
    for (const id of own.ids) this.#staleOwn.add(id)
    for (const id of [...own.ids, ...own.named]) this.#ownersBy.set(id, (this.#ownersBy.get(id) ?? new Set()).add(own))
  }

  removeOwn(own: OwnBackends): void {
    for (const id of own.ids) this.#staleOwn.add(id)
    for (const id of [...own.ids, ...own.named]) {
      const owners = this.#ownersBy.get(id)
      owners?.delete(own)
      if (owners?.size === 0) this.#ownersBy.delete(id)
    }
  }

  /** To be told when a Service or one of its EndpointSlices has changed. */
  touchService(name: string): void {
    for (const id of this.#byService.get(name) ?? []) this.#stale.add(id)
  }

  /** To be told when everything may be different. */
  touchAll(): void {
    for (const id of this.#users.keys()) this.#stale.add(id)
  }

  /** Resolves what has to be. Pauses are for whoever has other things to do. */
  *settle(objects: BackendObjects): Generator<void, BackendChanges> {
    const changed = new Map<BackendId, Backend | undefined>()
    for (const id of this.#stale) {
      const before = this.#resolved.get(id)
      const after = this.#resolve(id, objects)
      this.#account.replace(before?.diagnostics, this.#resolved.get(id)?.diagnostics)
      if (!isSame(before?.backend, after)) {
        changed.set(id, after)
        this.#count(before?.backend, after)
        for (const { ids } of this.#ownersBy.get(id) ?? []) for (const own of ids) this.#staleOwn.add(own)
      }
      yield
    }
    for (const id of this.#staleOwn) {
      const before = this.#own.get(id)
      const after = this.#derive(id)
      if (!isSame(before, after)) {
        changed.set(id, after)
        this.#count(before, after)
      }
      yield
    }
    this.#stale.clear()
    this.#staleOwn.clear()
    return changed
  }

  #count(before: Backend | undefined, after: Backend | undefined): void {
    this.#available += Number(isAvailable(after)) - Number(isAvailable(before))
  }

  #name(id: BackendId, use: BackendUse): void {
    this.#stale.add(id)
    if (this.#users.has(id)) return
    this.#users.set(id, new Set())
    const service = serviceOf(use)
    if (service === undefined) return
    const ids = this.#byService.get(service) ?? new Set()
    this.#byService.set(service, ids.add(id))
  }

  #resolve(id: BackendId, objects: BackendObjects): Backend | undefined {
    const use = this.#firstUse(id)
    if (use === undefined) {
      this.#forget(id)
      return undefined
    }
    const resolved = resolveBackend(use, objects, this.#options)
    this.#resolved.set(id, resolved)
    return resolved.backend
  }

  /** Where the oldest Ingress names it: what is wrong with it is said there. */
  #firstUse(id: BackendId): BackendUse | undefined {
    const compare = byRank(this.#options)
    let first: IngressPart | undefined
    for (const part of this.#users.get(id) ?? [])
      if (first === undefined || compare(part.rank, first.rank) < 0) first = part
    if (first !== undefined) return first.uses.get(id)
    return this.#controller !== undefined && idOf(this.#controller) === id ? this.#controller : undefined
  }

  #forget(id: BackendId): void {
    const use = this.#resolved.get(id)?.backend
    this.#resolved.delete(id)
    this.#users.delete(id)
    if (use?.service === undefined) return
    const service = `${use.namespace}/${use.service.name}`
    const ids = this.#byService.get(service)
    ids?.delete(id)
    if (ids?.size === 0) this.#byService.delete(service)
  }

  /** Whoever else has a backend of that name means the same. */
  #derive(id: BackendId): Backend | undefined {
    const [owner] = this.#ownersBy.get(id) ?? []
    const named = [...(owner?.named ?? [])].flatMap(id => this.#resolved.get(id)?.backend ?? [])
    const backend = owner?.derive(new Map(named.map(backend => [backend.id, backend]))).get(id)
    if (backend === undefined) this.#own.delete(id)
    else this.#own.set(id, backend)
    return backend
  }
}

function idOf({ namespace, backend }: BackendUse): BackendId {
  return backendId(namespace, backend)
}

function isAvailable(backend: Backend | undefined): boolean {
  return backend !== undefined && backend.unavailable === undefined
}

function serviceOf({ namespace, backend }: BackendUse): string | undefined {
  return 'service' in backend ? `${namespace}/${backend.service.name}` : undefined
}

/** Backends are plain data, and those that were resolved again mostly lead where they led. */
function isSame(a: Backend | undefined, b: Backend | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b))
}
