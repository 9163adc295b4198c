import type { HostFallthrough } from '../matcher.ts'
import { normalisePath, type PathOptions } from '../request/path.ts'
import type { PathType, Route, RouteTable } from '../route-table.ts'
import { validateRouteTable } from '../validate.ts'
import { freshElement, freshLabel, hostInBucket } from './fresh-names.ts'
import { pathInSlot, slotKey } from './path-slots.ts'
import { bucketsFor, bucketsOpen, type RouteBuckets, routeBuckets } from './route-buckets.ts'

/** Requests that no table can tell apart, and one of them. */
export interface RequestClass {
  /** A normalised host. */
  readonly host: string
  /** A normalised path. */
  readonly path: string
  /** What the class is made of: the requests that these patterns cover and no narrower pattern of the tables does. */
  readonly covers: {
    /** A host, a wildcard, or `undefined` for every other host, for IP addresses and for requests without one. */
    readonly host: string | undefined
    /** `/` of type Prefix stands for every other path, whether or not a route has it. */
    readonly path: string
    readonly pathType: PathType
  }
}

/** How the tables will be matched. Give one `hostFallthrough` for all tables, or one for each. */
export interface RequestClassOptions extends PathOptions {
  /** Default: `'none'`. */
  readonly hostFallthrough?: HostFallthrough | readonly HostFallthrough[]
}

/**
 * Requests that stand for all others: for every normalised request there is one among these that each table answers
 * with the same route. Tables that agree on these requests agree on all. None is given twice, and their number grows
 * with that of the routes, except that under fall-through each host repeats the paths it can fall through to.
 *
 * With the ambiguity guard in front, ask each request both with and without it: where both tables refuse the one of a
 * class, others of the class may pass. Tables that agree on both answers agree on all requests, guarded or not.
 *
 * @throws RouteTableError if a table breaks one of its own rules.
 */
export function* requestClasses(
  tables: readonly RouteTable<unknown>[],
  options: RequestClassOptions = {},
): Generator<RequestClass, void> {
  tables.forEach(validateRouteTable)
  const sides = tables.map((table, index) => sideOf(table, fallthroughOf(options, index)))
  const patterns = new Set<string | undefined>([...sides.flatMap(({ buckets }) => [...buckets.keys()]), undefined])
  const label = freshLabel(patterns)
  const element = freshElement(tables)
  for (const pattern of patterns) {
    const host = hostInBucket(pattern, patterns, label)
    for (const [path, covers] of pathClasses(consulted(sides, host), element, options)) {
      yield { host, path, covers: { host: pattern, ...covers } }
    }
  }
}

interface Side {
  readonly routes: readonly Route<unknown>[]
  readonly buckets: RouteBuckets
  readonly fallthrough: HostFallthrough
}

function sideOf(table: RouteTable<unknown>, fallthrough: HostFallthrough): Side {
  return { routes: table.routes, buckets: routeBuckets(table), fallthrough }
}

function fallthroughOf(options: RequestClassOptions, index: number): HostFallthrough {
  const { hostFallthrough = 'none' } = options
  return typeof hostFallthrough === 'string' ? hostFallthrough : (hostFallthrough[index] ?? 'none')
}

/** Every route that some side may look at for a request to `host`. */
function* consulted(sides: readonly Side[], host: string): Generator<Route<unknown>, void> {
  for (const { routes, buckets, fallthrough } of sides) {
    const existing = bucketsFor(buckets, host)
    for (const pattern of existing.slice(0, bucketsOpen(existing, fallthrough))) {
      for (const index of buckets.get(pattern)!) yield routes[index]!
    }
  }
}

/**
 * Divides the paths of one host. Which Prefix routes cover a path is settled by the longest of them, so there is one
 * class for each Exact path, and one for each Prefix less its Exact paths and longer Prefixes.
 */
function* pathClasses(
  routes: Iterable<Route<unknown>>,
  freshElement: string,
  options: PathOptions,
): Generator<[path: string, covers: { path: string; pathType: PathType }], void> {
  const canBeSent = (path: string) => normalisePath(path, options) === path
  const slots = { exact: new Set<string>(), prefix: new Set(['']) }
  for (const route of routes) (route.pathType === 'Exact' ? slots.exact : slots.prefix).add(slotKey(route))
  for (const path of slots.exact) if (canBeSent(path)) yield [path, { path, pathType: 'Exact' }]
  for (const key of slots.prefix) {
    const path = pathInSlot(key, slots, freshElement, canBeSent)
    if (path !== undefined) yield [path, { path: key || '/', pathType: 'Prefix' }]
  }
}
