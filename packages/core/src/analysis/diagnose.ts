import { compile } from '../compile.ts'
import type { Matcher, MatcherOptions } from '../matcher.ts'
import { isAmbiguous } from '../request/ambiguity.ts'
import { isIpv4 } from '../request/host.ts'
import { normalisePath, type PathOptions } from '../request/path.ts'
import type { Route, RouteTable } from '../route-table.ts'
import { validateRouteTable } from '../validate.ts'
import { freshElement, freshLabel, hostInBucket } from './fresh-names.ts'
import { type GuardOptions, guardRefusal } from './guard-options.ts'
import { type PathSlots, pathInSlot, pathSlots, slotHolder, slotKey, slotWinner } from './path-slots.ts'
import { routeBuckets } from './route-buckets.ts'

/** What may be wrong with a valid route (semantics 12.3). The codes are stable. */
export type FindingCode =
  /** Never wins: an earlier route has the same host, path type and path (semantics 5.3), or both are default backends (4.4). */
  | 'duplicate'
  /** Never wins: a Prefix `/foo` beside a Prefix `/foo/` of the same host, which counts as the longer (semantics 7.5). */
  | 'shadowed-by-slash-prefix'
  /** Never wins: the default backend of a host that has a Prefix `/` (semantics 4.6). */
  | 'shadowed-default'
  /** Never wins: an option or a limit of path normalisation leaves no request that it could take (semantics 8.5, 8.6, 8.9). */
  | 'unreachable-path'
  /** A Prefix `/foo/` does not take `/foo`, because Exact comes first however long the Prefix is (semantics 7.4). */
  | 'exact-beats-slash-prefix'
  /** A wildcard such as `*.0.0.1` reads as if it took IP addresses; it takes none (semantics 1.9). */
  | 'wildcard-over-ip'
  /**
   * A Prefix such as `/a;b` whose own path is refused, because some upstreams read it as one that is routed elsewhere;
   * no request for it passes unless a longer path happens to (semantics 8.8).
   */
  | 'ambiguous-path'

/** How the table will be used. */
export interface DiagnoseOptions<T> extends MatcherOptions, PathOptions, GuardOptions<T> {}

/** Something that is probably not what the author of a route wanted. */
export interface Finding<T> {
  readonly code: FindingCode
  /** Whether the route can never win, whatever is requested. */
  readonly neverWins: boolean
  readonly route: Route<T>
  /** The position of `route` in the table. */
  readonly index: number
  /**
   * Who takes the requests instead: those of a route that never wins, as far as no more specific route has them
   * anyway, or those like `proof`. `undefined` if no route takes them, or they are refused.
   */
  readonly winner: Route<T> | undefined
  /** The position of `winner` in the table. */
  readonly winnerIndex: number | undefined
  /** A normalised request that reads like one for `route` but is none; `undefined` if none can be sent. */
  readonly proof: { readonly host: string; readonly path: string } | undefined
}

/**
 * Finds the routes of a table that can never win, and those that do not take what they seem to, in table order. Every
 * route without a finding that says it never wins does win some request. `hostFallthrough` matters to `ambiguous-path`
 * alone: each bucket has hosts of its own, and fall-through only brings it more requests. The time grows with the number
 * of routes.
 *
 * @throws RouteTableError if the table breaks one of its own rules.
 */
export function diagnose<T>(table: RouteTable<T>, options: DiagnoseOptions<T> = {}): Finding<T>[] {
  validateRouteTable(table)
  const { routes } = table
  const buckets = routeBuckets(table)
  const label = freshLabel(buckets.keys())
  const element = freshElement([table])
  const canBeSent = (path: string) => normalisePath(path, options) === path
  const hostless = pathSlots(routes, buckets.get(undefined) ?? [])
  const isRefused = guardFor(table, options)
  const findings: Finding<T>[] = []
  for (const [pattern, bucket] of buckets) {
    const slots = pathSlots(routes, bucket)
    const context: Context = {
      routes,
      slots,
      hostless,
      host: hostInBucket(pattern, buckets, label),
      address: addressUnder(pattern),
      pathFor: route => examplePath(route, slots, element, canBeSent),
      isRefused,
    }
    for (const index of bucket) {
      for (const doubt of doubtsAbout(index, context)) findings.push(findingOf(table, index, doubt))
    }
  }
  return findings.sort((a, b) => a.index - b.index)
}

