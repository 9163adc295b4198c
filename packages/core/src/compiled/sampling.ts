/**
 * Which characters of a name its hash reads. A few well chosen ones and the length tell most host names apart, in a
 * fraction of the time it takes to read them all; for names made to collide there, all are read.
 */
export interface Sampling {
  /** How many of the positions are read: 4 or 8, or `EVERY` for every character instead. */
  readonly count: number
  /** Positions, counted from the front if not negative, else from the end. */
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
  readonly g: number
  readonly h: number
  readonly seed: number
}

/** Every character is read. */
export const EVERY = 0

/** Hashes the characters of `text` from `start`; there must be at least one. */
export function hashString(sampling: Sampling, text: string, start: number): number {
  const length = text.length - start
  if (sampling.count === EVERY) return hashEvery(sampling.seed, text, start)
  const first = mix(
    length,
    text.charCodeAt(start + clamp(sampling.a, length)),
    text.charCodeAt(start + clamp(sampling.b, length)),
    text.charCodeAt(start + clamp(sampling.c, length)),
    text.charCodeAt(start + clamp(sampling.d, length)),
  )
  if (sampling.count === 4) return first
  return mix(
    first,
    text.charCodeAt(start + clamp(sampling.e, length)),
    text.charCodeAt(start + clamp(sampling.f, length)),
    text.charCodeAt(start + clamp(sampling.g, length)),
    text.charCodeAt(start + clamp(sampling.h, length)),
  )
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

/** One hash of another and four characters. */
export function mix(before: number, a: number, b: number, c: number, d: number): number {
  const packed = a | (b << 8) | (c << 16) | (d << 24)
  return spread(Math.imul(packed ^ Math.imul(before, 0x9e3779b1), 0x85ebca6b))
}

/** One hash of another and one character. */
export function step(hash: number, character: number): number {
  return spread(Math.imul(hash ^ character, 0x5bd1e995))
}

/** Brings the high bits of a product, which depend on all bits of its factors, to the low ones. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15)
}

/** Positions that are tried: the front, where names of one domain differ, and the end, where domains do. */
const CANDIDATES = Array.from({ length: 34 }, (_, i) => (i < 16 ? i : 15 - i))
const TRIAL_NAMES = 2048
const POSITIONS = 8

/** The positions at which the most of `names` differ, chosen one after the other. */
export function tellingPositions(names: readonly string[]): number[] {
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
  return chosen
}

function mostTelling(positions: readonly number[], names: readonly string[], seen: Int32Array): number {
  const distinct = positions.map(position => new Set(refine(names, seen, position)).size)
  return positions[distinct.indexOf(Math.max(...distinct))]!
}

/** Always made here, so that every matcher's has the same shape and stays fast to read. */
export function samplingOf(count: number, positions: readonly number[], seed: number): Sampling {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = positions
  return { count, a, b, c, d, e, f, g, h, seed }
}

/** What is known of each name, and one character more. */
function refine(names: readonly string[], seen: Int32Array, position: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(names, (name, index) => {
    return Math.imul(seen[index]!, 0x01000193) ^ name.charCodeAt(clamp(position, name.length))
  })
}
