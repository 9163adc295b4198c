import { interpretationsWithin } from './interpretations.ts'
import type { Match, Matcher } from './matcher.ts'
import { type Refusal, refusals } from './refusal.ts'

const REASONS = [
  /** Some upstream would read the path as one that belongs to another destination. */
  'other-destination',
  /** The path can be read in more ways than anyone needs; they are not all looked at. */
  'too-many-interpretations',
] as const

/** Why a path is too ambiguous to be forwarded. */
export type AmbiguityRefusalReason = (typeof REASONS)[number]

export interface AmbiguityRefusal extends Refusal {
  readonly code: 'ambiguous-path'
  readonly reason: AmbiguityRefusalReason
}

const REFUSED: Readonly<Record<AmbiguityRefusalReason, AmbiguityRefusal>> = refusals('ambiguous-path', REASONS)

/** Four times the longest path accepted by default; ordinary paths need less than a hundredth of it. */
const BUDGET = 32_768

/**
 * Refuses a request whose path an upstream may understand as one that is routed elsewhere (semantics 8.8): `/public`'s
 * upstream must not be handed `/public/..%2Fadmin` if `/admin` belongs to another. Nothing is computed for a path that
 * is not {@link isAmbiguous}, nor for an Exact match, whose path its rule spells out.
 *
 * @param match what `matcher` answered for `host` and `path`.
 * @param sameDestination whether two targets are equally good: the same backend under the same policy. Default: identity.
 */
export function guardAmbiguity<T>(
  matcher: Matcher<T>,
  host: string,
  path: string,
  match: Match<T> | undefined,
  sameDestination: (a: T, b: T) => boolean = Object.is,
): AmbiguityRefusal | undefined {
  if (!isAmbiguous(path) || match?.path === 'exact') return undefined
  const destination = destinationOf(matcher, match)
  if (destination === undefined) return undefined
  const readings = interpretationsWithin(path, BUDGET)
  if (readings === undefined) return REFUSED['too-many-interpretations']
  const staysHere = readings.every(reading => {
    const other = destinationOf(matcher, matcher.match(host, reading))
    return other !== undefined && (other === destination || sameDestination(destination, other))
  })
  return staysHere ? undefined : REFUSED['other-destination']
}

function destinationOf<T>(matcher: Matcher<T>, match: Match<T> | undefined): T | undefined {
  return match === undefined ? matcher.defaultTarget : match.route.target
}

/**
 * Whether upstreams may read `path`, as `normalisePath` returns it, in more than one way: it holds an escape that means
 * more to some decoders than to others, a semicolon, an empty element, or an element that ends in a dot. One pass, no
 * allocation. `false` means that {@link interpretations} has nothing to add; `true` that it may have.
 */
export function isAmbiguous(path: string): boolean {
  for (let position = 0; position < path.length; position++) {
    const code = path.charCodeAt(position)
    if (code > SEMICOLON) continue
    if (code === SEMICOLON) return true
    if (code === PERCENT && isAmbiguousEscape(path, position)) return true
    if (code === SLASH && isSlashAt(path, position + 1)) return true
    if (code === DOT && (position + 1 === path.length || isSlashAt(path, position + 1))) return true
  }
  return false
}

function isSlashAt(path: string, position: number): boolean {
  return position < path.length && path.charCodeAt(position) === SLASH
}

/** Whether the escape at `percent`, with what follows it, means different characters to different decoders. */
function isAmbiguousEscape(path: string, percent: number): boolean {
  const high = path.charCodeAt(percent + 1)
  const low = path.charCodeAt(percent + 2)
  // `%25` is a percent sign to everyone who decodes once; a blank matters only where an element ends.
  if (high === 0x32 && low === 0x35) return false
  if (high === 0x30 || (high === 0x32 && low === 0x30)) return mayEndElement(path, percent + 3)
  if (high >= 0x32 && high <= 0x37) return true
  if (high === 0x43) return low === 0x30 || low === 0x31
  if (high === 0x45) return low === 0x30 || low === 0x46
  return high === 0x46
}

/** Whether an element ends at `position`, or may end there for someone who decodes or drops parameters. */
function mayEndElement(path: string, position: number): boolean {
  if (position >= path.length) return true
  const code = path.charCodeAt(position)
  return code === SLASH || code === DOT || code === PERCENT
}

const PERCENT = 0x25
const DOT = 0x2e
const SLASH = 0x2f
const SEMICOLON = 0x3b
