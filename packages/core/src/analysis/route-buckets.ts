import { hostPatternsFor } from '../linear.ts'
import type { HostFallthrough } from '../matcher.ts'
import type { RouteTable } from '../route-table.ts'

/** The positions of the routes of each host pattern, in table order; the key `undefined` has those without a host. */
export type RouteBuckets = ReadonlyMap<string | undefined, readonly number[]>

/** Sorts a table's routes by host. A host that the table lists without routes gets an empty bucket (semantics 4.8). */
export function routeBuckets(table: RouteTable<unknown>): RouteBuckets {
  const buckets = new Map<string | undefined, number[]>()
  const bucketOf = (host: string | undefined): number[] => {
    const bucket = buckets.get(host) ?? []
    buckets.set(host, bucket)
    return bucket
  }
  table.routes.forEach((route, index) => {
    bucketOf(route.host).push(index)
  })
  table.hosts?.forEach(bucketOf)
  return buckets
}

/** The host patterns that cover `host` and have a bucket, most specific first (semantics 2.5). */
export function bucketsFor(buckets: RouteBuckets, host: string): (string | undefined)[] {
  return hostPatternsFor(host).filter(pattern => buckets.has(pattern))
}

/** How many of the buckets that {@link bucketsFor} returns may serve a request, from the front (semantics 3.3). */
export function bucketsOpen(existing: readonly (string | undefined)[], fallthrough: HostFallthrough): number {
  if (fallthrough === 'all' || existing.length === 0) return existing.length
  if (fallthrough === 'none' || existing[0] === undefined) return 1
  return existing.filter(pattern => pattern !== undefined).length
}
