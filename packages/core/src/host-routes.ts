import { createNode, ensureNode, NONE, type PathNode } from './path-trie.ts'
import type { Route, RouteTable } from './route-table.ts'

/** The routes of a table as one trie a host; the key `undefined` has the routes without a host. */
export function groupByHost<T>(table: RouteTable<T>): Map<string | undefined, PathNode> {
  const hosts = new Map<string | undefined, PathNode>()
  const pathsOf = (host: string | undefined): PathNode => {
    const paths = hosts.get(host) ?? createNode('')
    hosts.set(host, paths)
    return paths
  }
  table.routes.forEach((route, index) => {
    addRoute(pathsOf(route.host), route, index, table.routes)
  })
  table.hosts?.forEach(pathsOf)
  return hosts
}

/** Enters a route at its node unless one stands there that wins every request they share. */
function addRoute(root: PathNode, route: Route<unknown>, index: number, routes: readonly Route<unknown>[]): void {
  if (route.pathType === 'Exact') {
    const node = ensureNode(root, route.path)
    if (node.exact === NONE) node.exact = index
  } else {
    const node = ensureNode(root, route.path.endsWith('/') ? route.path.slice(0, -1) : route.path)
    if (prefixRank(route) > prefixRank(routes[node.prefix])) node.prefix = index
  }
}

/**
 * Orders the Prefix routes that share a node: "/foo/" outdoes "/foo" as the longer (semantics 7.5). A default backend
 * shares the root with "/" and yields to it; as the shortest prefix of all it yields to every other route (4.6).
 */
function prefixRank(route: Route<unknown> | undefined): number {
  if (route === undefined) return -1
  return route.fallback ? 0 : route.path.length
}
