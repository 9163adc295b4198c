/** How the API server calls one kind of object. */
export interface ApiResource {
  readonly apiVersion: string
  readonly kind: string
  /** The name of the kind in paths, such as `ingresses`. */
  readonly plural: string
  readonly namespaced: boolean
}

const resource = (apiVersion: string, kind: string, plural: string, namespaced = true): ApiResource => ({
  apiVersion,
  kind,
  plural,
  namespaced,
})

export const ingresses = resource('networking.k8s.io/v1', 'Ingress', 'ingresses')
export const ingressClasses = resource('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', false)
export const services = resource('v1', 'Service', 'services')
export const endpointSlices = resource('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices')
export const secrets = resource('v1', 'Secret', 'secrets')
export const configMaps = resource('v1', 'ConfigMap', 'configmaps')
export const namespaces = resource('v1', 'Namespace', 'namespaces', false)
export const nodes = resource('v1', 'Node', 'nodes', false)
export const leases = resource('coordination.k8s.io/v1', 'Lease', 'leases')
export const events = resource('events.k8s.io/v1', 'Event', 'events')

/** What part of a resource is meant. */
export interface ResourcePlace {
  /** All namespaces, if absent. */
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: 'status' | undefined
}

/** The path of a resource, or of one object of it, below the API server's address. */
export function resourcePath(resource: ApiResource, place: ResourcePlace = {}): string {
  const group = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`
  const parts = [group]
  if (resource.namespaced && place.namespace !== undefined) parts.push('namespaces', segment(place.namespace))
  parts.push(resource.plural)
  if (place.name !== undefined) parts.push(segment(place.name))
  if (place.subresource !== undefined) parts.push(place.subresource)
  return parts.join('/')
}

/** A name comes from objects that tenants write: it must never reach another path than its own. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new TypeError(`'${name}' is not the name of an object`)
  return encodeURIComponent(name)
}
