import type { BackendId } from '@ingot/kubernetes'

/** The backend that a route would lead to if it were not closed for its annotations (semantics 12.4) or its expression. */
export function openBackend(backend: BackendId): BackendId {
  return backend.replace(/ \((?:closed|unsupported expression)\)$/, '')
}
