import type { HostBucket, HostFallthrough, MatcherOptions } from '../matcher.ts'
import type { PathOptions } from '../request/path.ts'
import type { Route } from '../route-table.ts'
import type { HostHint, HostNormalisation, PathHint } from './explain-hints.ts'
import type { GuardOptions } from './guard-options.ts'

/** What becomes of a request. */
export type Outcome = 'route' | 'defaultBackend' | 'notFound' | 'badRequest'

/**
 * A step of the decision (semantics 12.1). `default-host` is the default backend of a host, `default` that of the whole
 * table; whether an Ingress or the controller set the latter is more than the table knows.
 */
export type ReasonCode =
  | 'host-exact'
  | 'host-wildcard'
  | 'host-none'
  | 'path-exact'
  | 'path-prefix'
  | 'default-host'
  | 'default'
  | 'not-found'
  | 'bad-host'
  | 'bad-path'
  | 'ambiguous-path'

/** Why a route did not win. The codes are stable. */
export type LossCode =
  /** Its host pattern does not cover the host, but nearly; the hint says what is missing. */
  | 'host-mismatch'
  /** A more specific host pattern has the request, whether or not it has the path (semantics 2.5, 3.3). */
  | 'less-specific-host'
  | 'path-mismatch'
  /** It is a Prefix, and an Exact route has just this path (semantics 7.4). */
  | 'exact-beats-prefix'
  /** A longer Prefix fits; `/foo/` is longer than `/foo` (semantics 7.5). */
  | 'shorter-prefix'
  /** It is a default backend, and a route fits (semantics 4.6). */
  | 'fallback'
  /** An earlier route of the table is its equal (semantics 5.3). */
  | 'later-duplicate'
  /** It would win, but upstreams might understand the path as another route's (semantics 8.8). */
  | 'ambiguous-path'

/** The request to explain, as it arrived. */
export interface ExplainRequest {
  /** The authority: the Host header, or `:authority`; `undefined` if the request has none. */
  readonly host: string | undefined
  /** The path without query. */
  readonly path: string
}

/** How requests are treated; see the functions that take these options. */
export interface ExplainOptions<T> extends MatcherOptions, PathOptions, GuardOptions<T> {}

/** One step of the decision. */
export interface TrailStep {
  readonly code: ReasonCode
  /** For `host-exact` and `host-wildcard`: the pattern whose routes were looked at. */
  readonly host?: string | undefined
  /** For `path-exact`, `path-prefix` and `default-host`: the position of the route that fits best. */
  readonly index?: number
  /** For `bad-host`, `bad-path` and `ambiguous-path`. */
  readonly reason?: string
}

/** A route that was considered. */
export interface Candidate<T> {
  readonly route: Route<T>
  /** The position of the route in the table. */
  readonly index: number
  /** Which of the patterns for this host the route has. */
  readonly bucket: HostBucket
  /** Whether the route's path covers the request's, no matter which host is looked at. */
  readonly pathFits: boolean
  /** `undefined` for the route that won. */
  readonly lost: LossCode | undefined
  /** What makes a mismatch a near miss. */
  readonly hint: HostHint | PathHint | undefined
}

/** Where the request goes, and nothing about why. */
export interface Destination<T> {
  readonly outcome: Outcome
  /** The code of the last step. */
  readonly code: ReasonCode
  /** `undefined` if no route wins, also where the table's default target takes the request. */
  readonly winner: Route<T> | undefined
  /** The position of `winner` in the table. */
  readonly winnerIndex: number | undefined
  /** That of the winner, or the table's default. */
  readonly target: T | undefined
}

/** Where a request goes, and why. Plain data: it can be written as JSON if targets can. */
export interface Explanation<T> extends Destination<T> {
  /** How it came to this, in order (semantics 0.3): the host patterns looked at, the route, or the refusal. */
  readonly trail: readonly TrailStep[]
  /** What was compared with the routes instead of what arrived. `after` is `undefined` where the request was refused. */
  readonly host: HostNormalisation
  readonly path: { readonly before: string; readonly after: string | undefined }
  /**
   * Every route of the patterns that cover the host, the most specific pattern first, then those of patterns that
   * nearly do. Within a pattern, routes that fit come first, the best of them at the front. Empty after `bad-host` and
   * `bad-path`.
   */
  readonly candidates: readonly Candidate<T>[]
  /** What would have become of the request under the other modes of `hostFallthrough` (semantics 3.3). */
  readonly otherwise: readonly (Destination<T> & { readonly hostFallthrough: HostFallthrough })[]
  /** For `ambiguous-path`: how else the path may be understood, and where it would go then. */
  readonly readings: readonly (Destination<T> & { readonly path: string })[]
}
