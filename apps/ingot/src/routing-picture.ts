import type { MatcherOptions, PathOptions, RouteTable } from '@ingot/core'
import type { Backend, BackendId, IngressTarget } from '@ingot/kubernetes'

/** Everything that decides where requests go: what is served, shown and explained. */
export interface RoutingPicture {
  readonly table: RouteTable<IngressTarget>
  readonly backends: ReadonlyMap<BackendId, Backend>
  /** How requests are matched. */
  readonly matching: MatcherOptions & PathOptions
}
