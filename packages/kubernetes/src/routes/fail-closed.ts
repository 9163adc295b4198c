import type { RouteTable } from '@ingot/core'
import { type AnnotationOptions, closingAnnotations } from '../annotations.ts'
import type { Backend } from '../backends/resolve-backend.ts'
import type { BackendId, IngressTarget } from '../ingress-target.ts'
import { formatName } from '../kubernetes-object.ts'
import type { Ingress } from '../schema/ingress.ts'

/** Routes and what they lead to. */
export interface Routing {
  readonly table: RouteTable<IngressTarget>
  readonly backends: ReadonlyMap<BackendId, Backend>
}

/**
 * Closes the routes of Ingresses that ask for security nobody provides here: they stay, so that no request falls to a
 * broader one, and are answered 503 (semantics 12.4). Routes of others to the same Services are not touched.
 */
export function failClosed(routing: Routing, ingresses: readonly Ingress[], options: AnnotationOptions): Routing {
  const closed = new Set(
    ingresses
      .filter(ingress => closingAnnotations(ingress, options).length > 0)
      .map(({ metadata }) => formatName(metadata)),
  )
  if (closed.size === 0) return routing
  const backends = new Map(routing.backends)
  const close = (target: IngressTarget): IngressTarget => {
    if (target.ingress === undefined || !closed.has(formatName(target.ingress))) return target
    const open = routing.backends.get(target.backend)
    if (open === undefined) return target
    const id = `${target.backend} (closed)`
    backends.set(id, closedBackend(open, id))
    // What is closed is closed for everybody: no canary gets a part of it.
    const { canary: _, ...closing } = target
    return { ...closing, backend: id }
  }
  const { table } = routing
  const routes = table.routes.map(route => ({ ...route, target: close(route.target) }))
  const defaults = table.defaultTarget === undefined ? {} : { defaultTarget: close(table.defaultTarget) }
  return { table: { ...table, routes, ...defaults }, backends }
}

function closedBackend({ dns: _, ...backend }: Backend, id: BackendId): Backend {
  return { ...backend, id, endpoints: [], unavailable: 'unsupported-security-annotation' }
}
