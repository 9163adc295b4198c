import type { BackendId } from '@ingot/kubernetes'

/**
 * The backend as an Ingress names it: without what tells that it is spoken to as annotations ask, or that a route is
 * closed for its annotations (semantics 12.4) or its expression.
 */
export function openBackend(backend: BackendId): BackendId {
  return backend.split(' (', 1)[0]!
}
