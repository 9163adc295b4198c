import { HOST, NAME, NAME_LENGTH_MASK, nameAt, WILDCARD } from './host-block.ts'
import { packedEqualsString, packedLength } from './packed-text.ts'
import { EVERY, hashString, type Sampling, tellingPositions } from './sampling.ts'

/** Finds the block of a name by its hash: open addressing, one slot after the other. */
export interface HostTable {
  /** A hash and a block's offset for each slot; offset 0 marks a free one. */
  readonly slots: Int32Array
  /** The names of precise hosts by slot, while they are few: comparing strings is faster than comparing words. */
  readonly names: readonly string[] | undefined
  readonly hosts: number
}

/** Beyond this many hosts, reaching for their names would miss the cache, and the words beside the paths do not. */
const MAX_NAMES = 4096
/** A search looks at no more slots than this; one slot more costs about a nanosecond. */
export const LONGEST_CHAIN = 64
/** How many ways of reading every character are tried at most. */
const LAST_SEED = 64

/** A table of blocks, and how the names in it are hashed. */
export interface SampledHostTable {
  readonly table: HostTable
  readonly sampling: Sampling
}

/**
 * A table of `blocks`, whose names are distinct and not empty. Four sampled characters are tried first, then eight; if
 * some search would still look at too many slots, because names were made to collide, every character is hashed.
 */
export function buildHostTable(
  words: Int32Array,
  blocks: readonly number[],
  names: readonly string[],
): SampledHostTable {
  const slots = new Int32Array(2 * slotCount(blocks.length))
  const sampling = samplings(names).find(sampling => {
    slots.fill(0)
    for (let i = 0; i < blocks.length; i++) insert(slots, hashString(sampling, names[i]!, 0), blocks[i]!)
    return longestChain(slots) <= LONGEST_CHAIN || sampling.seed === LAST_SEED
  })!
  return { table: withNames(words, slots, blocks.length), sampling }
}

function samplings(names: readonly string[]): Sampling[] {
  const positions = tellingPositions(names)
  const few = [1, 2, 3].find(count => tellsAllApart({ count, positions, seed: 0 }, names)) ?? 4
  const counts = [few, 8, ...Array<number>(LAST_SEED).fill(EVERY)]
  return counts.map((count, index) => ({ count, positions, seed: Math.max(0, index - 1) }))
}

/** Whether no two names have the same hash. Only asked while they are few, because it reads them all once more. */
function tellsAllApart(sampling: Sampling, names: readonly string[]): boolean {
  return names.length <= MAX_NAMES && new Set(names.map(name => hashString(sampling, name, 0))).size === names.length
}

/** Enters a block whose name is not in the table yet. */
export function insert(slots: Int32Array, hash: number, block: number): void {
  const mask = (slots.length >> 1) - 1
  let slot = hash & mask
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
  slots[2 * slot] = hash
  slots[2 * slot + 1] = block
}

/** Puts a block in the place of an older one of the same name. */
export function replace(slots: Int32Array, hash: number, older: number, newer: number): void {
  const mask = (slots.length >> 1) - 1
  let slot = hash & mask
  while (slots[2 * slot + 1] !== older) slot = (slot + 1) & mask
  slots[2 * slot + 1] = newer
}

/** A copy of `table`, or an empty one, with room for some more hosts. It keeps no names. */
export function withRoomFor(table: HostTable | undefined, more: number): HostTable {
  const hosts = table?.hosts ?? 0
  const size = 2 * slotCount(hosts + more)
  if (table !== undefined && table.slots.length >= size) return { slots: table.slots.slice(), names: undefined, hosts }
  const slots = new Int32Array(size)
  for (let slot = 0; table !== undefined && slot < table.slots.length; slot += 2) {
    if (table.slots[slot + 1] !== 0) insert(slots, table.slots[slot]!, table.slots[slot + 1]!)
  }
  return { slots, names: undefined, hosts }
}

/** A table over filled slots. */
export function withNames(words: Int32Array, slots: Int32Array, hosts: number): HostTable {
  if (hosts > MAX_NAMES) return { slots, names: undefined, hosts }
  const names = Array.from({ length: slots.length >> 1 }, (_, slot) => {
    const block = slots[2 * slot + 1]!
    return block === 0 || (words[block + HOST]! & WILDCARD) !== 0 ? '' : nameAt(words, block)
  })
  return { slots, names, hosts }
}

/** A power of two: at most four in ten slots are taken, at most a quarter where that costs little. */
export function slotCount(hosts: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, hosts * (hosts <= MAX_NAMES ? 4 : 2.5))))
}

/** The most slots that any search, found or not, looks at: the longest run of taken slots and the free one after it. */
export function longestChain(slots: Int32Array): number {
  const mask = (slots.length >> 1) - 1
  // A run may go on from the last slot to the first, so the count begins behind a free one.
  let start = 0
  while (slots[2 * start + 1] !== 0) start++
  let longest = 0
  let run = 0
  for (let i = 1; i <= mask; i++) {
    run = slots[2 * ((start + i) & mask) + 1] === 0 ? 0 : run + 1
    if (run > longest) longest = run
  }
  return longest + 1
}

/**
 * The block of a name, of the kind 0 or `WILDCARD`: `host` from `start` on, which is its first dot for a wildcard; 0 if
 * there is none.
 */
export function findHost(
  table: HostTable,
  words: Int32Array,
  hash: number,
  kind: number,
  host: string,
  start: number,
): number {
  const { slots, names } = table
  const mask = (slots.length >> 1) - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const block = slots[2 * slot + 1]!
    if (block === 0) return 0
    if (slots[2 * slot] !== hash) continue
    if (names !== undefined && kind === 0 ? names[slot] === host : isNamed(words, block, kind, host, start)) {
      return block
    }
  }
}

/** The block of the name that `block` of `others` has; 0 if there is none. */
export function findBlock(
  { slots }: HostTable,
  words: Int32Array,
  hash: number,
  others: Int32Array,
  block: number,
): number {
  const kind = NAME_LENGTH_MASK | WILDCARD
  const nameWords = packedLength(others[block + HOST]! & NAME_LENGTH_MASK)
  const mask = (slots.length >> 1) - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const found = slots[2 * slot + 1]!
    if (found === 0) return 0
    if (slots[2 * slot] !== hash || ((words[found + HOST]! ^ others[block + HOST]!) & kind) !== 0) continue
    let same = 0
    while (same < nameWords && words[found + NAME + same] === others[block + NAME + same]) same++
    if (same === nameWords) return found
  }
}

function isNamed(words: Int32Array, block: number, kind: number, host: string, start: number): boolean {
  const length = host.length - start
  return hasLength(words, block, kind, length) && packedEqualsString(words, block + NAME, length, host, start)
}

/** Whether a block's name has a length, and is of the kind 0 or `WILDCARD`. */
export function hasLength(words: Int32Array, block: number, kind: number, length: number): boolean {
  return (words[block + HOST]! & (NAME_LENGTH_MASK | WILDCARD)) === (length | kind)
}
