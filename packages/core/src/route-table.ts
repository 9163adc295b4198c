/** How a route's path is compared: whole, or element by element from the front. */
export type PathType = 'Exact' | 'Prefix'

/** One host and path pattern, and where its requests go. */
export interface Route<T> {
  /** `shop.example.com`, `*.example.com`, or `undefined` for every host that has no better bucket. */
  readonly host: string | undefined
  /** A normalised path that begins with `/`; a trailing slash counts for `Exact` and is ignored for `Prefix`. */
  readonly path: string
  readonly pathType: PathType
  readonly target: T
  /** A default backend: path `/`, type `Prefix`, and every other route of its host comes before it. */
  readonly fallback?: boolean
}

/**
 * The only thing between Kubernetes and the matcher: plain routes, in order of age.
 * Of two routes that match a request equally well, the earlier in the list wins.
 */
export interface RouteTable<T> {
  readonly routes: readonly Route<T>[]
  /** Hosts that exist although no route names them: their requests match nothing, rather than another host's routes. */
  readonly hosts?: readonly (string | undefined)[]
  /** Where a request goes that no route takes. */
  readonly defaultTarget?: T
}
