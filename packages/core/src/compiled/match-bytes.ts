import type { Match } from '../matcher.ts'
import { isIpLiteral } from '../request/ip-literal.ts'
import { type CompiledMatcher, type CompiledState, type Place, placeIn } from './compiled-matcher.ts'
import { findHostBytes, hashBytes } from './find-host-bytes.ts'
import { NOWHERE } from './find-path.ts'
import { findPathBytes } from './find-path-bytes.ts'
import { EVERY_PATH, FIRST_ROUTE, HAS_PATHS, HOST, pathsAt, WILDCARD } from './host-block.ts'
import { type Layer, remember } from './layer.ts'

const DOT = 0x2e
const SLASH = 0x2f
const NINE = 0x39

/**
 * What `matcher.match` answers for a host and a path that are in `bytes`, each from its start up to its end. They must
 * be normalised, as for `match`; bytes outside ASCII match nothing. Allocates nothing.
 *
 * @throws RangeError if a range is not inside `bytes`.
 */
export function matchBytes<T>(
  matcher: CompiledMatcher<T>,
  bytes: Uint8Array,
  hostStart: number,
  hostEnd: number,
  pathStart: number,
  pathEnd: number,
): Match<T> | undefined {
  checkRange(bytes, hostStart, hostEnd)
  checkRange(bytes, pathStart, pathEnd)
  const { hostless, hostFallthrough } = matcher
  let found = false
  if (hostStart < hostEnd) {
    const exact = findHost(matcher, 0, bytes, hostStart, hostEnd)
    if (exact !== 0) {
      const match = take(matcher, exact, bytes, pathStart, pathEnd)
      if (match !== undefined || hostFallthrough === 'none') return match
      found = true
    }
    const wildcard = matcher.hasWildcards ? findWildcard(matcher, bytes, hostStart, hostEnd) : 0
    if (wildcard !== 0) {
      const match = take(matcher, wildcard, bytes, pathStart, pathEnd)
      if (match !== undefined || hostFallthrough === 'none') return match
      found = true
    }
  }
  const reachesHostless = hostless !== 0 && (!found || hostFallthrough === 'all')
  return reachesHostless ? take(matcher, hostless, bytes, pathStart, pathEnd) : undefined
}

function findHost<T>(
  { base, recent, sampling }: CompiledState<T>,
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Place {
  const hash = hashBytes(sampling, bytes, start, end)
  if (recent !== undefined) {
    const block = findHostBytes(recent.table, recent.words, hash, kind, bytes, start, end)
    if (block !== 0) return placeIn(recent, block)
  }
  return findHostBytes(base.table, base.words, hash, kind, bytes, start, end)
}

function findWildcard<T>(matcher: CompiledState<T>, bytes: Uint8Array, start: number, end: number): Place {
  let dot = start
  while (dot < end && bytes[dot] !== DOT) dot++
  if (dot === start || dot === end) return 0
  const place = findHost(matcher, WILDCARD, bytes, dot, end)
  // An address ends in a digit, and matches no pattern (semantics 1.9).
  return place !== 0 && bytes[end - 1]! <= NINE && isIpLiteral(String.fromCharCode(...bytes.subarray(start, end)))
    ? 0
    : place
}

function take<T>(
  { base, recent }: CompiledState<T>,
  place: Place,
  bytes: Uint8Array,
  start: number,
  end: number,
): Match<T> | undefined {
  return place < 0 ? takeIn(recent!, ~place, bytes, start, end) : takeIn(base, place, bytes, start, end)
}

/** What takes the path in a block, as `take` of a layer finds it. */
function takeIn<T>(
  layer: Layer<T>,
  block: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Match<T> | undefined {
  const { words } = layer
  const info = words[block + HOST]!
  if ((info & HAS_PATHS) !== 0) {
    const ordinal = findPathBytes(words, pathsAt(words, block), bytes, start, end)
    if (ordinal !== NOWHERE) return matchAt(layer, block, ordinal)
  }
  const isEveryPath = (info & EVERY_PATH) !== 0 && (start === end || bytes[start] === SLASH)
  return isEveryPath ? matchAt(layer, block, 0) : undefined
}

function matchAt<T>(layer: Layer<T>, block: number, ordinal: number): Match<T> {
  return layer.matches[layer.words[block + FIRST_ROUTE]! + ordinal] ?? remember(layer, block, ordinal)
}

function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length))
    throw new RangeError(`no range of the buffer: ${start} to ${end}`)
}
