import type { Match } from '../matcher.ts'
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
export interface RouteList<T> {
  readonly routes: (Route<T> | undefined)[]
  readonly matches: (Match<T> | undefined)[]
  readonly source: RouteSource<T> | undefined
}

/** A list in which no route has won yet. */
export function routeList<T>(routes: (Route<T> | undefined)[], source?: RouteSource<T>): RouteList<T> {
  return { routes, matches: new Array(routes.length), source }
}

/** The route at a position in a block of `words`. */
export function routeIn<T>(
  { routes, source }: RouteList<T>,
  index: number,
  words: Int32Array,
  block: number,
): Route<T> {
  if (routes[index] === undefined) source?.read(routes, words, block)
  return routes[index] as Route<T>
}
