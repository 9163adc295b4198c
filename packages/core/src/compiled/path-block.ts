import type { Arena } from './arena.ts'
import { packedLength, packText } from './packed-text.ts'

/*
 * A node of the trie over one host's paths, as words of an arena:
 *
 *   head      depth, what follows, and the ordinal if it is small
 *   branches  if there are any: up to four keys, or the first key and the size of a table; then offsets from the root,
 *             two a word if all offsets of the host fit, else one a word; the keys stand for the character at the
 *             node's depth, or for the one behind it if every path below goes on with a slash
 *   ordinal   if a route ends here and its ordinal is not small
 *   pattern   if a route ends here: the whole path from its first character, packed
 *
 * An ordinal is the position of a route among the host's; where an Exact and a Prefix route end, the Prefix is the next.
 *
 * A search goes down by the characters at which paths differ and reads nothing between them; what it finds it then
 * compares once, with the whole pattern in one run. That takes less time than a comparison at every node.
 */

export const DEPTH_MASK = 0x3fff
/** The branches have one of up to four keys each. */
const KEYS = 1 << 14
/** The branches are a table with an offset, or 0, for each character from the first key on. */
const TABLE = 1 << 15
/** How many keys there are, less one. */
const COUNT_SHIFT = 16
/** Offsets take a word each. */
const FAR = 1 << 18
export const EXACT = 1 << 19
export const PREFIX = 1 << 20
/** A route ends at a node with either bit, and two at one with both. */
export const ENDS = EXACT | PREFIX
const PREFIX_TO_SIGN = 11
/** The Prefix is written with a trailing slash, which its pattern lacks. */
export const SLASH_ENDED = 1 << 21
/** A slash follows before the branches: elements are whole, so most routes with others below are like this. */
export const BEHIND_SLASH_SHIFT = 22
const ORDINAL_SHIFT = 23
/** Not small: the ordinal has a word of its own. */
const LARGE = 0x1ff

const SLASH = 0x2f

const MAX_KEYS = 4
const NEAR_LIMIT = 0xffff

/** Where one path of a host leads; a path without a route of a kind has -1 there. */
export interface PathEntry {
  /** Without trailing slash if only a Prefix route ends here. */
  readonly path: string
  exact: number
  prefix: number
  slashEnded: boolean
}

/** Either. */
export const INNER = KEYS | TABLE

/** Where the words after the branches of a node are. */
function afterBranches(words: Int32Array, node: number, head: number): number {
  if ((head & INNER) === 0) return node + 1
  const slots = (head & KEYS) !== 0 ? ((head >>> COUNT_SHIFT) & 3) + 1 : words[node + 1]! >>> 8
  return node + 2 + offsetWords(slots, head)
}

function offsetWords(slots: number, flags: number): number {
  return (flags & FAR) === 0 ? (slots + 1) >> 1 : slots
}

/** Where the pattern of a node with a route is packed; its length is the node's depth. */
export function patternAt(words: Int32Array, node: number): number {
  const head = words[node]!
  return afterBranches(words, node, head) + (head >>> ORDINAL_SHIFT === LARGE ? 1 : 0)
}

/** The ordinal of the first route that ends at a node. */
export function ordinalAt(words: Int32Array, node: number): number {
  const head = words[node]!
  const small = head >>> ORDINAL_SHIFT
  return small === LARGE ? words[afterBranches(words, node, head)]! : small
}

/**
 * All bits if a Prefix ends at a node with this head and a slash is `next`, else none. No boolean, because nodes with
 * and without a Prefix alternate, and a conditional jump would too often be foreseen wrong.
 */
export function prefixEnds(head: number, next: number): number {
  return (((next ^ SLASH) - 1) & (head << PREFIX_TO_SIGN)) >> 31
}

