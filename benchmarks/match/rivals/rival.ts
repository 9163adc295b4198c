import type { Route, RouteTable } from '@ingot/core'

/** Finds what the rival has for the winning route: the route itself, or something that leads to it. */
export type Find = (host: string, path: string) => object | undefined

/** The same from a host and a path that are still bytes, each from its start up to its end. */
export type FindBytes = (
  bytes: Uint8Array,
  hostStart: number,
  hostEnd: number,
  pathStart: number,
  pathEnd: number,
) => object | undefined

/** The same among the paths of one host. */
export type FindPath = (path: string) => Route<number> | undefined

/** Puts other routes in the place of one host's, as cheaply as the rival can. */
export type Update = (host: string, routes: readonly Route<number>[]) => void

/** What a rival has made of a table. */
export interface Built {
  readonly find: Find
  /** What is measured in place of `find`, if the rival reads bytes. */
  readonly findBytes?: FindBytes
  /** Absent where everything has to be built again. */
  readonly update?: Update
}

/** A way to match that is measured beside the others. */
export interface Rival {
  readonly name: string
  /** Everything that is done before the first request. */
  readonly build: (table: RouteTable<number>) => Built
  /** The route that a finding leads to; the finding itself if not given. */
  readonly routeOf?: (found: object) => Route<number>
  /** The size of what it has built, without the routes. */
  readonly compiledBytes?: (table: RouteTable<number>) => number
  /** The most routes it can take in sensible time or memory, and why no more. */
  readonly upTo?: { readonly routes: number; readonly reason: string }
  /** Workloads it cannot finish although they are small enough, and why. */
  readonly skips?: Readonly<Record<string, string>>
}

/** The target of the route that a rival has found. */
export function targetOf(rival: Rival, found: object | undefined): number | undefined {
  if (found === undefined) return undefined
  return rival.routeOf === undefined ? (found as Route<number>).target : rival.routeOf(found).target
}

/** The paths of one host as rivals hear them: no two equal, the longest first. */
export interface HostPaths {
  readonly exact: readonly (readonly [path: string, route: Route<number>])[]
  /** Without trailing slash; `''` takes every path. */
  readonly prefix: readonly (readonly [path: string, route: Route<number>])[]
}

/**
 * What most rivals need to stand for Ingress hosts: one router a host behind a `Map`, asked for the host's own name,
 * then for its wildcard. The library itself only sees paths.
 */
export function perHost(routerFor: (paths: HostPaths) => FindPath): Rival['build'] {
  return table => {
    const routers = new Map<string, FindPath>()
    const update: Update = (host, routes) => {
      routers.set(host.startsWith('*') ? host.slice(1) : host, routerFor(pathsOf(routes)))
    }
    for (const [host, routes] of Map.groupBy(table.routes, route => route.host ?? '')) update(host, routes)
    const everyHost = routers.get('')
    const find: Find = (host, path) => {
      const router = routers.get(host) ?? routers.get(host.substring(host.indexOf('.'))) ?? everyHost
      return router?.(path)
    }
    return { find, update }
  }
}

/** The paths of routes that have the same host. */
export function pathsOf(routes: readonly Route<number>[]): HostPaths {
  const exact = new Map<string, Route<number>>()
  const prefix = new Map<string, Route<number>>()
  for (const route of routes) {
    const { path, pathType } = route
    const [paths, key] = pathType === 'Exact' ? [exact, path] : [prefix, path.endsWith('/') ? path.slice(0, -1) : path]
    if (!paths.has(key)) paths.set(key, route)
  }
  const longestFirst = (paths: Map<string, Route<number>>) => [...paths].sort(([a], [b]) => b.length - a.length)
  return { exact: longestFirst(exact), prefix: longestFirst(prefix) }
}

/**
 * A host's paths for a router with `/*` wildcards: a Prefix is two patterns, itself and everything below it, and an
 * Exact route takes its own path from a Prefix.
 */
export function patternsOf(paths: HostPaths, wildcard: string): (readonly [pattern: string, route: Route<number>])[] {
  const taken = new Set(paths.exact.map(([path]) => path))
  const patterns = [...paths.exact]
  for (const [path, route] of paths.prefix) {
    if (!taken.has(path || '/')) patterns.push([path || '/', route])
    patterns.push([`${path}/${wildcard}`, route])
  }
  return patterns
}
