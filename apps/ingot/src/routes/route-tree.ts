import type { ListedRoute } from './format-routes.ts'

/** One line of the tree: a host, or a route of it. */
export interface RouteNode {
  readonly text: string
  readonly route?: ListedRoute
}

interface Branch {
  readonly route: ListedRoute
  readonly below: Branch[]
}

/** Lays routes out below their hosts. `nested` puts a path below the longest Prefix that covers it. */
export function routeTree(routes: readonly ListedRoute[], nested: boolean): RouteNode[] {
  const hosts = Map.groupBy(routes, ({ host, path }) => (path === 'anything else' ? undefined : (host ?? null)))
  return [...hosts].flatMap(([host, group]) => {
    if (host === undefined) return group.map(route => ({ text: 'anything else', route }))
    const branches = nested ? nest(group) : group.map(route => ({ route, below: [] }))
    return [{ text: host ?? '(any other host)' }, ...draw(branches, '')]
  })
}

function nest(routes: readonly ListedRoute[]): Branch[] {
  const roots: Branch[] = []
  const prefixes = new Map<string, Branch>()
  // Shorter paths first, so that what covers a path is there before it; default backends have a place of their own.
  const ordered = [...routes].sort((a, b) => rank(a) - rank(b) || a.path.length - b.path.length)
  for (const route of ordered) {
    const branch = { route, below: [] }
    const parent = route.pathType === 'default' ? undefined : coveringPrefix(route.path, prefixes)
    ;(parent?.below ?? roots).push(branch)
    if (route.pathType === 'Prefix' && route.shadowedBy === null) prefixes.set(stem(route.path), branch)
  }
  return roots
}

function rank({ pathType }: ListedRoute): number {
  return Number(pathType === 'default')
}

/** The longest Prefix that covers a path and more: what has the same path stands beside it. */
function coveringPrefix(path: string, prefixes: ReadonlyMap<string, Branch>): Branch | undefined {
  const own = stem(path)
  for (let end = own.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : own.lastIndexOf('/', end - 1)) {
    const found = prefixes.get(own.slice(0, end))
    if (found !== undefined) return found
  }
  return undefined
}

function stem(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

function draw(branches: readonly Branch[], indent: string): RouteNode[] {
  return branches.flatMap(({ route, below }, index) => {
    const last = index === branches.length - 1
    const path = route.pathType === 'default' ? 'anything else' : route.path
    const text = `${indent}${last ? '└─' : '├─'} ${path}`
    return [{ text, route }, ...draw(below, `${indent}${last ? '   ' : '│  '}`)]
  })
}
