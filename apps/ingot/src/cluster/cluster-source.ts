import type { KubernetesObject } from '@ingot/kubernetes'
import { takesTurns } from '../control/in-slices.ts'
import type { Source, SourceChange } from '../sources/source.ts'
import type { ApiClient, Selection } from './api-client.ts'
import { asKubernetesObject } from './api-object.ts'
import { type ApiResource, endpointSlices, ingressClasses, ingresses, namespaces, services } from './api-resources.ts'
import { Followers } from './followers.ts'
import type { ObjectChange } from './known-versions.ts'
import { neededParts } from './needed-parts.ts'
import { PendingChanges } from './pending-changes.ts'
import { type ObjectReference, parametersOf, References, referenceKey, secretsOf } from './referenced-objects.ts'
import { Reflector, type ReflectorHealth, type ReflectorTuning } from './reflector.ts'

/** Which Ingresses and IngressClasses are this controller's (semantics 10). */
export interface Ownership {
  /** Decides by the IngressClasses that there are now. */
  ownsIngress(ingress: KubernetesObject, classes: readonly KubernetesObject[]): boolean
  ownsClass(ingressClass: KubernetesObject): boolean
}

export interface ClusterSourceOptions {
  readonly client: ApiClient
  readonly ownership: Ownership
  /** Ends the source. */
  readonly signal: AbortSignal
  /** The namespaces to look at; all of them, if empty. Default: empty. */
  readonly namespaces?: readonly string[]
  /** Ingresses without these labels are not seen at all. */
  readonly ingressSelector?: string | undefined
  /** Objects to be brought although nothing of ours names them. */
  readonly secrets?: readonly ObjectReference[]
  /** Bring Namespaces too, for rules that go by their labels. Default: false. */
  readonly watchNamespaces?: boolean
  readonly tuning?: ReflectorTuning
  /** How long the first batch waits for Secrets that cannot be read, in milliseconds. Default: 10,000. */
  readonly secretPatience?: number
  /** Called when the way to the API server breaks or is whole again, for one kind of object at a time. */
  readonly onHealth?: (health: ReflectorHealth) => void
}

/** How long an Ingress is held back for the Secrets that it names, in milliseconds. */
const patience = 2_000

/**
 * The objects of a cluster as a {@link Source}. The first batch comes when every kind was read; after that, each batch is
 * all that has changed since the one before was taken. Of Secrets it reads only those that its own Ingresses name, and of
 * ConfigMaps only the parameters of its own IngressClasses, each by name.
 */
export class ClusterSource implements Source {
  readonly #options: ClusterSourceOptions
  readonly #pending = new PendingChanges<SourceChange>()
  readonly #reflectors: Reflector[] = []
  readonly #followers: Followers
  readonly #references = new References()
  /** By origin. */
  readonly #ingresses = new Map<string, KubernetesObject>()
  readonly #classes = new Map<string, KubernetesObject>()
  #started = false

  constructor(options: ClusterSourceOptions) {
    this.#options = options
    const { client, signal, tuning = {}, onHealth } = options
    const onChange = (resource: ApiResource, change: ObjectChange) => this.#accept(resource, change)
    this.#followers = new Followers({ client, signal, tuning, onHealth, onChange })
  }

