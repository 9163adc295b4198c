import type { RouteTable } from '@ingot/core'
import { type Backend, type BackendId, formatName, type IngressTarget } from '@ingot/kubernetes'
import type { BackendDescription } from '@ingot/proxy'
import type { RoutePolicies } from './configuration/route-policies.ts'
import { shareMatcher } from './data-plane/shared-matcher.ts'
import type { LiveRoutes, LiveTarget } from './data-plane/traffic-update.ts'
import type { RoutingPicture } from './routing-picture.ts'

/** The routes of a picture as whoever serves traffic gets them. */
export function liveRoutes({ table, matching }: RoutingPicture, policies: RoutePolicies): LiveRoutes {
  const target = (host: string | undefined, of: IngressTarget) => liveTarget(of, policies.positionOf(host, of))
  const live: RouteTable<LiveTarget> = {
    routes: table.routes.map(route => ({ ...route, target: target(route.host, route.target) })),
    ...(table.hosts !== undefined && { hosts: table.hosts }),
    ...(table.defaultTarget !== undefined && { defaultTarget: target(undefined, table.defaultTarget) }),
  }
  const { hostFallthrough = 'none' } = matching
  return { matcher: shareMatcher(live, { hostFallthrough }), policies: [...policies.list] }
}

/** The backends of a picture as whoever serves traffic gets them. */
export function liveBackends(
  backends: ReadonlyMap<BackendId, Backend>,
  policies: RoutePolicies,
): Map<BackendId, BackendDescription> {
  return new Map(
    [...backends].map(([id, backend]) => {
      const { unavailable, protocol } = backend
      const endpoints = backend.endpoints.map(({ address, port }) => ({ address, port }))
      return [id, { endpoints, unavailable, protocol, ...policies.upstream(backend) }]
    }),
  )
}

function liveTarget({ backend, ingress, kind, rule, path }: IngressTarget, policy: number | undefined): LiveTarget {
  return { backend, ingress: ingress === undefined ? kind : formatName(ingress), rule, path, policy }
}
