import { isIP } from 'node:net'
import type { Backend, BackendChanges, BackendId, Endpoint } from '@ingot/kubernetes'
import type { BackendDescription } from '@ingot/proxy'
import type { RoutePolicies } from '../configuration/route-policies.ts'
import type { TrafficUpdate } from '../data-plane/traffic-update.ts'
import { NameResolver } from './resolve-names.ts'

type LiveBackends = Pick<TrafficUpdate, 'backends'>

/** Says what is to be done where traffic is served, so that it follows the backends that there are. */
export class LiveBackendsFeed {
  readonly #policies: RoutePolicies
  readonly #names: NameResolver
  /** Backends with names for addresses. */
  readonly #named = new Map<BackendId, Backend>()
  readonly #told = new Set<BackendId>()
  /** Those of them that were last told to be gone. */
  #gone: BackendId[] = []

  /** `onRenamed` is called when a name leads to other addresses than before. */
  constructor(policies: RoutePolicies, onRenamed: () => void) {
    this.#policies = policies
    this.#names = new NameResolver(onRenamed)
  }

  /** All backends, and that others are gone: also those that were told to be, which may have been in vain. */
  everything(backends: ReadonlyMap<BackendId, Backend>): Promise<LiveBackends> {
    const gone = [...this.#told].filter(id => !backends.has(id)).map(id => [id, undefined] as const)
    return this.#tell(new Map([...backends, ...gone]))
  }

  /** What has changed since the last time, which was not in vain; nothing, if no backend has. */
  async changes(changed: BackendChanges): Promise<LiveBackends> {
    for (const id of this.#gone) this.#told.delete(id)
    this.#gone = []
    return changed.size === 0 ? {} : this.#tell(changed)
  }

  /** Those whose names may lead elsewhere than before. */
  async renamed(): Promise<LiveBackends> {
    const named = await this.#names.expand(this.#named)
    return { backends: new Map([...named].map(([id, backend]) => [id, describe(backend, this.#policies)])) }
  }

  async #tell(changed: BackendChanges): Promise<LiveBackends> {
    for (const [id, backend] of changed) {
      if (backend !== undefined && hasNames(backend)) this.#named.set(id, backend)
      else this.#named.delete(id)
    }
    const named = await this.#names.expand(this.#named)
    const backends = new Map<BackendId, BackendDescription | undefined>()
    for (const [id, backend] of changed) {
      if (backend === undefined) this.#gone.push(id)
      else this.#told.add(id)
      backends.set(id, backend && describe(named.get(id) ?? backend, this.#policies))
    }
    return { backends }
  }
}

function hasNames({ endpoints }: Backend): boolean {
  return endpoints.some(({ address }) => isIP(address) === 0)
}

/** Of many endpoints there need not be a second list. */
function isAddressAlone({ zone, nodeName, terminating }: Endpoint): boolean {
  return zone === undefined && nodeName === undefined && terminating === undefined
}

function describe(backend: Backend, policies: RoutePolicies): BackendDescription {
  const { unavailable, protocol } = backend
  const endpoints = backend.endpoints.every(isAddressAlone)
    ? backend.endpoints
    : backend.endpoints.map(({ address, port }) => ({ address, port }))
  const { tls, ...upstream } = policies.upstream(backend)
  const verified = backend.verifyTls === true ? { ...tls, verify: true } : tls
  return { endpoints, unavailable, protocol, ...upstream, tls: verified }
}
