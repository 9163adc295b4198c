/**
 * Which characters of a name its hash reads. A few well chosen ones and the length tell most host names apart, in a
 * fraction of the time it takes to read them all; for names made to collide there, all are read.
 */
export interface Sampling {
  /** How many of the positions are read, or `EVERY` for every character instead. */
  readonly count: number
  /** Eight positions, counted from the front if not negative, else from the end. */
  readonly positions: Int32Array
  readonly seed: number
}

/** Every character is read. */
export const EVERY = 0

/** Hashes the characters of `text` from `start`; there must be at least one. */
export function hashString({ count, positions, seed }: Sampling, text: string, start: number): number {
  const length = text.length - start
  if (count === EVERY) return hashEvery(seed, text, start)
  let hash = length
  for (let i = 0; i < count; i++) hash = step(hash, text.charCodeAt(start + clamp(positions[i]!, length)))
  return hash
}

function hashEvery(seed: number, text: string, start: number): number {
  let hash = seed
  for (let i = start; i < text.length; i++) hash = step(hash, text.charCodeAt(i))
  return hash
}

/** A position in a text of `length`; one that it is too short for becomes its nearest. */
export function clamp(position: number, length: number): number {
  if (position >= 0) return position < length ? position : length - 1
  return Math.max(position + length, 0)
}

/** One hash of another and one character; the high bits of the product, which depend on all of both, go to the low ones. */
export function step(hash: number, character: number): number {
  const product = Math.imul(hash ^ character, 0x5bd1e995)
  return product ^ (product >>> 15)
}

/** Positions that are tried: the front, where names of one domain differ, and the end, where domains do. */
const CANDIDATES = Array.from({ length: 34 }, (_, i) => (i < 16 ? i : 15 - i))
const TRIAL_NAMES = 2048
const POSITIONS = 8

/** The positions at which the most of `names` differ, chosen one after the other. */
export function tellingPositions(names: readonly string[]): Int32Array {
  const step = Math.ceil(names.length / TRIAL_NAMES)
  const trial = names.filter((_, index) => index % step === 0)
  const left = new Set(CANDIDATES)
  const chosen: number[] = []
  let seen = Int32Array.from(trial, name => name.length)
  while (chosen.length < POSITIONS) {
    const best = mostTelling([...left], trial, seen)
    left.delete(best)
    chosen.push(best)
    seen = refine(trial, seen, best)
  }
  return Int32Array.from(chosen)
}

function mostTelling(positions: readonly number[], names: readonly string[], seen: Int32Array): number {
  const distinct = positions.map(position => new Set(refine(names, seen, position)).size)
  return positions[distinct.indexOf(Math.max(...distinct))]!
}

/** What is known of each name, and one character more. */
function refine(names: readonly string[], seen: Int32Array, position: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(names, (name, index) => {
    return Math.imul(seen[index]!, 0x01000193) ^ name.charCodeAt(clamp(position, name.length))
  })
}
