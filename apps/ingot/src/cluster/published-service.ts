import type { KubernetesObject } from '@ingot/kubernetes'
import type { ApiClient, Selection } from './api-client.ts'
import { asKubernetesObject } from './api-object.ts'
import { type ApiResource, endpointSlices, nodes, services } from './api-resources.ts'
import type { ObjectChange } from './known-versions.ts'
import {
  addressesOfNode,
  addressesOfService,
  isNodePort,
  type PublishedAddress,
  readyPlaces,
  stableAddresses,
} from './publish-addresses.ts'
import { selectByName } from './referenced-objects.ts'
import { Reflector, type ReflectorHealth, type ReflectorTuning } from './reflector.ts'

export interface PublishedServiceOptions {
  readonly client: ApiClient
  readonly service: { readonly namespace: string; readonly name: string }
  readonly signal: AbortSignal
  readonly tuning?: ReflectorTuning
  readonly onHealth?: (health: ReflectorHealth) => void
  /** Hears the addresses whenever they may have changed; `undefined` while they are not known. */
  readonly onAddresses: (addresses: readonly PublishedAddress[] | undefined) => void
}

/**
 * Follows the addresses of the Service that brings requests here. Of a headless Service and of one of type NodePort they
 * are those of its endpoints and of their nodes, which are followed only then: Nodes take a right that others do without.
 */
export class PublishedService {
  readonly #options: PublishedServiceOptions
  readonly #slices = new Map<string, KubernetesObject>()
  readonly #nodes = new Map<string, readonly PublishedAddress[]>()
  readonly #work: Promise<void>[] = []
  readonly #followed = new Set<Reflector>()
  #service: KubernetesObject | undefined
  #slicesSynced = false
  #nodesSynced = false

  constructor(options: PublishedServiceOptions) {
    this.#options = options
  }

  /** How each thing that is followed is doing. */
  health(): ReflectorHealth[] {
    return [...this.#followed].map(reflector => reflector.health)
  }

  /** Follows until the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { service } = this.#options
    await this.#follow(services, { namespace: service.namespace, fieldSelector: selectByName(service) }, changes => {
      for (const { object } of changes) this.#service = object && asKubernetesObject(object)
      if (this.#service !== undefined && addressesOfService(this.#service) === undefined) this.#followPlaces()
    })
    await Promise.all(this.#work)
  }

  #followPlaces(): void {
    const { namespace, name } = this.#options.service
    if (!this.#isFollowed(endpointSlices)) {
      const labelSelector = `kubernetes.io/service-name=${name}`
      this.#work.push(this.#follow(endpointSlices, { namespace, labelSelector }, changes => this.#takeSlices(changes)))
    }
    if (isNodePort(this.#service!) && !this.#isFollowed(nodes)) {
      this.#work.push(this.#follow(nodes, {}, changes => this.#takeNodes(changes)))
    }
  }

  #isFollowed({ kind }: ApiResource): boolean {
    return [...this.#followed].some(reflector => reflector.health.kind === kind)
  }

  async #follow(
    resource: ApiResource,
    selection: Selection,
    take: (changes: readonly ObjectChange[]) => void,
  ): Promise<void> {
    const { client, signal, tuning = {}, onHealth } = this.#options
    const reflector = new Reflector({ client, resource, ...selection, signal, tuning, onHealth })
    this.#followed.add(reflector)
    for await (const changes of reflector) {
      take(changes)
      this.#options.onAddresses(this.#addresses())
    }
  }

  #takeSlices(changes: readonly ObjectChange[]): void {
    this.#slicesSynced = true
    for (const { key, object } of changes) {
      if (object === undefined) this.#slices.delete(key)
      else this.#slices.set(key, asKubernetesObject(object))
    }
  }

  #takeNodes(changes: readonly ObjectChange[]): void {
    this.#nodesSynced = true
    for (const { key, object } of changes) {
      // Only what is asked for: a Node lists all images that it has.
      if (object === undefined) this.#nodes.delete(key)
      else this.#nodes.set(key, addressesOfNode(asKubernetesObject(object)))
    }
  }

  /** While the Service is away, its addresses are not known: the Ingresses keep theirs. */
  #addresses(): readonly PublishedAddress[] | undefined {
    if (this.#service === undefined) return undefined
    const own = addressesOfService(this.#service)
    if (own !== undefined) return own
    const isByNode = isNodePort(this.#service)
    if (!this.#slicesSynced || (isByNode && !this.#nodesSynced)) return undefined
    const places = [...this.#slices.values()].flatMap(readyPlaces)
    // None is ready, or none yet: no reason to take from Ingresses the addresses that they have.
    if (places.length === 0) return undefined
    if (!isByNode) return stableAddresses(places.map(({ address }) => ({ ip: address })))
    return stableAddresses(places.flatMap(({ node }) => this.#nodes.get(node ?? '') ?? []))
  }
}