/** The offset of the child of an inner node that a character leads to; 0 if there is none. */
export function branch(words: Int32Array, node: number, head: number, character: number): number {
  if ((head & KEYS) !== 0) {
    // The lowest zero byte of the difference is the first key that equals the character; there are no branches inside.
    const difference = words[node + 1]! ^ Math.imul(character, 0x01010101)
    const zeros = (difference - 0x01010101) & ~difference & 0x80808080
    return zeros === 0 ? 0 : offsetAt(words, node + 2, (31 - Math.clz32(zeros & -zeros)) >> 3, head)
  }
  const index = character - (words[node + 1]! & 0xff)
  return index >= 0 && index < words[node + 1]! >>> 8 ? offsetAt(words, node + 2, index, head) : 0
}

function offsetAt(words: Int32Array, at: number, index: number, flags: number): number {
  if ((flags & FAR) !== 0) return words[at + index]!
  return (words[at + (index >> 1)]! >>> ((index & 1) << 4)) & 0xffff
}

/** The offsets of all children, in the order of their keys. */
export function childrenOf(words: Int32Array, node: number): number[] {
  const head = words[node]!
  if ((head & INNER) === 0) return []
  const slots = (head & KEYS) !== 0 ? ((head >>> COUNT_SHIFT) & 3) + 1 : words[node + 1]! >>> 8
  return Array.from({ length: slots }, (_, index) => offsetAt(words, node + 2, index, head)).filter(
    offset => offset > 0,
  )
}

/**
 * Appends the trie over `entries`, which are sorted by path and none of them empty, and adds their routes to `order`.
 * Ordinals count from `order[first]`.
 */
export function writePaths(arena: Arena, entries: readonly PathEntry[], order: number[], first: number): void {
  const root = arena.used
  const routes = order.length
  for (const far of [0, FAR]) {
    arena.used = root
    order.length = routes
    writeNodes({ arena, entries, order, first, far, root, waiting: [] })
    if (arena.used - root <= NEAR_LIMIT) return
  }
}

/**
 * Nodes are written depth first: the first steps of a search are in the cache anyway, and the last ones, which seldom
 * are, then share lines.
 */
function writeNodes(writer: PathWriter): void {
  postpone(writer, 0, writer.entries.length, 1, NO_SLOT)
  while (writer.waiting.length > 0) writeNext(writer)
}

const NO_SLOT = -1

/** A trie on its way into an arena. */
interface PathWriter {
  readonly arena: Arena
  readonly entries: readonly PathEntry[]
  readonly order: number[]
  readonly first: number
  readonly far: number
  readonly root: number
  /** Four numbers a waiting node: the range of its entries, the characters they surely share, where its offset goes. */
  readonly waiting: number[]
}

function postpone(writer: PathWriter, low: number, high: number, shared: number, slot: number): void {
  writer.waiting.push(low, high, shared, slot)
}

/** Writes the node that was postponed last. */
function writeNext(writer: PathWriter): void {
  const { waiting, entries } = writer
  const slot = waiting.pop()!
  const shared = waiting.pop()!
  const high = waiting.pop()!
  const low = waiting.pop()!
  linkFrom(writer, slot)
  writeNode(writer, low, high, sharedDepth(entries[low]!.path, entries[high - 1]!.path, shared))
}

/** Enters the offset of the next node at a slot: a half of a word, counted in halves, or a word. */
function linkFrom(writer: PathWriter, slot: number): void {
  if (slot === NO_SLOT) return
  const { words } = writer.arena
  const offset = writer.arena.used - writer.root
  if (writer.far !== 0) words[slot] = offset
  else words[slot >> 1] = words[slot >> 1]! | (offset << ((slot & 1) << 4))
}

function writeNode(writer: PathWriter, low: number, high: number, depth: number): void {
  const { arena, entries } = writer
  const own = entries[low]!.path.length === depth ? entries[low] : undefined
  const children = own === undefined ? low : low + 1
  const slashes = slashesBefore(writer, children, high, depth)
  const at = depth + slashes
  const keys = countKeys(writer, children, high, at)
  const span = keys > MAX_KEYS ? keyAt(writer, high - 1, at) - keyAt(writer, children, at) + 1 : 0
  arena.reserve(3 + Math.max(keys, span) + packedLength(depth))
  const node = arena.used++
  let head = depth | writer.far | flagsOf(own) | (slashes << BEHIND_SLASH_SHIFT)
  if (keys > 0) {
    head |= span > 0 ? TABLE : KEYS | ((keys - 1) << COUNT_SHIFT)
    writeBranches(writer, children, high, at, keys, span)
  }
  arena.words[node] = own === undefined ? head : head | (writeRoutes(writer, own) << ORDINAL_SHIFT)
}

