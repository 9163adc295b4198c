import type { Backend, BackendId, IngressTarget } from '@ingot/kubernetes'
import { type AffinityOptions, type CanaryDecision, decideCanary } from '@ingot/proxy'
import { withGroup } from '../view/affinity-group.ts'
import type { RoutingPicture } from '../view/routing-picture.ts'
import type { RoutedRequest } from './read-request.ts'

/** The canary of the route that a request has, and whether it goes there. */
export interface CanaryOutcome {
  /** Where the request goes: to the canary only if that is certain. */
  readonly target: IngressTarget
  readonly canary: { readonly target: IngressTarget; readonly decision: CanaryDecision } | undefined
}

/** Decides between a target and its canary as the proxy does. */
export function reachCanary(target: IngressTarget, request: RoutedRequest, picture: RoutingPicture): CanaryOutcome {
  const { canary } = target
  if (canary === undefined) return { target, canary: undefined }
  const sides = { main: affinityOf(target.backend, picture), canary: affinityOf(canary.target.backend, picture) }
  const decision = decideCanary(canary.ask, request, sides)
  return {
    target: decision.takes === true ? canary.target : target,
    canary: { target: canary.target, decision },
  }
}

/** How a backend keeps its clients. */
export function affinityOf(backend: BackendId, picture: RoutingPicture): AffinityOptions | undefined {
  const found = picture.backends.get(backend)
  return found && (picture.affinityOf ?? askedAffinity)(found)
}

function askedAffinity(backend: Backend): AffinityOptions | undefined {
  return backend.affinity && withGroup(backend.affinity, backend)
}
