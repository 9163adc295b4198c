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
  const target = (host: string | undefined, of: IngressTarget) => liveTarget(of, one => policies.positionOf(host, one))
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
    known ??= new Map(
      table.routes.flatMap(({ host, target }) =>
        [target, ...targetsWithin(target)].map(one => [one, policies.positionOf(host, one)] as const),
      ),
    )
    return known.has(target) ? known.get(target) : policies.positionOf(undefined, target)
  }
  return (a: IngressTarget, b: IngressTarget) => sameBackend(a, b) && policyOf(a) === policyOf(b)
}

/** The targets that a target leads on to. */
function targetsWithin({ choices = [], otherwise }: IngressTarget): IngressTarget[] {
  const chosen = choices.map(({ target }) => target)
  return otherwise === undefined ? chosen : [...chosen, otherwise]
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
      const { tls, ...upstream } = policies.upstream(backend)
      const verified = backend.verifyTls === true ? { ...tls, verify: true } : tls
      return [id, { endpoints, unavailable, protocol, ...upstream, tls: verified }]
    }),
  )
}

function liveTarget(of: IngressTarget, policyOf: (of: IngressTarget) => number | undefined): LiveTarget {
  const { backend, ingress, kind, rule, path, canary, choices, otherwise } = of
  const policy = policyOf(of)
  return {
    ...{ backend, ingress: ingress === undefined ? kind : formatName(ingress), rule, path, policy },
    // A canary takes all that its main route asks for, and only the backend is its own.
    ...(canary && { canary: { options: canary.ask, target: { ...liveTarget(canary.target, () => policy) } } }),
    ...(choices && {
      choices: choices.map(({ expression, target }) => ({ expression, target: liveTarget(target, policyOf) })),
    }),
    ...(otherwise && { otherwise: liveTarget(otherwise, policyOf) }),
  }
}
