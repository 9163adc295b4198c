import type { Match, Matcher } from '../matcher.ts'
import { type Refusal, refusals } from '../refusal.ts'
import { interpretationsWithin } from './interpretations.ts'

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

/** Some sixty readings of a short path, or three of the longest accepted by default; honest ones have two to a dozen. */
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
 * Whether upstreams may read `path`, as `normalisePath` returns it, in more than one way. One pass, no allocation.
 * `false` means that `interpretations` has nothing to add; `true` that it may have.
 */
export function isAmbiguous(path: string): boolean {
  return AMBIGUOUS.test(path)
}

/**
 * A parameter, an empty element, an element that ends in a dot; or an escape that is decoded by some: of a visible
 * character but `%25`, the beginning of an overlong or full-width sequence, or a blank where an element may end.
 * Without quantifiers, so that it takes one step a character.
 */
const AMBIGUOUS = /;|\/\/|\.(?:\/|$)|%(?:2[^05]|[3-7]|C[01]|E[0F]|F|(?:20|0[9A-D])(?:[/%]|$))/
