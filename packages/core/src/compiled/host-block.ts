import type { Route } from '../route-table.ts'
import type { Arena } from './arena.ts'
import { packedLength, packText, unpackText } from './packed-text.ts'
import { type PathEntry, writePaths } from './path-block.ts'

/*
 * Everything about one host, in one run of words:
 *
 *   size        in words, the whole block
 *   host        length of its name, and flags
 *   routes      the number of routes that can win
 *   first       the position of its first route in the matcher's list; the others follow
 *   name        packed; of a wildcard what follows the `*`
 *   paths       the trie, if a route has a path longer than "/"
 *
 * Offsets inside a block count from its own words, so a block may be moved.
 */

export const SIZE = 0
export const HOST = 1
export const ROUTES = 2
export const FIRST_ROUTE = 3
export const NAME = 4

export const NAME_LENGTH_MASK = 0x3ff
/** The name is what follows the `*`. */
export const WILDCARD = 1 << 10
/** The first route takes every path that no other takes. */
export const EVERY_PATH = 1 << 11
/** The route for every path is a default backend, not a Prefix "/". */
export const FALLBACK = 1 << 12
/** There is a trie. */
export const HAS_PATHS = 1 << 13
/** The host is no longer there: the block hides an older one of the same name. */
export const REMOVED = 1 << 14

/** The name under which a host pattern is kept; the routes without a host have the empty name. */
export function nameOf(host: string | undefined): string {
  return host === undefined ? '' : host.startsWith('*') ? host.slice(1) : host
}

/** Where the trie of a block begins. */
export function pathsAt(words: Int32Array, block: number): number {
  return block + NAME + packedLength(words[block + HOST]! & NAME_LENGTH_MASK)
}

/** The name of a block. */
export function nameAt(words: Int32Array, block: number): string {
  return unpackText(words, block + NAME, words[block + HOST]! & NAME_LENGTH_MASK)
}

/** The host pattern of a block. */
export function hostAt(words: Int32Array, block: number): string | undefined {
  const name = nameAt(words, block)
  if (name === '') return undefined
  return (words[block + HOST]! & WILDCARD) === 0 ? name : `*${name}`
}

/**
 * Appends the block of one host and returns its offset. `routes` are the host's, as positions in `table`;
 * those that can win are added to `order`. Position 0 of `order` is position `shift` of the matcher's list.
 */
export function writeHostBlock(
  arena: Arena,
  host: string | undefined,
  routes: readonly number[],
  table: readonly Route<unknown>[],
  order: number[],
  shift: number,
): number {
  const name = nameOf(host)
  const block = arena.used
  const first = order.length
  const { entries, everyPath } = entriesOf(routes, table)
  arena.reserve(NAME + packedLength(name.length))
  packText(arena.words, block + NAME, name)
  arena.used += NAME + packedLength(name.length)
  if (everyPath >= 0) order.push(everyPath)
  if (entries.length > 0) writePaths(arena, entries, order, first)
  const { words } = arena
  words[block + SIZE] = arena.used - block
  words[block + HOST] = name.length | (host?.startsWith('*') ? WILDCARD : 0) | pathFlags(entries, table[everyPath])
  words[block + ROUTES] = order.length - first
  words[block + FIRST_ROUTE] = shift + first
  return block
}

/** Appends a block that says a host is no longer there. */
export function writeRemoval(arena: Arena, host: string | undefined): number {
  const block = writeHostBlock(arena, host, [], [], [], 0)
  arena.words[block + HOST] = arena.words[block + HOST]! | REMOVED
  return block
}

function pathFlags(entries: readonly PathEntry[], everyPath: Route<unknown> | undefined): number {
  const every = everyPath === undefined ? 0 : EVERY_PATH | (everyPath.fallback ? FALLBACK : 0)
  return every | (entries.length > 0 ? HAS_PATHS : 0)
}

/** The routes of a host that can win, by path, and the one that takes every path; -1 if there is none. */
function entriesOf(
  routes: readonly number[],
  table: readonly Route<unknown>[],
): { entries: PathEntry[]; everyPath: number } {
  const entries: PathEntry[] = []
  let everyPath = -1
  for (const index of routes) {
    const { path, pathType, fallback } = table[index]!
    if (pathType === 'Prefix' && path === '/') {
      // A default backend yields to a Prefix "/" whatever their order; of two alike the earlier wins (semantics 4.6).
      const current = table[everyPath]
      if (current === undefined || (current.fallback && !fallback)) everyPath = index
    } else {
      entries.push(entryOf(path, pathType === 'Exact', index))
    }
  }
  return { entries: mergeEqual(sortByPath(entries)), everyPath }
}

function entryOf(path: string, isExact: boolean, index: number): PathEntry {
  const slashEnded = !isExact && path.endsWith('/')
  return {
    path: slashEnded ? path.slice(0, -1) : path,
    exact: isExact ? index : -1,
    prefix: isExact ? -1 : index,
    slashEnded,
  }
}

function sortByPath(entries: PathEntry[]): PathEntry[] {
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** Makes one entry of those with the same path; sorting has kept them in the order of the table. */
function mergeEqual(entries: PathEntry[]): PathEntry[] {
  let kept = 0
  for (const entry of entries) {
    const last = entries[kept - 1]
    if (kept > 0 && last!.path === entry.path) mergeInto(last!, entry)
    else entries[kept++] = entry
  }
  entries.length = kept
  return entries
}

/** Of two Exact routes the earlier stays; "/foo/" outdoes "/foo", which it shares every request with (semantics 7.5). */
function mergeInto(kept: PathEntry, next: PathEntry): void {
  if (kept.exact < 0) kept.exact = next.exact
  if (next.prefix >= 0 && (kept.prefix < 0 || (next.slashEnded && !kept.slashEnded))) {
    kept.prefix = next.prefix
    kept.slashEnded = next.slashEnded
  }
}
