import { type Refusal, refusals } from '../refusal.ts'
import { mergeEmptyElements, removeDotSegments } from './dot-segments.ts'

/** How {@link normalisePath} treats what the Ingress API says nothing about. */
export interface PathOptions {
  /** `//`: made one slash, kept as an empty element, or refused (semantics 8.5). Default: `'merge'`. */
  readonly emptySegments?: 'merge' | 'preserve' | 'reject'
  /**
   * `%2F` and `%5C`: kept as ordinary characters, refused, or decoded before dot segments are removed (semantics 8.6).
   * `'decode'` makes `%2F` a slash and refuses `%5C`, as a raw backslash is refused. Default: `'keep'`.
   */
  readonly encodedSlash?: 'keep' | 'reject' | 'decode'
  /** `..` with nothing before it: dropped, or refused (semantics 8.4). Default: `'clamp'`. */
  readonly aboveRoot?: 'clamp' | 'refuse'
  /** The longest path accepted, in characters before normalisation (semantics 8.9). Default: 8192. */
  readonly maxLength?: number
  /** The most elements accepted after normalisation; each slash begins one (semantics 8.9). Default: 1024. */
  readonly maxElements?: number
}

const REASONS = [
  /** The path does not begin with a slash. */
  'not-absolute',
  'path-too-long',
  'too-many-elements',
  /** A raw space. */
  'space',
  'control-character',
  /** A raw character outside ASCII; it has to arrive percent-encoded. */
  'non-ascii',
  /** A raw `\`, which some upstreams read as a slash. */
  'backslash',
  /** A raw `#`: fragments are not sent in requests. */
  'fragment',
  /** A raw `?`: the query has to be cut off before. */
  'query',
  /** A `%` that two hexadecimal digits do not follow. */
  'malformed-escape',
  /** `%00`, at which some upstreams stop reading. */
  'encoded-nul',
  /** `%2F`, with `encodedSlash: 'reject'`. */
  'encoded-slash',
  /** `%5C`, unless `encodedSlash` is `'keep'`. */
  'encoded-backslash',
  /** `//`, with `emptySegments: 'reject'`. */
  'empty-element',
  /** More `..` than elements before them, with `aboveRoot: 'refuse'`. */
  'above-root',
] as const

/** Why a path is none that a request can be routed by. */
export type PathRefusalReason = (typeof REASONS)[number]

export interface PathRefusal extends Refusal {
  readonly code: 'bad-path'
  readonly reason: PathRefusalReason
}

const REFUSED: Readonly<Record<PathRefusalReason, PathRefusal>> = refusals('bad-path', REASONS)

/**
 * The path of a request or a rule as matchers compare it, and as upstreams must receive it (semantics 8.1-8.9). `path`
 * has no query; an empty one is `/` (7.1). Needless escapes are decoded and the others written in upper case, then dot
 * segments are removed, then empty elements merged. Idempotent. A path that is normal already is returned as it is,
 * without allocation; time is linear in the length of any other.
 */
export function normalisePath(path: string, options: PathOptions = DEFAULTS): string | PathRefusal {
  const { emptySegments = 'merge', encodedSlash = 'keep', maxLength = 8192, maxElements = 1024 } = options
  if (path === '') return '/'
  if (path.charCodeAt(0) !== SLASH) return REFUSED['not-absolute']
  if (path.length > maxLength) return REFUSED['path-too-long']
  if (isNormal(path, emptySegments === 'preserve', encodedSlash === 'keep', maxElements)) return path
  return rewrite(path, emptySegments, encodedSlash, options.aboveRoot ?? 'clamp', maxElements)
}

const DEFAULTS: PathOptions = {}

/** Whether normalisation would change nothing. */
function isNormal(path: string, keepsEmpty: boolean, keepsSlashes: boolean, maxElements: number): boolean {
  if ((keepsEmpty ? ABNORMAL : ABNORMAL_OR_EMPTY).test(path)) return false
  if (!keepsSlashes && ENCODED_SLASH.test(path)) return false
  // Each element has a slash of its own, so a short path need not be counted.
  return path.length <= maxElements || countElements(path) <= maxElements
}

function countElements(path: string): number {
  let count = 0
  for (let slash = 0; slash !== -1; slash = path.indexOf('/', slash + 1)) count++
  return count
}

