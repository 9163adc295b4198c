import type { MatcherOptions, PathOptions, RouteTable } from '@ingot/core'
import type { Backend, BackendId, DecidedIngress, IngressTarget } from '@ingot/kubernetes'
import type { AffinityOptions } from '@ingot/proxy'
import type { ProfileMatcher } from '../profiles/host-rules.ts'

/** Everything that decides where requests go: what is served, shown and explained. */
export interface RoutingPicture {
  readonly table: RouteTable<IngressTarget>
  readonly backends: ReadonlyMap<BackendId, Backend>
  /** How requests are matched. */
  readonly matching: MatcherOptions & PathOptions
  /** Every valid Ingress, and whether it is served. */
  readonly ingresses?: readonly DecidedIngress[]
  /** Decides in the place of `matching` if another controller's behaviour was asked for. */
  readonly profile?: ProfileMatcher
  /** Whether two targets are one for the ambiguity guard. Default: {@link sameBackend}. */
  readonly sameTarget?: (a: IngressTarget, b: IngressTarget) => boolean
  /** How a backend keeps its clients. Default: as its Ingress asks. */
  readonly affinityOf?: (backend: Backend) => AffinityOptions | undefined
}

/** Whether two targets lead to the same backend and canary, where all routes have the same options. */
export function sameBackend(a: IngressTarget, b: IngressTarget): boolean {
  return a.backend === b.backend && a.canary?.target.backend === b.canary?.target.backend
}
