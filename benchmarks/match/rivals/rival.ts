import type { Route, RouteTable } from '@ingot/core'

/** Finds the target of the winning route. */
export type Find = (host: string, path: string) => number | undefined

/** A way to match that is measured beside the others. */
export interface Rival {
  readonly name: string
  /** Everything that is done before the first request. */
  readonly build: (table: RouteTable<number>) => Find
  /** Workloads it cannot finish in sensible time or memory, and why. */
  readonly skips?: Readonly<Record<string, string>>
}

/** The paths of one host as rivals hear them: no two equal, the longest first. */
export interface HostPaths {
  readonly exact: readonly (readonly [path: string, target: number])[]
  /** Without trailing slash; `''` takes every path. */
  readonly prefix: readonly (readonly [path: string, target: number])[]
}

/**
 * What most rivals need to stand for Ingress hosts: one router a host behind a `Map`, asked for the host's own name,
 * then for its wildcard. The library itself only sees paths.
 */
export function perHost(routerFor: (paths: HostPaths) => (path: string) => number | undefined): Rival['build'] {
  return table => {
    const routers = new Map<string, (path: string) => number | undefined>()
    for (const [host, routes] of Map.groupBy(table.routes, route => route.host ?? '')) {
      routers.set(host.startsWith('*') ? host.slice(1) : host, routerFor(pathsOf(routes)))
    }
    const everyHost = routers.get('')
    return (host, path) => {
      const router = routers.get(host) ?? routers.get(host.substring(host.indexOf('.'))) ?? everyHost
      return router?.(path)
    }
  }
}

function pathsOf(routes: readonly Route<number>[]): HostPaths {
  const exact = new Map<string, number>()
  const prefix = new Map<string, number>()
  for (const { path, pathType, target } of routes) {
    const [paths, key] = pathType === 'Exact' ? [exact, path] : [prefix, path.endsWith('/') ? path.slice(0, -1) : path]
    if (!paths.has(key)) paths.set(key, target)
  }
  const longestFirst = (paths: Map<string, number>) => [...paths].sort(([a], [b]) => b.length - a.length)
  return { exact: longestFirst(exact), prefix: longestFirst(prefix) }
}

/**
 * A host's paths for a router with `/*` wildcards: a Prefix is two patterns, itself and everything below it, and an
 * Exact route takes its own path from a Prefix.
 */
export function patternsOf(paths: HostPaths, wildcard: string): (readonly [pattern: string, target: number])[] {
  const taken = new Set(paths.exact.map(([path]) => path))
  const patterns = [...paths.exact]
  for (const [path, target] of paths.prefix) {
    if (!taken.has(path || '/')) patterns.push([path || '/', target])
    patterns.push([`${path}/${wildcard}`, target])
  }
  return patterns
}