  /** How each reflector is doing. */
  health(): ReflectorHealth[] {
    return [...this.#reflectors.map(reflector => reflector.health), ...this.#followers.health()]
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly SourceChange[]> {
    const { signal } = this.#options
    const ended = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    void ended.then(() => this.#pending.end())
    this.#followKinds()
    this.#setReferences('', this.#options.secrets ?? [])
    await Promise.race([ended, this.#everythingRead()])
    if (signal.aborted) return
    this.#started = true
    // An empty cluster is a whole state too.
    yield this.#pending.take()
    for await (const batch of this.#pending.batches()) {
      if (signal.aborted) return
      yield batch
    }
  }

  #followKinds(): void {
    const { namespaces: scope = [], ingressSelector, watchNamespaces = false } = this.#options
    this.#follow(ingressClasses, {})
    if (watchNamespaces) this.#follow(namespaces, {})
    for (const namespace of scope.length > 0 ? scope : [undefined]) {
      this.#follow(ingresses, { namespace, labelSelector: ingressSelector })
      this.#follow(services, { namespace })
      this.#follow(endpointSlices, { namespace })
    }
  }

  #follow(resource: ApiResource, selection: Selection): void {
    const { client, signal, tuning = {}, onHealth } = this.#options
    const reflector = new Reflector({ client, resource, ...selection, signal, tuning, onHealth })
    this.#reflectors.push(reflector)
    void this.#pump(reflector, resource)
  }

  async #pump(reflector: Reflector, resource: ApiResource): Promise<void> {
    const takeTurns = takesTurns()
    for await (const changes of reflector) {
      for (const change of changes) {
        this.#accept(resource, change)
        await takeTurns()
      }
    }
  }

  /** All kinds, and then all objects that they name: a host must not start without its certificate. */
  async #everythingRead(): Promise<void> {
    await Promise.all(this.#reflectors.map(reflector => reflector.synced))
    await this.#followers.tried(this.#options.secretPatience ?? 10_000)
  }

  #accept({ kind }: ApiResource, { key, object }: ObjectChange): void {
    const origin = `${kind}/${key}`
    const read = object === undefined ? undefined : asKubernetesObject(neededParts(object))
    if (kind === 'Ingress') this.#acceptIngress(origin, read)
    else this.#put(origin, read)
    if (kind === 'IngressClass') this.#acceptClass(origin, read)
  }

  #acceptIngress(origin: string, ingress: KubernetesObject | undefined): void {
    if (ingress === undefined) this.#ingresses.delete(origin)
    else this.#ingresses.set(origin, ingress)
    const { added, dropped } = this.#references.set(origin, this.#secretsOf(ingress))
    for (const reference of added) this.#followers.follow(reference)
    // A host that changes from one certificate to another must not be without any in between.
    if (added.length > 0 && this.#started)
      void this.#followers.tried(patience).then(() => this.#release(origin, dropped))
    else this.#release(origin, dropped)
  }

  /** Lets out the Ingress as it is by now, and with it the Secrets that nobody names any more. */
  #release(origin: string, dropped: readonly ObjectReference[]): void {
    this.#put(origin, this.#ingresses.get(origin))
    this.#forget(dropped)
  }

  #acceptClass(origin: string, ingressClass: KubernetesObject | undefined): void {
    if (ingressClass === undefined) this.#classes.delete(origin)
    else this.#classes.set(origin, ingressClass)
    const ours = ingressClass !== undefined && this.#options.ownership.ownsClass(ingressClass)
    this.#setReferences(origin, ours ? parametersOf(ingressClass) : [])
    // Each Ingress may have become ours, or another's.
    for (const [ingressOrigin, ingress] of this.#ingresses) this.#setReferences(ingressOrigin, this.#secretsOf(ingress))
  }

  #secretsOf(ingress: KubernetesObject | undefined): ObjectReference[] {
    if (ingress === undefined || !this.#options.ownership.ownsIngress(ingress, [...this.#classes.values()])) return []
    return secretsOf(ingress)
  }

  #setReferences(origin: string, references: readonly ObjectReference[]): void {
    const { added, dropped } = this.#references.set(origin, references)
    for (const reference of added) this.#followers.follow(reference)
    this.#forget(dropped)
  }

  #forget(references: readonly ObjectReference[]): void {
    for (const reference of references) {
      // Somebody may have named it again since.
      if (this.#references.has(reference)) continue
      this.#followers.forget(reference)
      this.#put(referenceKey(reference), undefined)
    }
  }

  #put(origin: string, object: KubernetesObject | undefined): void {
    this.#pending.put(origin, { origin, objects: object === undefined ? [] : [object], diagnostics: [] })
  }
}
