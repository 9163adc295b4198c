import type { Route } from '../route-table.ts'
import { Arena } from './arena.ts'
import { FIRST_ROUTE, HOST, nameAt, REMOVED, ROUTES, SIZE } from './host-block.ts'
import {
  buildHostTable,
  findBlock,
  insert,
  LONGEST_CHAIN,
  longestChain,
  type SampledHostTable,
  slotCount,
  withNames,
} from './host-table.ts'
import { Layer } from './layer.ts'
import { patternTexts } from './pattern-texts.ts'
import { RouteList } from './route-list.ts'
import type { Sampling } from './sampling.ts'

/** A layer, and how its hosts are hashed. */
export interface SampledLayer<T> {
  readonly layer: Layer<T>
  readonly sampling: Sampling
}

/** Whether so much has been changed that a request or the memory would pay for it. */
export function needsCompaction(base: Layer<unknown>, recent: Layer<unknown>): boolean {
  return (
    recent.table.hosts > 64 + base.table.hosts / 8 ||
    recent.arena.used > 65_536 + base.arena.used / 2 ||
    longestChain(recent.table.slots) > LONGEST_CHAIN
  )
}

/** A block to be moved: where it is, and the hash of its host; the routes without a host have none. */
interface Kept<T> {
  readonly layer: Layer<T>
  readonly block: number
  readonly hash: number | undefined
}

/** Makes one layer of two, with nothing in it that no request can reach. Blocks are moved, not written again. */
export function compact<T>(base: Layer<T>, recent: Layer<T>, sampling: Sampling): SampledLayer<T> {
  const newer = blocksOf(recent)
  const hidden = new Set(newer.map(kept => olderBlock(kept, base)))
  const kept = [...blocksOf(base).filter(({ block }) => !hidden.has(block)), ...newer.filter(isPresent)]
  const arena = new Arena(new Int32Array(base.arena.used + recent.arena.used))
  const routes: Route<T>[] = []
  const moved = kept.map(({ layer, block, hash }) => ({ block: moveBlock(layer, block, arena, routes), hash }))
  const hostless = moved.find(({ hash }) => hash === undefined)?.block ?? 0
  const hosts = moved.filter((kept): kept is { block: number; hash: number } => kept.hash !== undefined)
  const table = hostTableOf(arena.words, hosts, sampling)
  const hasWildcards = base.hasWildcards || recent.hasWildcards
  const layer = new Layer({
    arena,
    table: table.table,
    hostless,
    hasWildcards,
    routes: new RouteList(routes),
    texts: patternTexts(routes),
  })
  return { layer, sampling: table.sampling }
}

function blocksOf<T>(layer: Layer<T>): Kept<T>[] {
  const { slots } = layer.table
  const kept: Kept<T>[] = layer.hostless === 0 ? [] : [{ layer, block: layer.hostless, hash: undefined }]
  for (let slot = 0; slot < slots.length; slot += 2) {
    if (slots[slot + 1] !== 0) kept.push({ layer, block: slots[slot + 1]!, hash: slots[slot]! })
  }
  return kept
}

function isPresent({ layer, block }: Kept<unknown>): boolean {
  return (layer.words[block + HOST]! & REMOVED) === 0
}

/** The block of the base that has the same name; 0 if there is none. */
function olderBlock({ layer, block, hash }: Kept<unknown>, base: Layer<unknown>): number {
  return hash === undefined ? base.hostless : findBlock(base.table, base.words, hash, layer.words, block)
}

function moveBlock<T>(layer: Layer<T>, block: number, arena: Arena, routes: Route<T>[]): number {
  const { words } = layer
  const moved = arena.used
  arena.append(words, block, block + words[block + SIZE]!)
  arena.words[moved + FIRST_ROUTE] = routes.length
  const first = words[block + FIRST_ROUTE]!
  for (let index = first; index < first + words[block + ROUTES]!; index++) {
    routes.push(layer.routes.route(index, words, block))
  }
  return moved
}

/** Hashes stay as they are, unless they have come to collide too often. */
function hostTableOf(
  words: Int32Array,
  hosts: readonly { block: number; hash: number }[],
  sampling: Sampling,
): SampledHostTable {
  const slots = new Int32Array(2 * slotCount(hosts.length))
  for (const { block, hash } of hosts) insert(slots, hash, block)
  if (longestChain(slots) <= LONGEST_CHAIN) return { table: withNames(words, slots, hosts.length), sampling }
  const blocks = hosts.map(({ block }) => block)
  const names = blocks.map(block => nameAt(words, block))
  return buildHostTable(words, blocks, names)
}
