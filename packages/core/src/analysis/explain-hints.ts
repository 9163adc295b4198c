import { isIpv4 } from '../request/host.ts'
import type { Route } from '../route-table.ts'

/** What became of an authority. */
export interface HostNormalisation {
  /** The authority as it arrived. */
  readonly before: string | undefined
  /** The host that was compared: `''` if the request has none, `undefined` if it was refused. */
  readonly after: string | undefined
  readonly changes: readonly HostChange[]
}

/** What normalisation does to a host (semantics 1.6-1.8). */
export type HostChange = 'port-dropped' | 'lower-cased' | 'dot-removed'

/** Says what was done to turn an authority into `host`. */
export function describeHost(before: string | undefined, after: string | undefined): HostNormalisation {
  const changes: HostChange[] = []
  if (before !== undefined && after !== undefined && before !== after) {
    const dropped = before.slice(after.length)
    if (before.slice(0, after.length) !== after) changes.push('lower-cased')
    if (dropped.startsWith('.')) changes.push('dot-removed')
    if (dropped.includes(':')) changes.push('port-dropped')
  }
  return { before, after, changes }
}

/** Why a host pattern that reads as if it covered the host does not (semantics 1.9, 2.3). */
export type HostHint =
  /** `*.foo.com` for `a.b.foo.com`: a wildcard stands for one label. */
  | 'too-many-labels'
  /** `*.foo.com` for `foo.com`: a wildcard stands for one label, not for none. */
  | 'label-missing'
  /** `*.0.0.1` for `127.0.0.1`: no pattern covers an address. */
  | 'ip-address'

/** The patterns that nearly cover a normalised host, and why they do not. */
export function* nearPatterns(host: string): Generator<[pattern: string, hint: HostHint], void> {
  const hint = isIpv4(host) ? 'ip-address' : 'too-many-labels'
  const first = host.indexOf('.')
  // The wildcard of the first dot covers a name, but no address.
  let dot = hint === 'ip-address' || first === -1 ? first : host.indexOf('.', first + 1)
  if (hint !== 'ip-address') yield [`*.${host}`, 'label-missing']
  for (; dot !== -1; dot = host.indexOf('.', dot + 1)) yield [`*${host.slice(dot)}`, hint]
}

/** Why a path that reads as if a route took it does not belong to it (semantics 7.2, 7.3). */
export type PathHint =
  /** They differ in nothing but case. */
  | 'letter-case'
  /** Exact, and they differ in nothing but a slash at the end. */
  | 'trailing-slash'
  /** Exact, and the request goes on where the route ends. */
  | 'below-exact'
  /** Prefix `/foo` for `/foobar`: prefixes end where an element ends. */
  | 'inside-element'

/** Says by how little `path` missed a route that does not fit it. `fits` tells whether a path does. */
export function pathHint(
  route: Route<unknown>,
  path: string,
  fits: (route: Route<unknown>, path: string) => boolean,
): PathHint | undefined {
  if (fits({ ...route, path: route.path.toLowerCase() }, path.toLowerCase())) return 'letter-case'
  if (route.pathType === 'Prefix') return path.startsWith(withoutSlash(route.path)) ? 'inside-element' : undefined
  if (withoutSlash(route.path) === withoutSlash(path)) return 'trailing-slash'
  return path.startsWith(`${withoutSlash(route.path)}/`) ? 'below-exact' : undefined
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
