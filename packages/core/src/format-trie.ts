import { groupByHost } from './host-routes.ts'
import type { PathNode } from './path-trie.ts'
import type { RouteTable } from './route-table.ts'

/**
 * Draws the tries that a table compiles into, one for each host, with the routes that can win at each node.
 * For snapshots and for people.
 *
 * @param describe names a target; by default its string form.
 */
export function formatTrie<T>(table: RouteTable<T>, describe: (target: T) => string = String): string {
  const routesAt = (node: PathNode) =>
    [table.routes[node.exact], table.routes[node.prefix]]
      .filter(route => route !== undefined)
      .map(route => `  ${route.fallback ? 'default' : route.pathType}: ${describe(route.target)}`)
      .join('')
  const lines: string[] = []
  for (const [host, root] of groupByHost(table)) {
    lines.push((host ?? '(every other host)') + routesAt(root), ...branches(root, '', routesAt))
  }
  return lines.join('\n')
}

function branches(node: PathNode, indent: string, routesAt: (node: PathNode) => string): string[] {
  return node.children.flatMap((child, index) => {
    const last = index === node.children.length - 1
    const line = `${indent}${last ? '└─' : '├─'} ${child.label}${routesAt(child)}`
    return [line, ...branches(child, `${indent}${last ? '   ' : '│  '}`, routesAt)]
  })
}
