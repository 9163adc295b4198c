import type { BackendId, KubernetesObject } from '@ingot/kubernetes'

/** Makes the same string of the two ways to name one Service port, where the Service is known. */
export function canonicalBackend(objects: readonly KubernetesObject[]): (backend: BackendId) => BackendId {
  const numbers = new Map(objects.flatMap(object => (isService(object) ? namedPorts(object) : [])))
  return backend => numbers.get(backend) ?? backend
}

function isService({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'v1' && kind === 'Service'
}

function namedPorts({ metadata, raw }: KubernetesObject): [BackendId, BackendId][] {
  const { ports } = (raw.spec ?? {}) as { ports?: unknown }
  if (!Array.isArray(ports)) return []
  const service = `${metadata.namespace}/${metadata.name}`
  return ports.flatMap((port: { name?: unknown; port?: unknown } | null): [BackendId, BackendId][] =>
    typeof port?.name === 'string' ? [[`${service}:${port.name}`, `${service}:${port.port}`]] : [],
  )
}
