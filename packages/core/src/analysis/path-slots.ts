import { comparePrecedence } from '../linear.ts'
import { matchOf } from '../matcher.ts'
import type { Route } from '../route-table.ts'

/**
 * The routes of one bucket by what they compete for. Two routes of a bucket can keep each other from ever winning only
 * if they share a slot: one slot for each Exact path, one for each Prefix without its trailing slash (semantics 7.4-7.7).
 */
export interface PathSlots {
  /** The position of the route that wins the slot of an Exact path. */
  readonly exact: ReadonlyMap<string, number>
  /** The position of the route that wins the slot of a Prefix; that of `/`, and of the default backend, is `''`. */
  readonly prefix: ReadonlyMap<string, number>
}

/** Finds the winner of each slot among the routes of one bucket; `bucket` has their positions in table order. */
export function pathSlots(routes: readonly Route<unknown>[], bucket: readonly number[]): PathSlots {
  const exact = new Map<string, number>()
  const prefix = new Map<string, number>()
  for (const index of bucket) {
    const route = routes[index]!
    const slots = route.pathType === 'Exact' ? exact : prefix
    const key = slotKey(route)
    const holder = slots.get(key)
    if (holder === undefined || comparePrecedence(matchOf(route), matchOf(routes[holder]!)) < 0) slots.set(key, index)
  }
  return { exact, prefix }
}

/** The position of the route that holds the slot of `route`: its own, unless it can never win. */
export function slotHolder(slots: PathSlots, route: Route<unknown>): number {
  return (route.pathType === 'Exact' ? slots.exact : slots.prefix).get(slotKey(route))!
}

/** The position of the route that wins `path` in this bucket (semantics 7.4). */
export function slotWinner(slots: PathSlots, path: string): number | undefined {
  const exact = slots.exact.get(path)
  if (exact !== undefined) return exact
  for (let end = path.length; end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
    const prefix = slots.prefix.get(path.slice(0, end))
    if (prefix !== undefined) return prefix
  }
  return undefined
}

/** What two routes of the same path type must have in common to compete for every request. */
export function slotKey(route: Route<unknown>): string {
  return route.pathType === 'Prefix' && route.path.endsWith('/') ? route.path.slice(0, -1) : route.path
}

/**
 * A request path that the Prefix slot `key` wins, the shortest there is; `undefined` if none can be sent.
 * `freshElement` is an element that no path of the table has.
 */
export function pathInSlot(
  key: string,
  slots: PathSet,
  freshElement: string,
  canBeSent: (path: string) => boolean,
): string | undefined {
  for (const path of pathsUnder(key, freshElement)) {
    if (!slots.exact.has(path) && (path === key || !slots.prefix.has(path)) && canBeSent(path)) return path
  }
  return undefined
}

/** The paths of a bucket, whatever is known of each. */
interface PathSet {
  readonly exact: { has(path: string): boolean }
  readonly prefix: { has(key: string): boolean }
}

function* pathsUnder(key: string, freshElement: string): Generator<string, void> {
  if (key !== '') yield key
  yield `${key}/`
  yield `${key}/${freshElement}`
  // One character more may be all that the length limit of requests allows.
  for (const character of ELEMENT_CHARACTERS) yield `${key}/${character}`
}

const ELEMENT_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~!$&'()*+,;=:@"
