import { type HostFallthrough, type Match, type Matcher, type MatcherOptions, matchOf } from './matcher.ts'
import { isIpLiteral } from './request/host.ts'
import type { Route, RouteTable } from './route-table.ts'
import { validateRouteTable } from './validate.ts'

/**
 * The reference matcher: the meaning of a route table in code, slow and obvious. It looks at every route for every
 * request; the compiled matcher must always agree with it.
 *
 * @throws RouteTableError if the table breaks one of its own rules.
 */
export function linearMatcher<T>(table: RouteTable<T>, options: MatcherOptions = {}): Matcher<T> {
  validateRouteTable(table)
  const matches = table.routes.map(matchOf)
  return {
    defaultTarget: table.defaultTarget,
    match(host, path) {
      for (const pattern of bucketsTried(table, host, options.hostFallthrough ?? 'none')) {
        const fitting = matches.filter(({ route }) => route.host === pattern && pathFits(route, path))
        if (fitting.length > 0) return fitting.reduce((best, next) => (comparePrecedence(next, best) < 0 ? next : best))
      }
      return undefined
    },
  }
}

/**
 * The host patterns a request may be served by, best first: of the buckets that exist for its host, the most specific
 * one, and further ones only as far as `hostFallthrough` allows (semantics 2.5, 2.6, 3.3).
 */
export function bucketsTried<T>(table: RouteTable<T>, host: string, fallthrough: HostFallthrough): Bucket[] {
  const existing = hostPatternsFor(host).filter(pattern => bucketExists(table, pattern))
  if (fallthrough === 'all') return existing
  if (fallthrough === 'none' || existing[0] === undefined) return existing.slice(0, 1)
  return existing.filter(pattern => pattern !== undefined)
}

/** A host as the routes of one bucket write it; `undefined` for the routes without a host. */
export type Bucket = string | undefined

/**
 * Every pattern that could cover `host`, best first: its own name, `*.` in place of its first label, no host
 * (semantics 2.3, 2.4). An IP address is covered only by the routes without a host (semantics 1.9).
 */
export function hostPatternsFor(host: string): Bucket[] {
  if (host === '' || isIpLiteral(host)) return [undefined]
  const dot = host.indexOf('.')
  return dot > 0 ? [host, `*${host.slice(dot)}`, undefined] : [host, undefined]
}

/** A bucket exists if a route names its host, or the table lists it as a host without routes (semantics 4.8). */
export function bucketExists<T>(table: RouteTable<T>, pattern: Bucket): boolean {
  return table.routes.some(route => route.host === pattern) || (table.hosts ?? []).includes(pattern)
}

/** Whether a route's path covers a request's: the whole of it, or its leading elements (semantics 7.2, 7.3). */
export function pathFits(route: Route<unknown>, path: string): boolean {
  if (route.pathType === 'Exact') return route.path === path
  const requested = path.split('/')
  return elementsOf(route.path).every((element, index) => element === requested[index])
}

/** The elements of a Prefix pattern, whose one trailing slash does not count. */
function elementsOf(prefix: string): string[] {
  return (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix).split('/')
}

/**
 * Negative if `a` wins over `b` where both fit a request of the same host bucket: default backends come last
 * (semantics 4.6), Exact beats Prefix (7.4), the longer pattern beats the shorter, its trailing slash counted (7.5).
 * Zero if they are equal; then the earlier in the table wins.
 */
export function comparePrecedence(a: Match<unknown>, b: Match<unknown>): number {
  return (
    Number(a.route.fallback ?? false) - Number(b.route.fallback ?? false) ||
    Number(a.path === 'prefix') - Number(b.path === 'prefix') ||
    b.route.path.length - a.route.path.length
  )
}
