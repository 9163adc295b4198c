import type { Route } from './route-table.ts'

/** Which host bucket a request fell into: its own name, a `*.` pattern, or the routes without a host. */
export type HostBucket = 'exact' | 'wildcard' | 'none'

/**
 * Whether a request whose host has routes, none of which matches its path, may be served by a less specific bucket:
 * never, by the wildcard bucket, or by the wildcard and then the host-less bucket.
 */
export type HostFallthrough = 'none' | 'wildcard' | 'all'

/** The route that won. One frozen object for each route, so matching allocates nothing. */
export interface Match<T> {
  readonly route: Route<T>
  readonly host: HostBucket
  readonly path: 'exact' | 'prefix'
}

/** Compiled and immutable; answers which route a normalised request belongs to. */
export interface Matcher<T> {
  /**
   * The winning route for a host as {@link normaliseHost} returns it (`''` if the request has none)
   * and a path as {@link normalisePath} returns it; `undefined` if no route matches.
   */
  match(host: string, path: string): Match<T> | undefined
  /** Where a request goes that no route takes. */
  readonly defaultTarget: T | undefined
}

export interface MatcherOptions {
  /** Default: `'none'`. */
  readonly hostFallthrough?: HostFallthrough
}

/** What a matcher answers when `route` wins. */
export function matchOf<T>(route: Route<T>): Match<T> {
  const host = route.host === undefined ? 'none' : route.host.startsWith('*.') ? 'wildcard' : 'exact'
  return Object.freeze({ route, host, path: route.pathType === 'Exact' ? 'exact' : 'prefix' })
}
