import type { BackendId } from '@ingot/kubernetes'

/** The backend that a route would lead to if its Ingress were not closed for its annotations (semantics 12.4). */
export function openBackend(backend: BackendId): BackendId {
  return backend.replace(/ \(closed\)$/, '')
}