// Without quantifiers, so each takes one step a character; measured, they take less than a loop over `charCodeAt`.
const REFUSED_CHARACTER = /[^!"$%&->@-[\]-~]/
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/
const ABNORMAL_ESCAPE = /%(?![0-9A-F][0-9A-F])|%(?:00|2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/
const ENCODED_SLASH = /%2F|%5C/
const ABNORMAL = anyOf(REFUSED_CHARACTER, DOT_SEGMENT, ABNORMAL_ESCAPE)
const ABNORMAL_OR_EMPTY = anyOf(REFUSED_CHARACTER, DOT_SEGMENT, /\/\//, ABNORMAL_ESCAPE)

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(pattern => pattern.source).join('|'))
}

/** The slow way: each step of semantics 8 over the whole path. */
function rewrite(
  path: string,
  emptySegments: 'merge' | 'preserve' | 'reject',
  encodedSlash: 'keep' | 'reject' | 'decode',
  aboveRoot: 'clamp' | 'refuse',
  maxElements: number,
): string | PathRefusal {
  const decoded = normaliseEscapes(path, encodedSlash)
  if (typeof decoded !== 'string') return decoded
  if (emptySegments === 'reject' && decoded.includes('//')) return REFUSED['empty-element']
  let climbed = false
  let elements = removeDotSegments(decoded.slice(1).split('/'), () => {
    climbed = true
  })
  if (climbed && aboveRoot === 'refuse') return REFUSED['above-root']
  if (emptySegments === 'merge') elements = mergeEmptyElements(elements)
  return elements.length > maxElements ? REFUSED['too-many-elements'] : `/${elements.join('/')}`
}

/** Refuses what semantics 8.2 refuses, and writes each escape the one way there is for it (8.3, 8.6). */
function normaliseEscapes(path: string, encodedSlash: 'keep' | 'reject' | 'decode'): string | PathRefusal {
  let written = ''
  let copied = 0
  for (let position = 0; position < path.length; position++) {
    const code = path.charCodeAt(position)
    if (code !== PERCENT) {
      if (IS_REFUSED[code] !== 0) return refuseCharacter(code)
      continue
    }
    const triplet = path.slice(position, position + 3)
    const value = escapedByte(triplet)
    const problem = escapeProblem(value, encodedSlash)
    if (problem !== undefined) return problem
    const decodes = IS_UNRESERVED[value] === 1 || (value === SLASH && encodedSlash === 'decode')
    written += path.slice(copied, position) + (decodes ? String.fromCharCode(value) : triplet.toUpperCase())
    position += 2
    copied = position + 1
  }
  return written + path.slice(copied)
}

function refuseCharacter(code: number): PathRefusal {
  if (code >= 0x80) return REFUSED['non-ascii']
  if (code === 0x20) return REFUSED.space
  if (code < 0x20 || code === 0x7f) return REFUSED['control-character']
  return REFUSED[code === BACKSLASH ? 'backslash' : code === 0x23 ? 'fragment' : 'query']
}

function escapeProblem(value: number, encodedSlash: 'keep' | 'reject' | 'decode'): PathRefusal | undefined {
  if (value === MALFORMED) return REFUSED['malformed-escape']
  if (value === 0) return REFUSED['encoded-nul']
  if (value === SLASH && encodedSlash === 'reject') return REFUSED['encoded-slash']
  if (value === BACKSLASH && encodedSlash !== 'keep') return REFUSED['encoded-backslash']
  return undefined
}

/** The byte that an escape, `%` and two digits, stands for, or `MALFORMED`. */
function escapedByte(triplet: string): number {
  return /^%[0-9a-f]{2}$/i.test(triplet) ? Number.parseInt(triplet.slice(1), 16) : MALFORMED
}

const MALFORMED = -1
const PERCENT = 0x25
const SLASH = 0x2f
const BACKSLASH = 0x5c

/** 1 for each ASCII character that semantics 8.2 refuses, 0 for the others, nothing for the rest of Unicode. */
const IS_REFUSED = flags(0x80, REFUSED_CHARACTER)
/** 1 for each byte whose escape means the same as itself (RFC 3986, section 2.3). */
const IS_UNRESERVED = flags(0x100, /[A-Za-z0-9._~-]/)

function flags(length: number, pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length }, (_, code) => Number(pattern.test(String.fromCharCode(code))))
}
