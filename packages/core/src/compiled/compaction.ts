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
import { type Layer, layerOf } from './layer.ts'
import { patternTexts } from './pattern-texts.ts'
import { routeIn, routeList } from './route-list.ts'
import type { Sampling } from './sampling.ts'

/** A layer, and how its hosts are hashed. */
export interface SampledLayer<T> {
  readonly layer: Layer<T>
  readonly sampling: Sampling
}

/** Whether so much has been changed that a request or the memory would pay for it. */
export function needsCompaction(base: Layer<unknown>, recent: Layer<unknown>): boolean {
  return recent.table.hosts > 64 + base.table.hosts / 8 || recent.arena.used > 65_536 + base.arena.used / 2
}

/**
 * Makes one layer of two, step by step, with nothing in it that no request can reach. Blocks are moved, not written
 * again. The two layers stay as they are, and whoever has them may share the work.
 */
export class Compaction<T> {
  readonly #base: Layer<T>
  readonly #recent: Layer<T>
  readonly #sampling: Sampling
  readonly #arena: Arena
  readonly #slots: Int32Array
  readonly #routes: Route<T>[] = []
  #hosts = 0
  #hostless: number
  /** How many slots have been read: of the base first, then of the recent layer. */
  #read = 0
  #done: SampledLayer<T> | undefined

  constructor(base: Layer<T>, recent: Layer<T>, sampling: Sampling) {
    this.#base = base
    this.#recent = recent
    this.#sampling = sampling
    this.#arena = new Arena(new Int32Array(base.arena.used + recent.arena.used))
    this.#slots = new Int32Array(2 * slotCount(base.table.hosts + recent.table.hosts))
    this.#hostless = recent.hostless === 0 ? this.#move(base, base.hostless) : this.#move(recent, recent.hostless)
  }

  /** Reads so many slots on, and moves their blocks; gives the layer when all are moved. */
  advance(slots: number): SampledLayer<T> | undefined {
    const ofBase = this.#base.table.slots.length / 2
    const all = ofBase + this.#recent.table.slots.length / 2
    const end = Math.min(all, this.#read + slots)
    for (; this.#read < end; this.#read++) {
      if (this.#read < ofBase) this.#take(this.#base, this.#read)
      else this.#take(this.#recent, this.#read - ofBase)
    }
    if (this.#read === all) this.#done ??= this.#finish()
    return this.#done
  }

  #take(layer: Layer<T>, slot: number): void {
    const hash = layer.table.slots[2 * slot]!
    const block = layer.table.slots[2 * slot + 1]!
    if (block === 0 || (layer === this.#base && this.#isHidden(hash, block))) return
    const moved = this.#move(layer, block)
    if (moved === 0) return
    insert(this.#slots, hash, moved)
    this.#hosts++
  }

  #isHidden(hash: number, block: number): boolean {
    return findBlock(this.#recent.table, this.#recent.words, hash, this.#base.words, block) !== 0
  }

  /** Copies a block and lists its routes; gives its new place, 0 if its host is gone. */
  #move({ words, routes }: Layer<T>, block: number): number {
    if (block === 0 || (words[block + HOST]! & REMOVED) !== 0) return 0
    const moved = this.#arena.used
    // There is room: the arena was made for all words of both layers.
    this.#arena.words.set(words.subarray(block, block + words[block + SIZE]!), moved)
    this.#arena.used += words[block + SIZE]!
    this.#arena.words[moved + FIRST_ROUTE] = this.#routes.length
    const first = words[block + FIRST_ROUTE]!
    for (let index = first; index < first + words[block + ROUTES]!; index++) {
      this.#routes.push(routeIn(routes, index, words, block))
    }
    return moved
  }

  #finish(): SampledLayer<T> {
    const { table, sampling } = this.#hostTable()
    const layer = layerOf({
      arena: this.#arena,
      table,
      hostless: this.#hostless,
      hasWildcards: this.#base.hasWildcards || this.#recent.hasWildcards,
      routes: routeList(this.#routes),
      texts: patternTexts(this.#routes),
    })
    return { layer, sampling }
  }

  /** Hashes stay as they are, unless they have come to collide too often. */
  #hostTable(): SampledHostTable {
    const { words } = this.#arena
    if (longestChain(this.#slots) <= LONGEST_CHAIN) {
      return { table: withNames(words, this.#slots, this.#hosts), sampling: this.#sampling }
    }
    const blocks = [...this.#slots.filter((block, index) => index % 2 === 1 && block !== 0)]
    const names = blocks.map(block => nameAt(words, block))
    return buildHostTable(words, blocks, names)
  }
}
