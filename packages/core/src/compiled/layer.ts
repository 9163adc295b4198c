import type { Match } from '../matcher.ts'
import type { Arena } from './arena.ts'
import { findPath, NOWHERE } from './find-path.ts'
import { EVERY_PATH, FIRST_ROUTE, HAS_PATHS, HOST, pathsAt } from './host-block.ts'
import type { HostTable } from './host-table.ts'
import type { PatternTexts } from './pattern-texts.ts'
import type { RouteList } from './route-list.ts'

const SLASH = 0x2f

export type LayerParts<T> = Pick<Layer<T>, 'arena' | 'table' | 'hostless' | 'hasWildcards' | 'routes' | 'texts'>

/** Hosts, the blocks with their paths, and the routes these lead to. */
export class Layer<T> {
  readonly arena: Arena
  /** The words of the arena as they were when this layer was made: what came later is no business of this layer. */
  readonly words: Int32Array
  readonly table: HostTable
  /** The block of the routes without a host; 0 if there is none. */
  readonly hostless: number
  readonly hasWildcards: boolean
  readonly routes: RouteList<T>
  readonly texts: PatternTexts

  constructor(parts: LayerParts<T>) {
    this.arena = parts.arena
    this.words = parts.arena.words
    this.table = parts.table
    this.hostless = parts.hostless
    this.hasWildcards = parts.hasWildcards
    this.routes = parts.routes
    this.texts = parts.texts
  }

  /** What takes `path` in a block. */
  take(block: number, path: string): Match<T> | undefined {
    const { words } = this
    const info = words[block + HOST]!
    const first = words[block + FIRST_ROUTE]!
    // Read before the search: in a huge table the two wait for memory at the same time.
    const everyPath = this.routes.matches[first]
    if ((info & HAS_PATHS) !== 0) {
      const ordinal = findPath(words, pathsAt(words, block), path, this.texts, first)
      if (ordinal !== NOWHERE) return this.routes.matches[first + ordinal] ?? this.#remember(block, ordinal)
    }
    if ((info & EVERY_PATH) === 0 || (path !== '' && path.charCodeAt(0) !== SLASH)) return undefined
    return everyPath ?? this.#remember(block, 0)
  }

  /** The match of a block's route. */
  matchAt(block: number, ordinal: number): Match<T> {
    return this.routes.matches[this.words[block + FIRST_ROUTE]! + ordinal] ?? this.#remember(block, ordinal)
  }

  #remember(block: number, ordinal: number): Match<T> {
    return this.routes.remember(this.words[block + FIRST_ROUTE]! + ordinal, this.words, block)
  }
}
