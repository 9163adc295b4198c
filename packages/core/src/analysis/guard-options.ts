import type { Match, Matcher } from '../matcher.ts'
import type { Refusal } from '../refusal.ts'
import { guardAmbiguity } from '../request/ambiguity.ts'

/** How the proxy in question guards against ambiguous paths (semantics 8.8). */
export interface GuardOptions<T> {
  /** Whether requests with an ambiguous path are refused. Default: true. */
  readonly ambiguityGuard?: boolean
  /** Whether two targets are one for the ambiguity guard. Default: identity. */
  readonly sameTarget?: (a: T, b: T) => boolean
}

/** What the guard, if it is on, says to a request that `matcher` answers with `match`. */
export function guardRefusal<T>(
  matcher: Matcher<T>,
  host: string,
  path: string,
  match: Match<T> | undefined,
  { ambiguityGuard = true, sameTarget }: GuardOptions<T>,
): Refusal | undefined {
  return ambiguityGuard ? guardAmbiguity(matcher, host, path, match, sameTarget) : undefined
}