/** 1 if all entries have a slash at `depth` and go on behind it, else 0; sorted, the first and the last tell. */
function slashesBefore(writer: PathWriter, low: number, high: number, depth: number): number {
  const all = keyAt(writer, high - 1, depth) === SLASH && keyAt(writer, low, depth) === SLASH
  return all && writer.entries[low]!.path.length > depth + 1 ? 1 : 0
}

function keyAt(writer: PathWriter, entry: number, depth: number): number {
  return writer.entries[entry]!.path.charCodeAt(depth)
}

function countKeys(writer: PathWriter, low: number, high: number, depth: number): number {
  let count = 0
  for (let entry = low; entry < high; entry = endOfKey(writer, entry, high, depth)) count++
  return count
}

function endOfKey(writer: PathWriter, entry: number, high: number, depth: number): number {
  const key = keyAt(writer, entry, depth)
  let end = entry + 1
  while (end < high && keyAt(writer, end, depth) === key) end++
  return end
}

/** Writes up to four keys, or a table if it has a `span`, and has the children wait. */
function writeBranches(writer: PathWriter, low: number, high: number, depth: number, keys: number, span: number): void {
  const slots = takeSlots(writer, span || keys)
  const firstKey = keyAt(writer, low, depth)
  // Unused keys repeat the first: a search takes the first that fits, so it never comes to them.
  let packed = span > 0 ? firstKey | (span << 8) : Math.imul(firstKey, 0x01010101)
  for (let entry = low, shift = 0; entry < high; shift += 8) {
    const end = endOfKey(writer, entry, high, depth)
    const key = keyAt(writer, entry, depth)
    postpone(writer, entry, end, depth + 1, slots + (span > 0 ? key - firstKey : shift >> 3))
    if (span === 0) packed = (packed & ~(0xff << shift)) | (key << shift)
    entry = end
  }
  writer.arena.words[wordOf(writer, slots) - 1] = packed
}

/** Takes the word before the offsets, and the offsets, all 0; returns the first slot. */
function takeSlots(writer: PathWriter, count: number): number {
  const { arena } = writer
  const at = arena.used + 1
  arena.used = at + offsetWords(count, writer.far)
  arena.words.fill(0, at, arena.used)
  return writer.far === 0 ? at << 1 : at
}

function wordOf(writer: PathWriter, slot: number): number {
  return writer.far === 0 ? slot >> 1 : slot
}

/** Writes what comes after the branches, and returns the small ordinal. */
function writeRoutes(writer: PathWriter, entry: PathEntry): number {
  const { arena, order } = writer
  const ordinal = order.length - writer.first
  if (entry.exact >= 0) order.push(entry.exact)
  if (entry.prefix >= 0) order.push(entry.prefix)
  if (ordinal >= LARGE) arena.words[arena.used++] = ordinal
  packText(arena.words, arena.used, entry.path)
  arena.used += packedLength(entry.path.length)
  return Math.min(ordinal, LARGE)
}

/** How many characters two texts share that share at least `known`. */
function sharedDepth(first: string, last: string, known: number): number {
  let depth = known
  while (depth < first.length && first.charCodeAt(depth) === last.charCodeAt(depth)) depth++
  return depth
}

function flagsOf(entry: PathEntry | undefined): number {
  if (entry === undefined) return 0
  return (entry.exact >= 0 ? EXACT : 0) | (entry.prefix >= 0 ? PREFIX : 0) | (entry.slashEnded ? SLASH_ENDED : 0)
}
