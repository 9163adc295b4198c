import type { BackendObjects } from './backends/resolve-backend.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import type { FindingAccount } from './finding-changes.ts'
import { formatName, type KubernetesObject, type ObjectName, type RoutingKind } from './kubernetes-object.ts'
import type { WrittenObjects } from './object-store.ts'
import type { EndpointSlice } from './schema/endpoint-slice.ts'
import type { Ingress } from './schema/ingress.ts'
import type { IngressClass } from './schema/ingress-class.ts'
import type { Secret } from './schema/secret.ts'
import type { Service } from './schema/service.ts'
import { validateObject } from './schema/validate-object.ts'
import type { TlsSecrets } from './tls.ts'
import { type MapSnapshot, VersionedMap } from './versioned-map.ts'

/** An object as it was before a change and as it is now: absent if there was or is none that is valid. */
export interface TypedChange<T> {
  readonly before: T | undefined
  readonly after: T | undefined
}

/** What each kind is read as. */
interface Types {
  readonly Ingress: Ingress
  readonly IngressClass: IngressClass
  readonly Service: Service
  readonly EndpointSlice: EndpointSlice
  readonly Secret: Secret
}

/** The valid objects, each kind by its type, and what is wrong with the others. */
export class TypedObjects implements BackendObjects, TlsSecrets {
  readonly #valid: { readonly [K in RoutingKind]: Map<string, Types[K]> } = {
    Ingress: new Map(),
    IngressClass: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
    Secret: new Map(),
  }
  readonly #invalidServices = new Map<string, KubernetesObject>()
  /** By `namespace/service`, then by the name of the slice. */
  readonly #slices = new Map<string, Map<string, EndpointSlice>>()
  readonly #findings = new VersionedMap<string, readonly Diagnostic[]>()
  readonly #account: FindingAccount

  constructor(account: FindingAccount) {
    this.#account = account
  }

  /** Takes over what is written under one name now. */
  change<K extends RoutingKind>(kind: K, written: WrittenObjects): TypedChange<Types[K]> {
    const name = formatName(written)
    const valid: Map<string, Types[K]> = this.#valid[kind]
    const before = valid.get(name)
    const { value, diagnostics } = readWritten(written)
    const after = value as Types[K] | undefined
    setOrDelete(valid, name, after)
    this.#replaceFindings(`${kind} ${name}`, diagnostics)
    if (kind === 'Service')
      setOrDelete(this.#invalidServices, name, after === undefined ? written.objects[0] : undefined)
    if (kind === 'EndpointSlice') this.#moveSlice(name, before as EndpointSlice, after as EndpointSlice)
    return { before, after }
  }

  /** Everything that is wrong with objects by themselves, by kind and name. */
  findings(): MapSnapshot<string, readonly Diagnostic[]> {
    return this.#findings.snapshot()
  }

  /** The classes by name. */
  get classes(): readonly IngressClass[] {
    return [...this.#valid.IngressClass.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  get hasServices(): boolean {
    return this.#valid.Service.size + this.#invalidServices.size > 0
  }

  ingress(name: string): Ingress | undefined {
    return this.#valid.Ingress.get(name)
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#valid.Service.get(`${namespace}/${name}`)
  }

  invalidService(namespace: string, name: string): KubernetesObject | undefined {
    return this.#invalidServices.get(`${namespace}/${name}`)
  }

  /** By name, so that the order of endpoints does not depend on the order of events. */
  slices(namespace: string, service: string): readonly EndpointSlice[] {
    const slices = [...(this.#slices.get(`${namespace}/${service}`) ?? [])]
    return slices.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, slice]) => slice)
  }

  find(name: ObjectName): Secret | undefined {
    return this.#valid.Secret.get(formatName(name))
  }

  get complete(): boolean {
    return this.#valid.Secret.size > 0
  }

  #replaceFindings(key: string, diagnostics: readonly Diagnostic[]): void {
    const before = this.#findings.get(key)
    if (before === undefined && diagnostics.length === 0) return
    this.#account.replace(before, diagnostics)
    setOrDelete(this.#findings, key, diagnostics.length > 0 ? diagnostics : undefined)
  }

  #moveSlice(name: string, before: EndpointSlice | undefined, after: EndpointSlice | undefined): void {
    const [from, to] = [serviceOf(before), serviceOf(after)]
    if (from !== undefined) {
      const others = this.#slices.get(from)
      others?.delete(name)
      if (others?.size === 0) this.#slices.delete(from)
    }
    if (to === undefined) return
    const group = this.#slices.get(to) ?? new Map<string, EndpointSlice>()
    this.#slices.set(to, group.set(name, after!))
  }
}

/** The Service that an EndpointSlice is for, as `namespace/name`. */
export function serviceOf(slice: EndpointSlice | undefined): string | undefined {
  return slice?.serviceName === undefined ? undefined : `${slice.metadata.namespace}/${slice.serviceName}`
}

/** The first object counts; objects without a name are each invalid in their own right. */
function readWritten({ name, objects }: WrittenObjects): { value: unknown; diagnostics: Diagnostic[] } {
  const [first, ...others] = objects
  if (first === undefined) return { value: undefined, diagnostics: [] }
  if (name === '') {
    return { value: undefined, diagnostics: objects.flatMap(object => validateObject(object)?.diagnostics ?? []) }
  }
  const { value, diagnostics } = validateObject(first) ?? { value: undefined, diagnostics: [] }
  return { value, diagnostics: [...others.map(other => duplicateOf(first, other)), ...diagnostics] }
}

function duplicateOf(first: KubernetesObject, other: KubernetesObject): Diagnostic {
  const message = `${first.kind} ${formatName(first.metadata)} is written in two places; this one is not used.`
  return diagnose('duplicate-object', { object: other, field: [] }, message, {
    related: [{ object: first, field: [] }],
  })
}

function setOrDelete<K, V>(map: Map<K, V> | VersionedMap<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
