import type { Route } from '@ingot/core'
import { diagnose } from '@ingot/core/diagnose'
import type { Backend, IngressTarget } from '@ingot/kubernetes'
import type { ProfileRule } from '../profiles/host-rules.ts'
import { describePattern } from '../profiles/path-pattern.ts'
import { rulesOfPicture } from '../profiles/served-rules.ts'
import { formatTable } from '../terminal/format-table.ts'
import { describeCanary } from '../view/describe-canary.ts'
import { openBackend } from '../view/open-backend.ts'
import { type RoutingPicture, sameBackend } from '../view/routing-picture.ts'
import { type RouteNode, routeTree } from './route-tree.ts'

/** One route as JSON, in the order in which routes are tried for a host. */
export interface ListedRoute {
  readonly host: string | null
  readonly path: string
  /** `Exact`, `Prefix`, or `default` for a default backend. */
  readonly pathType: string
  readonly ingress: string | null
  readonly backend: string
  readonly endpoints: readonly string[]
  /** Why the route answers 503. */
  readonly unavailable: string | null
  /** Where some of its requests go instead, and which; only Ingot's own rules say so. */
  readonly canary: ListedCanary | null
  /** The route that takes every request this one could have had; `null` if it does get requests. */
  readonly shadowedBy: { readonly path: string; readonly pathType: string; readonly ingress: string | null } | null
}

interface ListedCanary {
  readonly ingress: string | null
  readonly backend: string
  readonly endpoints: readonly string[]
  readonly unavailable: string | null
  /** What decides, in this order: `X-Canary: always, 20 of 100`. */
  readonly by: string
}

/** Every route of a picture, by host, in order of precedence; the default backends of a host after its paths. */
export function listRoutes(picture: RoutingPicture): ListedRoute[] {
  const { table } = picture
  const profile = rulesOfPicture(picture)
  if (profile !== undefined) {
    const hosts = [...profile.hosts].sort(compareHosts)
    const own = hosts.flatMap(host => profile.rulesFor(exampleHost(host)).filter(rule => rule.host === host))
    return [...new Set([...own, ...profile.rulesFor('')])].map(rule =>
      listRule(rule, picture, profile.isGuarded === true),
    )
  }
  const shadows = shadowsIn(picture)
  const routes = [...table.routes].sort(compareRoutes).map(route => listRoute(route, route.path, picture, shadows))
  if (table.defaultTarget === undefined) return routes
  const everything = { host: undefined, path: '/', pathType: 'Prefix', target: table.defaultTarget } as const
  return [...routes, listRoute({ ...everything, fallback: true }, 'anything else', picture, shadows)]
}

/** The same as a tree for people: below each host its paths, below each Prefix what it covers. */
export function formatRoutes(picture: RoutingPicture): string {
  const routes = listRoutes(picture)
  if (routes.length === 0) return 'There are no routes.\n'
  const rows = routeTree(routes, rulesOfPicture(picture) === undefined).map(rowFor)
  const headings = ['HOST AND PATH', 'TYPE', 'BACKEND', 'ENDPOINTS', 'INGRESS', 'NOTE']
  const used = headings.map((_, column) => column < 3 || rows.some(row => row[column] !== ''))
  const keep = (cells: readonly string[]) => cells.filter((_, column) => used[column])
  return formatTable(keep(headings), rows.map(keep))
}

function rowFor({ text, route }: RouteNode): string[] {
  if (route === undefined) return [text, '', '', '', '', '']
  const endpoints = route.unavailable === null ? route.endpoints.join(' ') : `503 ${route.unavailable}`
  return [text, route.pathType, route.backend, endpoints, route.ingress ?? '', noteOf(route)]
}

function noteOf({ shadowedBy, canary }: ListedRoute): string {
  if (shadowedBy !== null) {
    return `never used: ${shadowedBy.pathType} ${shadowedBy.path} of ${shadowedBy.ingress} has its requests`
  }
  if (canary === null) return ''
  const broken = canary.unavailable === null ? '' : ` (503 ${canary.unavailable})`
  return `canary ${canary.backend}${broken} by ${canary.by}`
}

/** Which route shadows which (semantics 5.3, 7.5, 4.4). */
function shadowsIn({
  table,
  matching,
  sameTarget = sameBackend,
}: RoutingPicture): Map<Route<IngressTarget>, Route<IngressTarget>> {
  const findings = diagnose(table, { ...matching, sameTarget })
  const shadowed = findings.filter(({ neverWins, winner }) => neverWins && winner !== undefined)
  return new Map(shadowed.map(({ route, winner }) => [route, winner!]))
}

function listRoute(
  route: Route<IngressTarget>,
  path: string,
  picture: RoutingPicture,
  shadows: ReadonlyMap<Route<IngressTarget>, Route<IngressTarget>>,
): ListedRoute {
  const by = shadows.get(route)
  return {
    host: route.host ?? null,
    path,
    pathType: typeOf(route),
    ...describeTarget(route.target, picture.backends),
    shadowedBy: by === undefined ? null : { path: by.path, pathType: typeOf(by), ingress: ingressName(by.target) },
  }
}

function listRule(
  { host, pattern, answer, fallback }: ProfileRule,
  picture: RoutingPicture,
  tellsCanary: boolean,
): ListedRoute {
  return {
    host: host ?? null,
    path: !fallback ? describePattern(pattern) : host === undefined ? 'anything else' : '/',
    pathType: fallback ? 'default' : answer.kind === 'redirect' ? '301' : pattern.kind,
    ...describeTarget(answer.target, picture.backends, tellsCanary),
    shadowedBy: null,
  }
}

function typeOf({ fallback, pathType }: Route<unknown>): string {
  return fallback === true ? 'default' : pathType
}

function describeTarget(target: IngressTarget, backends: ReadonlyMap<string, Backend>, tellsCanary = true) {
  const canary = tellsCanary ? target.canary : undefined
  return {
    ...describeEnd(target, backends),
    canary: canary === undefined ? null : { ...describeEnd(canary.target, backends), by: describeCanary(canary) },
  }
}

function describeEnd(target: IngressTarget, backends: ReadonlyMap<string, Backend>) {
  const backend = backends.get(target.backend)
  return {
    ingress: ingressName(target),
    backend: openBackend(target.backend),
    endpoints: backend?.endpoints.map(({ address, port }) => `${address}:${port}`) ?? [],
    unavailable: backend?.unavailable ?? null,
  }
}

function ingressName({ ingress }: IngressTarget): string | null {
  return ingress === undefined ? null : `${ingress.namespace}/${ingress.name}`
}

/** A host of this pattern and, as far as names go, of no other. */
function exampleHost(pattern: string | undefined): string {
  return pattern === undefined ? '' : pattern.replace('*', 'any-other')
}

function compareRoutes(a: Route<unknown>, b: Route<unknown>): number {
  return (
    compareHosts(a.host, b.host) ||
    Number(a.fallback ?? false) - Number(b.fallback ?? false) ||
    Number(a.pathType !== 'Exact') - Number(b.pathType !== 'Exact') ||
    b.path.length - a.path.length ||
    (a.path === b.path ? 0 : a.path < b.path ? -1 : 1)
  )
}

/** Names first, then wildcards, then the routes without a host. */
function compareHosts(a: string | undefined, b: string | undefined): number {
  const rank = (host: string | undefined) => (host === undefined ? 2 : host.startsWith('*') ? 1 : 0)
  return rank(a) - rank(b) || (a === b ? 0 : a! < b! ? -1 : 1)
}