/** One bucket, and what is needed to judge its routes. */
interface Context {
  readonly routes: readonly Route<unknown>[]
  readonly slots: PathSlots
  readonly hostless: PathSlots
  /** A host of this bucket. */
  readonly host: string
  /** An IP address that the host pattern seems to cover. */
  readonly address: string | undefined
  /** A path that the route, or whoever shadows it, wins. */
  readonly pathFor: (route: Route<unknown>) => string | undefined
  /** Whether the ambiguity guard refuses a request. */
  readonly isRefused: (host: string, path: string) => boolean
}

/** A finding by positions. */
interface Doubt {
  readonly code: FindingCode
  readonly winner?: number | undefined
  readonly host?: string
  readonly path?: string | undefined
}

function* doubtsAbout(index: number, context: Context): Generator<Doubt, void> {
  const { routes, slots, host } = context
  const route = routes[index]!
  const holder = slotHolder(slots, route)
  if (holder !== index) {
    yield { code: shadowCode(route, routes[holder]!), winner: holder, host, path: context.pathFor(route) }
    return
  }
  const path = context.pathFor(route)
  if (path === undefined) {
    yield { code: 'unreachable-path' }
    return
  }
  if (context.isRefused(host, path)) yield { code: 'ambiguous-path', host, path }
  const exact = lostToExact(route, context)
  if (exact !== undefined) yield { code: 'exact-beats-slash-prefix', winner: exact, host, path: slotKey(route) }
  const { address } = context
  if (address !== undefined) {
    yield { code: 'wildcard-over-ip', winner: slotWinner(context.hostless, path), host: address, path }
  }
}

/** The guard in front of the whole table, which is compiled only if there is a path to guard. */
function guardFor<T>(table: RouteTable<T>, options: DiagnoseOptions<T>): Context['isRefused'] {
  let matcher: Matcher<T> | undefined
  return (host, path) => {
    if (!isAmbiguous(path)) return false
    matcher ??= compile(table, options)
    return guardRefusal(matcher, host, path, matcher.match(host, path), options) !== undefined
  }
}

/** Why `route` never wins where `holder` has its slot. */
function shadowCode(route: Route<unknown>, holder: Route<unknown>): FindingCode {
  if (route.fallback && !holder.fallback) return 'shadowed-default'
  return route.path === holder.path ? 'duplicate' : 'shadowed-by-slash-prefix'
}

/** The Exact route that takes the path of a Prefix, where that is one character longer. */
function lostToExact(route: Route<unknown>, { slots }: Context): number | undefined {
  if (route.pathType === 'Exact' || !route.path.endsWith('/')) return undefined
  return slots.exact.get(slotKey(route))
}

function examplePath(
  route: Route<unknown>,
  slots: PathSlots,
  element: string,
  canBeSent: (path: string) => boolean,
): string | undefined {
  if (route.pathType === 'Exact') return canBeSent(route.path) ? route.path : undefined
  return pathInSlot(slotKey(route), slots, element, canBeSent)
}

const NEVER_WINS: ReadonlySet<FindingCode> = new Set([
  'duplicate',
  'shadowed-by-slash-prefix',
  'shadowed-default',
  'unreachable-path',
])

/** `127.0.0.1` for `*.0.0.1`. */
function addressUnder(pattern: string | undefined): string | undefined {
  if (!pattern?.startsWith('*.')) return undefined
  const address = `127${pattern.slice(1)}`
  return isIpv4(address) ? address : undefined
}

function findingOf<T>(table: RouteTable<T>, index: number, doubt: Doubt): Finding<T> {
  const { code, winner, host, path } = doubt
  return {
    code,
    neverWins: NEVER_WINS.has(code),
    route: table.routes[index]!,
    index,
    winner: winner === undefined ? undefined : table.routes[winner],
    winnerIndex: winner,
    proof: host === undefined || path === undefined ? undefined : { host, path },
  }
}
