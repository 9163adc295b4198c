import { type Match, matchOf } from '../matcher.ts'
import type { Route } from '../route-table.ts'

/** Where a list that another thread has sent gets its routes from. */
export interface RouteSource<T> {
  /** By position. */
  readonly targets: readonly T[]
  /** Enters the routes of a block. */
  read(routes: (Route<T> | undefined)[], words: Int32Array, block: number): void
}

/**
 * The routes that blocks lead to, by position, and the one match of each that has ever won. It only grows at its end, so
 * matchers may share it. A list that another thread has sent is empty at first, and reads routes from the blocks.
 */
export class RouteList<T> {
  readonly routes: (Route<T> | undefined)[]
  readonly matches: (Match<T> | undefined)[]
  readonly source: RouteSource<T> | undefined

  constructor(routes: (Route<T> | undefined)[], source?: RouteSource<T>) {
    this.routes = routes
    this.matches = new Array(routes.length)
    this.source = source
  }

  /** The route at a position in a block of `words`. */
  route(index: number, words: Int32Array, block: number): Route<T> {
    if (this.routes[index] === undefined) this.source?.read(this.routes, words, block)
    return this.routes[index] as Route<T>
  }

  /** Makes the match of a route that wins for the first time. */
  remember(index: number, words: Int32Array, block: number): Match<T> {
    const match = matchOf(this.route(index, words, block))
    this.matches[index] = match
    return match
  }
}
