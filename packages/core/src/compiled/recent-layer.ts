import type { Route } from '../route-table.ts'
import { Arena } from './arena.ts'
import type { Changes } from './changes.ts'
import { groupByHost } from './compile-layer.ts'
import { nameOf, WILDCARD, writeHostBlock, writeRemoval } from './host-block.ts'
import { findHost, type HostTable, insert, replace, withRoomFor } from './host-table.ts'
import { type Layer, layerOf } from './layer.ts'
import { type RouteList, routeList } from './route-list.ts'
import { hashString, type Sampling } from './sampling.ts'

/**
 * The layer of changed hosts with more changes on top. It appends to the arena and the list of the one before, whose
 * words and routes stay as they are, and copies nothing but the slots. The first arena gets room for so many `words`:
 * memory that is not written costs nothing yet, and moving what has been written would stop an update for milliseconds.
 */
export function addChanges<T>(
  before: Layer<T> | undefined,
  changes: Changes<T>,
  sampling: Sampling,
  words: number,
): Layer<T> {
  const arena = before?.arena ?? new Arena(new Int32Array(words))
  const routes = before?.routes ?? routeList<T>([])
  const blocks = writeChanges(arena, routes, changes)
  const hostless = blocks.get(undefined) ?? before?.hostless ?? 0
  blocks.delete(undefined)
  const table = withRoomFor(before?.table, blocks.size)
  let hosts = before?.table.hosts ?? 0
  let hasWildcards = before?.hasWildcards ?? false
  for (const [host, block] of blocks as Map<string, number>) {
    if (!enter({ ...table, hosts }, arena.words, sampling, host, block)) hosts++
    hasWildcards ||= host.startsWith('*')
  }
  return layerOf({ arena, table: { ...table, hosts }, hostless, hasWildcards, routes, texts: undefined })
}

/** Writes a block for each changed host. */
function writeChanges<T>(arena: Arena, list: RouteList<T>, changes: Changes<T>): Map<string | undefined, number> {
  const blocks = new Map<string | undefined, number>()
  for (const host of changes.remove ?? []) blocks.set(host, writeRemoval(arena, host))
  const { upsert } = changes
  if (upsert === undefined) return blocks
  const order: number[] = []
  for (const [host, indexes] of groupByHost(upsert)) {
    blocks.set(host, writeHostBlock(arena, host, indexes, upsert.routes, order, list.routes.length))
  }
  for (const index of order) list.routes.push(upsert.routes[index] as Route<T>)
  return blocks
}

/** Enters a host's block, in place of an older one if there is one; tells whether there was. */
function enter(table: HostTable, words: Int32Array, sampling: Sampling, host: string, block: number): boolean {
  const name = nameOf(host)
  const hash = hashString(sampling, name, 0)
  const older = findHost(table, words, hash, host.startsWith('*') ? WILDCARD : 0, name, 0)
  if (older === 0) insert(table.slots, hash, block)
  else replace(table.slots, hash, older, block)
  return older !== 0
}
