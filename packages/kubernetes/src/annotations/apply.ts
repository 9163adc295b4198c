import type { Route } from '@ingot/core'
import type { Backend, BackendUse } from '../backends/resolve-backend.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { IngressTarget } from '../ingress-target.ts'
import { formatName } from '../kubernetes-object.ts'
import type { Routing } from '../routes/fail-closed.ts'
import type { Ingress } from '../schema/ingress.ts'
import type { AuthenticationPlace, BackendAsks, IngressAsks } from './asks.ts'
import { joinCanaries } from './canaries.ts'
import { readIngressNginx } from './ingress-nginx.ts'
import type { AuthenticationOptions } from './nginx-authentication.ts'

/** Whose annotations are honoured, and how far. */
export interface AnnotationProfile extends AuthenticationOptions {
  /** Default: nobody's. */
  readonly annotations?: 'ingress-nginx'
}

interface Known {
  readonly asks: IngressAsks
  readonly authUrls: AnnotationProfile['authUrls']
}

const known = new WeakMap<Ingress, Known>()

/** What an Ingress asks for by annotations; `undefined` if nobody's are honoured. */
export function asksOf(ingress: Ingress, profile: AnnotationProfile): IngressAsks | undefined {
  const { annotations, authUrls } = profile
  if (annotations === undefined) return undefined
  const before = known.get(ingress)
  if (before !== undefined && before.authUrls === authUrls) return before.asks
  const asks = readIngressNginx(ingress, profile)
  known.set(ingress, { asks, authUrls })
  return asks
}

/** The Ingresses that have routes of their own. */
export function withoutVariants(ingresses: readonly Ingress[], profile: AnnotationProfile): Ingress[] {
  return ingresses.filter(ingress => asksOf(ingress, profile)?.isVariant !== true)
}

/** Those uses of backends, and the Services that authenticate. */
export function withAuthentication(
  uses: readonly BackendUse[],
  ingresses: readonly Ingress[],
  profile: AnnotationProfile,
): BackendUse[] {
  const asked = ingresses.flatMap(ingress => {
    const place = asksOf(ingress, profile)?.authentication
    return place?.kind === 'service' ? [authenticationUse(ingress, place)] : []
  })
  return [...uses, ...asked]
}

function authenticationUse({ object }: Ingress, place: AuthenticationPlace & { kind: 'service' }): BackendUse {
  const { namespace, name, port } = place
  const field = ['metadata', 'annotations', 'nginx.ingress.kubernetes.io/auth-url']
  return { namespace, backend: { service: { name, port: { number: port } } }, place: { object, field } }
}

/**
 * Gives routes and backends what their Ingresses, as they were written, ask for. `ingresses` are all that are ours,
 * variants among them.
 */
export function applyAsks(
  routing: Routing,
  ingresses: readonly Ingress[],
  profile: AnnotationProfile,
): Routing & { readonly diagnostics: readonly Diagnostic[] } {
  if (profile.annotations === undefined) return { ...routing, diagnostics: [] }
  const byName = new Map(ingresses.map(ingress => [formatName(ingress.metadata), ingress]))
  const backends = new Map(routing.backends)
  const ask = (target: IngressTarget): IngressTarget => {
    const ingress = target.ingress && byName.get(formatName(target.ingress))
    const asks = ingress && asksOf(ingress, profile)
    if (asks === undefined) return target
    addAuthentication(asks, backends)
    const rewrite = target.pathText === undefined ? undefined : asks.rewrite(target.pathText)
    const routes = { ...asks.routes, ...(rewrite !== undefined && { rewrite }) }
    const asked = Object.keys(routes).length === 0 ? target : { ...target, asks: routes }
    return { ...asked, backend: ownBackend(target, asks.backends, backends) }
  }
  const { table } = routing
  const routes = table.routes.map(route => ({ ...route, target: ask(route.target) }))
  const defaults = table.defaultTarget === undefined ? {} : { defaultTarget: ask(table.defaultTarget) }
  const variants = ingresses.filter(ingress => asksOf(ingress, profile)?.isVariant === true)
  const joined = joinCanaries(routes, { ingresses: byName, variants, asksOf: one => asksOf(one, profile) })
  const withCanaries = joined.routes.map((route): Route<IngressTarget> => ownCanary(route, backends))
  return { table: { ...table, routes: withCanaries, ...defaults }, backends, diagnostics: joined.diagnostics }

  /**
   * A canary is spoken to as its main Ingress says, and keeps clients in the same way, so that one cookie tells to which
   * of the two they belong; as its own says where that must not count, or the main Ingress says nothing.
   */
  function ownCanary(route: Route<IngressTarget>, all: Map<string, Backend>): Route<IngressTarget> {
    const { canary, ingress: main } = route.target
    const variant = canary?.target.ingress && byName.get(formatName(canary.target.ingress))
    const ingress = main && byName.get(formatName(main))
    if (canary === undefined || variant === undefined || ingress === undefined) return route
    const { protocol, affinity: shared } = asksOf(ingress, profile)?.backends ?? {}
    const own = asksOf(variant, profile)?.backends.affinity
    const affinity = canary.ask.affinity === 'legacy' ? own : (shared ?? own)
    const asks = { ...(protocol && { protocol }), ...(affinity && { affinity }) }
    const target = { ...canary.target, backend: ownBackend(canary.target, asks, all) }
    return { ...route, target: { ...route.target, canary: { ...canary, target } } }
  }
}

/** The same Service may be asked for in two ways by two Ingresses: each has a backend of its own then. */
function ownBackend(target: IngressTarget, asks: BackendAsks, backends: Map<string, Backend>): string {
  const shared = backends.get(target.backend)
  if (shared === undefined || target.ingress === undefined || Object.keys(asks).length === 0) return target.backend
  const id = `${target.backend} (${formatName(target.ingress)})`
  backends.set(id, { ...shared, id, ...asks })
  return id
}

/** An authentication service speaks what its URL says, whatever routes to it say. */
function addAuthentication({ authentication: place }: IngressAsks, backends: Map<string, Backend>): void {
  if (place === undefined || backends.has(place.id)) return
  const { id, protocol, port } = place
  if (place.kind === 'service') {
    const shared = backends.get(`${place.namespace}/${place.name}:${port}`)
    if (shared !== undefined) backends.set(id, { ...shared, id, ...(protocol === 'https' && { protocol }) })
    return
  }
  const { host } = place
  const isName = !/^[0-9.]+$|:/.test(host)
  backends.set(id, {
    ...{ id, namespace: '', endpoints: [{ address: host, port }], protocol },
    ...(isName && { dns: { name: host, port, kind: 'external' as const } }),
    ...(protocol === 'https' && { verifyTls: true }),
  })
}
