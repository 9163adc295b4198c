import type { Route } from '@ingot/core'
import type { Backend, IngressTarget } from '@ingot/kubernetes'
import { formatTable } from './format-table.ts'
import type { RoutingPicture } from './routing-picture.ts'

/** One route as JSON, in the order in which routes are tried for a host. */
export interface ListedRoute {
  readonly host: string | null
  readonly path: string
  readonly pathType: string
  readonly ingress: string | null
  readonly backend: string
  readonly endpoints: readonly string[]
  /** Why the route answers 503. */
  readonly unavailable: string | null
}

/** Every route of a picture, by host, longest path first; the default backends of a host after its paths. */
export function listRoutes({ table, backends }: RoutingPicture): ListedRoute[] {
  const routes = [...table.routes].sort(compareRoutes).map(route => listRoute(route, route.path, backends))
  if (table.defaultTarget === undefined) return routes
  const everything = { host: undefined, path: '/', pathType: 'Prefix', target: table.defaultTarget } as const
  return [...routes, listRoute({ ...everything, fallback: true }, 'anything else', backends)]
}

/** The same as a table for people. */
export function formatRoutes(picture: RoutingPicture): string {
  const rows = listRoutes(picture).map(route => [
    route.host ?? 'any other host',
    route.path,
    route.pathType,
    route.backend,
    route.unavailable ?? route.endpoints.join(' '),
    route.ingress ?? '',
  ])
  return formatTable(['HOST', 'PATH', 'TYPE', 'BACKEND', 'ENDPOINTS', 'INGRESS'], rows)
}

function listRoute(
  { host, pathType, fallback, target }: Route<IngressTarget>,
  path: string,
  backends: ReadonlyMap<string, Backend>,
): ListedRoute {
  const backend = backends.get(target.backend)
  return {
    host: host ?? null,
    path,
    pathType: fallback === true ? 'default' : pathType,
    ingress: target.ingress === undefined ? null : `${target.ingress.namespace}/${target.ingress.name}`,
    backend: target.backend,
    endpoints: backend?.endpoints.map(({ address, port }) => `${address}:${port}`) ?? [],
    unavailable: backend?.unavailable ?? null,
  }
}

function compareRoutes(a: Route<unknown>, b: Route<unknown>): number {
  return (
    compareHosts(a.host, b.host) ||
    Number(a.fallback ?? false) - Number(b.fallback ?? false) ||
    b.path.length - a.path.length ||
    (a.pathType < b.pathType ? -1 : 1)
  )
}

/** Names first, then wildcards, then the routes without a host. */
function compareHosts(a: string | undefined, b: string | undefined): number {
  const rank = (host: string | undefined) => (host === undefined ? 2 : host.startsWith('*') ? 1 : 0)
  return rank(a) - rank(b) || (a === b ? 0 : a! < b! ? -1 : 1)
}
