import type { Route } from '../route-table.ts'
import { EVERY_PATH, FALLBACK, HAS_PATHS, HOST, hostAt, pathsAt } from './host-block.ts'
import { unpackText } from './packed-text.ts'
import { childrenOf, DEPTH_MASK, EXACT, ordinalAt, PREFIX, patternAt, SLASH_ENDED } from './path-block.ts'

/** A route without its target: what a block knows of it. */
export type RoutePattern = Omit<Route<unknown>, 'target'>

/** The routes of a block, in the order of their ordinals. */
export function readRoutes(words: Int32Array, block: number): RoutePattern[] {
  const info = words[block + HOST]!
  const host = hostAt(words, block)
  const routes: RoutePattern[] = []
  if ((info & EVERY_PATH) !== 0) {
    routes.push({ host, path: '/', pathType: 'Prefix', ...((info & FALLBACK) !== 0 && { fallback: true }) })
  }
  if ((info & HAS_PATHS) === 0) return routes
  const root = pathsAt(words, block)
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    waiting.push(...childrenOf(words, node).map(offset => root + offset))
    routesOf(words, node, host).forEach((route, index) => {
      routes[ordinalAt(words, node) + index] = route
    })
  }
  return routes
}

function routesOf(words: Int32Array, node: number, host: string | undefined): RoutePattern[] {
  const head = words[node]!
  if ((head & (EXACT | PREFIX)) === 0) return []
  const path = unpackText(words, patternAt(words, node), head & DEPTH_MASK)
  const routes: RoutePattern[] = []
  if ((head & EXACT) !== 0) routes.push({ host, path, pathType: 'Exact' })
  if ((head & PREFIX) !== 0) {
    routes.push({ host, path: (head & SLASH_ENDED) !== 0 ? `${path}/` : path, pathType: 'Prefix' })
  }
  return routes
}
