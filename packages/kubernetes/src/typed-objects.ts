import type { Diagnostic } from './diagnostic.ts'
import { formatName, type KubernetesObject, type RoutingKind } from './kubernetes-object.ts'
import type { ObjectStore } from './object-store.ts'
import type { BackendObjects } from './resolve-backend.ts'
import { type EndpointSlice, validateEndpointSlice } from './schema/endpoint-slice.ts'
import { type Ingress, validateIngress } from './schema/ingress.ts'
import { type IngressClass, validateIngressClass } from './schema/ingress-class.ts'
import { type Secret, validateSecret } from './schema/secret.ts'
import { type Service, validateService } from './schema/service.ts'
import type { Validated } from './schema/validated.ts'
import type { TlsSecrets } from './tls.ts'

/** The valid objects of a store, each kind by its type, and what is wrong with the others. */
export interface TypedObjects {
  readonly ingresses: readonly Ingress[]
  readonly classes: readonly IngressClass[]
  readonly services: ReadonlyMap<string, Service>
  readonly invalidServices: ReadonlyMap<string, KubernetesObject>
  /** By `namespace/service`. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>
  readonly secrets: ReadonlyMap<string, Secret>
  readonly diagnostics: readonly Diagnostic[]
}

/** Validates every object that routing needs. */
export function readStore(store: ObjectStore): TypedObjects {
  const diagnostics: Diagnostic[] = []
  const read = <T>(kind: RoutingKind, validate: (object: KubernetesObject) => Validated<T>): T[] =>
    store.list(kind).flatMap(object => {
      const validated = validate(object)
      diagnostics.push(...validated.diagnostics)
      return validated.value === undefined ? [] : [validated.value]
    })
  const services = byName(read('Service', validateService))
  return {
    ingresses: read('Ingress', validateIngress),
    classes: read('IngressClass', validateIngressClass),
    services,
    invalidServices: new Map(
      store
        .list('Service')
        .map(object => [formatName(object.metadata), object] as const)
        .filter(([name]) => !services.has(name)),
    ),
    slices: byService(read('EndpointSlice', validateEndpointSlice)),
    secrets: byName(read('Secret', validateSecret)),
    diagnostics,
  }
}

/** What backends are resolved with. */
export function backendObjects({ services, invalidServices, slices }: TypedObjects): BackendObjects {
  return {
    hasServices: services.size + invalidServices.size > 0,
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    invalidService: (namespace, name) => invalidServices.get(`${namespace}/${name}`),
    slices: (namespace, service) => slices.get(`${namespace}/${service}`) ?? [],
  }
}

/** What certificates are looked up with. */
export function tlsSecrets({ secrets }: TypedObjects): TlsSecrets {
  return { find: name => secrets.get(formatName(name)), complete: secrets.size > 0 }
}

function byName<T extends Service | Secret>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map(object => [formatName(object.metadata), object]))
}

function byService(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    if (slice.serviceName === undefined) continue
    const key = `${slice.metadata.namespace}/${slice.serviceName}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [slice])
    else group.push(slice)
  }
  return groups
}
