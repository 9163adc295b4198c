import type { RouteTable } from '../route-table.ts'
import { validateRouteTable } from '../validate.ts'
import { compileLayer } from './compile-layer.ts'
import { EVERY_PATH, FIRST_ROUTE, HAS_PATHS, HOST, hostAt, pathsAt } from './host-block.ts'
import type { Layer } from './layer.ts'
import { unpackText } from './packed-text.ts'
import { childrenOf, DEPTH_MASK, EXACT, ordinalAt, PREFIX, patternAt } from './path-block.ts'
import { routeIn } from './route-list.ts'

/**
 * Draws the tries that a table compiles into, one for each host, with the routes that can win at each node.
 * For snapshots and for people.
 *
 * @param describe names a target; by default its string form.
 * @throws RouteTableError if the table breaks one of its own rules.
 */
export function formatTrie<T>(table: RouteTable<T>, describe: (target: T) => string = String): string {
  validateRouteTable(table)
  const { layer } = compileLayer(table)
  return blocksOf(layer)
    .flatMap(block => formatHost(layer, block, describe))
    .join('\n')
}

/** All blocks: in the order of the table, the one without a host at the end. */
function blocksOf({ table, hostless }: Layer<unknown>): number[] {
  const blocks = Array.from(table.slots).filter((block, index) => index % 2 === 1 && block !== 0)
  return [...blocks.sort((a, b) => a - b), ...(hostless === 0 ? [] : [hostless])]
}

function formatHost<T>(layer: Layer<T>, block: number, describe: (target: T) => string): string[] {
  const { words } = layer
  const info = words[block + HOST]!
  const name = (ordinal: number) => {
    const route = routeIn(layer.routes, words[block + FIRST_ROUTE]! + ordinal, words, block)
    return `  ${route.fallback ? 'default' : route.pathType}: ${describe(route.target)}`
  }
  const title = (hostAt(words, block) ?? '(every other host)') + ((info & EVERY_PATH) !== 0 ? name(0) : '')
  if ((info & HAS_PATHS) === 0) return [title]
  const root = pathsAt(words, block)
  return [title, ...drawNode({ words, root, name }, root, 0, '', true)]
}

interface Trie {
  readonly words: Int32Array
  readonly root: number
  readonly name: (ordinal: number) => string
}

function drawNode(trie: Trie, node: number, parentDepth: number, indent: string, last: boolean): string[] {
  const head = trie.words[node]!
  const label = pathThrough(trie, node).slice(parentDepth, head & DEPTH_MASK)
  const children = childrenOf(trie.words, node).map(offset => trie.root + offset)
  const below = indent + (last ? '   ' : '│  ')
  return [
    `${indent}${last ? '└─' : '├─'} ${label}${routesAt(trie, node)}`,
    ...children.flatMap((child, index) =>
      drawNode(trie, child, head & DEPTH_MASK, below, index === children.length - 1),
    ),
  ]
}

/** Some path that goes through a node: its own pattern, or that of a node below. */
function pathThrough({ words, root }: Trie, node: number): string {
  let end = node
  while ((words[end]! & (EXACT | PREFIX)) === 0) end = root + childrenOf(words, end)[0]!
  return unpackText(words, patternAt(words, end), words[end]! & DEPTH_MASK)
}

function routesAt({ words, name }: Trie, node: number): string {
  const kinds = [EXACT, PREFIX].filter(kind => (words[node]! & kind) !== 0)
  return kinds.map((_, index) => name(ordinalAt(words, node) + index)).join('')
}
