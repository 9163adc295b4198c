import type { RouteTable } from '@ingot/core'
import { type Backend, type BackendId, formatName, type IngressTarget } from '@ingot/kubernetes'
import type { BackendDescription } from '@ingot/proxy'
import type { RoutePolicies } from './configuration/route-policies.ts'
import { shareMatcher } from './data-plane/shared-matcher.ts'
import type { LiveRoutes, LiveTarget } from './data-plane/traffic-update.ts'
import { type RoutingPicture, sameBackend } from './routing-picture.ts'

/** The routes of a picture as whoever serves traffic gets them. */
export function liveRoutes({ table, matching }: RoutingPicture, policies: RoutePolicies): LiveRoutes {
  policies.startAgain()
  const target = (host: string | undefined, of: IngressTarget) => liveTarget(of, policies.positionOf(host, of))
  const live: RouteTable<LiveTarget> = {
    routes: table.routes.map(route => ({ ...route, target: target(route.host, route.target) })),
    ...(table.hosts !== undefined && { hosts: table.hosts }),
    ...(table.defaultTarget !== undefined && { defaultTarget: target(undefined, table.defaultTarget) }),
  }
  const { hostFallthrough = 'none' } = matching
  return { matcher: shareMatcher(live, { hostFallthrough }), policies: [...policies.list] }
}

/**
 * Whether two targets are one for whoever serves traffic: the same backend under the same options. The options of all
 * routes are looked up when the first question comes.
 */
export function sameLiveTarget({ table }: Pick<RoutingPicture, 'table'>, policies: RoutePolicies) {
  let known: Map<IngressTarget, number | undefined> | undefined
  const policyOf = (target: IngressTarget) => {
    known ??= new Map(table.routes.map(route => [route.target, policies.positionOf(route.host, route.target)]))
    return known.has(target) ? known.get(target) : policies.positionOf(undefined, target)
  }
  return (a: IngressTarget, b: IngressTarget) => sameBackend(a, b) && policyOf(a) === policyOf(b)
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
