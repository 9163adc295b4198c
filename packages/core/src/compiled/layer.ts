import { type Match, matchOf } from '../matcher.ts'
import type { Arena } from './arena.ts'
import { findPath, NOWHERE } from './find-path.ts'
import { EVERY_PATH, FIRST_ROUTE, HAS_PATHS, HOST, pathsAt } from './host-block.ts'
import type { HostTable } from './host-table.ts'
import type { PatternTexts } from './pattern-texts.ts'
import { type RouteList, routeIn } from './route-list.ts'

const SLASH = 0x2f

/** What a layer is made of. */
export interface LayerParts<T> {
  readonly arena: Arena
  readonly table: HostTable
  /** The block of the routes without a host; 0 if there is none. */
  readonly hostless: number
  readonly hasWildcards: boolean
  readonly routes: RouteList<T>
  readonly texts: PatternTexts
}

/** Hosts, the blocks with their paths, and the routes these lead to. */
export interface Layer<T> extends LayerParts<T> {
  /** The words of the arena as they were when this layer was made: what came later is no business of this layer. */
  readonly words: Int32Array
  /** The one match of each route that has ever won, by the position of the route. */
  readonly matches: (Match<T> | undefined)[]
}

/** Always made here, so that every layer has the same shape and stays fast to read. */
export function layerOf<T>({ arena, table, hostless, hasWildcards, routes, texts }: LayerParts<T>): Layer<T> {
  return { arena, words: arena.words, table, hostless, hasWildcards, routes, matches: routes.matches, texts }
}

/** What takes `path` in a block. */
export function take<T>(layer: Layer<T>, block: number, path: string): Match<T> | undefined {
  const { words, matches } = layer
  const info = words[block + HOST]!
  const first = words[block + FIRST_ROUTE]!
  // Read before the search: in a huge table the two wait for memory at the same time.
  const everyPath = matches[first]
  if ((info & HAS_PATHS) !== 0) {
    const ordinal = findPath(words, pathsAt(words, block), path, layer.texts, first)
    if (ordinal !== NOWHERE) return matches[first + ordinal] ?? remember(layer, block, ordinal)
  }
  if ((info & EVERY_PATH) === 0 || (path !== '' && path.charCodeAt(0) !== SLASH)) return undefined
  return everyPath ?? remember(layer, block, 0)
}

/** Makes the match of a block's route that wins for the first time. */
export function remember<T>({ words, matches, routes }: Layer<T>, block: number, ordinal: number): Match<T> {
  const index = words[block + FIRST_ROUTE]! + ordinal
  const match = matchOf(routeIn(routes, index, words, block))
  matches[index] = match
  return match
}
