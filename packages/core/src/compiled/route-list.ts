import { type Match, matchOf } from '../matcher.ts'
import type { Route } from '../route-table.ts'
import { FIRST_ROUTE } from './host-block.ts'
import { readRoutes } from './read-block.ts'

/**
 * The routes that blocks lead to, by position, and the one match of each that has ever won. It only grows at its end, so
 * matchers may share it. A list that another thread has sent knows the targets alone; the rest is read from the blocks.
 */
export class RouteList<T> {
  readonly routes: (Route<T> | undefined)[]
  readonly matches: (Match<T> | undefined)[]
  readonly #targets: readonly T[]

  constructor(routes: (Route<T> | undefined)[], targets: readonly T[] = []) {
    this.routes = routes
    this.matches = new Array(routes.length)
    this.#targets = targets
  }

  /** The route at a position in a block of `words`. */
  route(index: number, words: Int32Array, block: number): Route<T> {
    if (this.routes[index] === undefined) this.#read(words, block)
    return this.routes[index] as Route<T>
  }

  /** The targets by position. */
  targets(): T[] {
    return Array.from(this.routes, (route, index) => (route === undefined ? (this.#targets[index] as T) : route.target))
  }

  /** Makes the match of a route that wins for the first time. */
  remember(index: number, words: Int32Array, block: number): Match<T> {
    const match = matchOf(this.route(index, words, block))
    this.matches[index] = match
    return match
  }

  #read(words: Int32Array, block: number): void {
    const first = words[block + FIRST_ROUTE]!
    readRoutes(words, block).forEach((pattern, ordinal) => {
      this.routes[first + ordinal] = { ...pattern, target: this.#targets[first + ordinal] as T }
    })
  }
}
