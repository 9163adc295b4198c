import { type ApiMetadata, type ApiObject, isRecord } from './api-object.ts'

/** What `kubectl apply` remembers: the object once more, as text. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The labels of an EndpointSlice that routing goes by. */
const SLICE_LABELS = ['kubernetes.io/service-name', 'endpointslice.kubernetes.io/managed-by']

/**
 * An object without what routing never asks for: of Services and EndpointSlices that is the larger part, and there are
 * many of them. Others stay whole: an Ingress is sent back with its status.
 */
export function neededParts(object: ApiObject): ApiObject {
  if (object.kind === 'EndpointSlice') return neededOfSlice(object)
  return object.kind === 'Service' ? neededOfService(object) : object
}

function neededOfSlice({ apiVersion, kind, metadata, addressType, ports, endpoints }: ApiObject): ApiObject {
  const labels = pick(metadata.labels ?? {}, SLICE_LABELS) as Record<string, string>
  return {
    ...{ apiVersion, kind, metadata: { ...identity(metadata), labels }, addressType, ports },
    endpoints: Array.isArray(endpoints) ? endpoints.map(neededOfEndpoint) : endpoints,
  }
}

function neededOfEndpoint(endpoint: unknown): unknown {
  return isRecord(endpoint) ? pick(endpoint, ['addresses', 'conditions', 'nodeName', 'zone']) : endpoint
}

function neededOfService({ apiVersion, kind, metadata, spec }: ApiObject): ApiObject {
  const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations ?? {}
  return { apiVersion, kind, metadata: { ...identity(metadata), annotations }, spec }
}

function identity(metadata: ApiMetadata): ApiMetadata {
  return pick(metadata, ['name', 'namespace', 'uid', 'resourceVersion']) as unknown as ApiMetadata
}

/** Fields that are absent stay so. */
function pick(object: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter(name => object[name] !== undefined).map(name => [name, object[name]]))
}
