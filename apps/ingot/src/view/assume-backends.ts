import type { Backend, BackendId, Diagnostic, KubernetesObject, Translation } from '@ingot/kubernetes'

/**
 * What it means that a Service or EndpointSlice is not in the files. `auto`: nothing, if the files have no object of its
 * kind at all, as they are then kept elsewhere. `complete`: it does not exist. `elsewhere`: nothing, ever.
 */
export type MissingObjects = 'auto' | 'complete' | 'elsewhere'

/** Which kinds of objects the files need not hold. */
export interface Assumptions {
  readonly services: boolean
  readonly endpoints: boolean
}

/** Decides what is assumed. Whoever resolves Services by hand has thought of them. */
export function assumptionsFor(
  missing: MissingObjects,
  objects: readonly KubernetesObject[],
  resolvesByHand: boolean,
): Assumptions {
  if (missing !== 'auto') return { services: missing === 'elsewhere', endpoints: missing === 'elsewhere' }
  const has = (kind: string) => objects.some(object => object.kind === kind)
  return { services: !has('Service') && !resolvesByHand, endpoints: !has('EndpointSlice') }
}

/** The backends and diagnostics of a translation, less what is only missing because it is kept elsewhere. */
export function assumeBackends(
  { backends, diagnostics }: Pick<Translation, 'backends' | 'diagnostics'>,
  assumptions: Assumptions,
  objects: readonly KubernetesObject[],
): { backends: Map<BackendId, Backend>; diagnostics: Diagnostic[] } {
  const external = new Set(objects.filter(isExternal).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
  const isAssumed = (backend: Backend) => {
    if (backend.unavailable === 'no-service') return assumptions.services
    const name = `${backend.namespace}/${backend.service?.name}`
    return backend.unavailable === 'no-endpoints' && assumptions.endpoints && !external.has(name)
  }
  return {
    backends: new Map([...backends].map(([id, backend]) => [id, isAssumed(backend) ? available(backend) : backend])),
    diagnostics: diagnostics.filter(({ code }) => {
      return (
        !(code === 'service-not-found' && assumptions.services) && !(code === 'no-endpoints' && assumptions.endpoints)
      )
    }),
  }
}

/** An ExternalName that is refused has no endpoints for a reason of its own. */
function isExternal({ kind, raw }: KubernetesObject): boolean {
  return kind === 'Service' && (raw.spec as { type?: unknown } | undefined)?.type === 'ExternalName'
}

function available({ unavailable: _, ...backend }: Backend): Backend {
  return backend
}
