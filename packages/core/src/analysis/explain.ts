import { comparePrecedence, pathFits } from '../linear.ts'
import { type HostFallthrough, type Match, type Matcher, matchOf } from '../matcher.ts'
import type { Refusal } from '../refusal.ts'
import { normaliseHost } from '../request/host.ts'
import { interpretations } from '../request/interpretations.ts'
import { normalisePath } from '../request/path.ts'
import type { RouteTable } from '../route-table.ts'
import { validateRouteTable } from '../validate.ts'
import { describeHost, nearPatterns, pathHint } from './explain-hints.ts'
import type {
  Candidate,
  Destination,
  ExplainOptions,
  ExplainRequest,
  Explanation,
  LossCode,
  TrailStep,
} from './explanation.ts'
import { guardRefusal } from './guard-options.ts'
import { type PathSlots, pathSlots, slotWinner } from './path-slots.ts'
import { bucketsFor, bucketsOpen, type RouteBuckets, routeBuckets } from './route-buckets.ts'

export type { HostChange, HostHint, HostNormalisation, PathHint } from './explain-hints.ts'
export type * from './explanation.ts'
export type { GuardOptions } from './guard-options.ts'

/**
 * Says where a request goes and why, by trying every route of its host. The outcome is always that of the compiled
 * matcher with the ambiguity guard behind it. For many requests to one table, {@link explainer} saves repeated work.
 *
 * @throws RouteTableError if the table breaks one of its own rules.
 */
export function explain<T>(
  table: RouteTable<T>,
  request: ExplainRequest,
  options: ExplainOptions<T> = {},
): Explanation<T> {
  return explainer(table, options)(request)
}

/**
 * Prepares {@link explain} for many requests to the same table.
 *
 * @throws RouteTableError if the table breaks one of its own rules.
 */
export function explainer<T>(
  table: RouteTable<T>,
  options: ExplainOptions<T> = {},
): (request: ExplainRequest) => Explanation<T> {
  validateRouteTable(table)
  const context: Context<T> = {
    table,
    options,
    matches: table.routes.map(matchOf),
    buckets: routeBuckets(table),
    slots: new Map(),
  }
  return request => {
    const host = normaliseHost(request.host)
    const path = normalisePath(request.path, options)
    if (typeof host !== 'string') return refused(request, host, { path })
    if (typeof path !== 'string') return refused(request, path, { host })
    return explainNormalised(context, request, host, path)
  }
}

/** A table, made ready for questions. */
interface Context<T> {
  readonly table: RouteTable<T>
  readonly options: ExplainOptions<T>
  readonly matches: readonly Match<T>[]
  readonly buckets: RouteBuckets
  /** Filled as hosts are asked for. */
  readonly slots: Map<string | undefined, PathSlots>
}

function refused<T>(
  request: ExplainRequest,
  refusal: Refusal,
  after: { host?: string | Refusal; path?: string | Refusal },
): Explanation<T> {
  return {
    ...badRequest(refusal),
    trail: [{ code: refusal.code, reason: refusal.reason }],
    host: describeHost(request.host, typeof after.host === 'string' ? after.host : undefined),
    path: { before: request.path, after: typeof after.path === 'string' ? after.path : undefined },
    candidates: [],
    otherwise: [],
    readings: [],
  }
}

function explainNormalised<T>(
  context: Context<T>,
  request: ExplainRequest,
  host: string,
  path: string,
): Explanation<T> {
  const buckets = bucketsFor(context.buckets, host).map(pattern => tryBucket(context, pattern, path))
  const mode = context.options.hostFallthrough ?? 'none'
  const verdict = verdictUnder(context, mode, host, path, buckets)
  return {
    ...destinationOf(context, verdict),
    trail: trailOf(context, verdict, buckets),
    host: describeHost(request.host, host),
    path: { before: request.path, after: path },
    candidates: [...candidatesOf(context, verdict, buckets, path), ...nearCandidates(context, host, path)],
    otherwise: MODES.filter(other => other !== mode).map(hostFallthrough => ({
      hostFallthrough,
      ...destinationOf(context, verdictUnder(context, hostFallthrough, host, path, buckets)),
    })),
    readings: verdict.refusal === undefined ? [] : readingsOf(context, verdict, host, path),
  }
}

const MODES: readonly HostFallthrough[] = ['none', 'wildcard', 'all']

/** The routes of one pattern that covers the host: those that fit in order of precedence, equals in table order. */
interface TriedBucket {
  readonly pattern: string | undefined
  readonly fitting: readonly number[]
  readonly others: readonly number[]
}

function tryBucket<T>({ matches, buckets }: Context<T>, pattern: string | undefined, path: string): TriedBucket {
  const bucket = buckets.get(pattern)!
  const fits = (index: number) => pathFits(matches[index]!.route, path)
  return {
    pattern,
    fitting: bucket.filter(fits).sort((a, b) => comparePrecedence(matches[a]!, matches[b]!)),
    others: bucket.filter(index => !fits(index)),
  }
}

/** What happens under one mode of fall-through. */
interface Verdict {
  readonly hostFallthrough: HostFallthrough
  /** How many buckets were looked at: up to the one that fits, or as many as the mode allows. */
  readonly lookedAt: number
  /** The position of the route that fits best. */
  readonly best: number | undefined
  /** Why the best route does not get the request all the same. */
  readonly refusal: Refusal | undefined
}

function verdictUnder<T>(
  context: Context<T>,
  hostFallthrough: HostFallthrough,
  host: string,
  path: string,
  buckets: readonly TriedBucket[],
): Verdict {
  const { best, lookedAt } = bestUnder(buckets, hostFallthrough)
  const match = best === undefined ? undefined : context.matches[best]
  const refusal = guardRefusal(matcherUnder(context, hostFallthrough), host, path, match, context.options)
  return { hostFallthrough, lookedAt, best, refusal }
}

function bestUnder(buckets: readonly TriedBucket[], fallthrough: HostFallthrough) {
  const patterns = buckets.map(({ pattern }) => pattern)
  const open = buckets.slice(0, bucketsOpen(patterns, fallthrough))
  const hit = open.findIndex(({ fitting }) => fitting.length > 0)
  return { best: open[hit]?.fitting[0], lookedAt: hit === -1 ? open.length : hit + 1 }
}

/** Answers what the ambiguity guard asks about other readings of a path, which can be many. */
function matcherUnder<T>(context: Context<T>, fallthrough: HostFallthrough): Matcher<T> {
  return {
    defaultTarget: context.table.defaultTarget,
    match(host, path) {
      const best = bestQuickly(context, fallthrough, host, path)
      return best === undefined ? undefined : context.matches[best]
    },
  }
}

function bestQuickly<T>(context: Context<T>, fallthrough: HostFallthrough, host: string, path: string) {
  const patterns = bucketsFor(context.buckets, host)
  for (const pattern of patterns.slice(0, bucketsOpen(patterns, fallthrough))) {
    const slots = context.slots.get(pattern) ?? pathSlots(context.table.routes, context.buckets.get(pattern)!)
    context.slots.set(pattern, slots)
    const winner = slotWinner(slots, path)
    if (winner !== undefined) return winner
  }
  return undefined
}

function badRequest(refusal: Refusal): Destination<never> {
  return { outcome: 'badRequest', code: refusal.code, winner: undefined, winnerIndex: undefined, target: undefined }
}

function destinationOf<T>({ table }: Context<T>, { best, refusal }: Pick<Verdict, 'best' | 'refusal'>): Destination<T> {
  if (refusal !== undefined) return badRequest(refusal)
  const target = table.defaultTarget
  const nobody = { winner: undefined, winnerIndex: undefined, target }
  if (best === undefined && target === undefined) return { outcome: 'notFound', code: 'not-found', ...nobody }
  if (best === undefined) return { outcome: 'defaultBackend', code: 'default', ...nobody }
  const winner = table.routes[best]!
  const taken = { winner, winnerIndex: best, target: winner.target }
  if (winner.fallback) return { outcome: 'defaultBackend', code: 'default-host', ...taken }
  return { outcome: 'route', code: winner.pathType === 'Exact' ? 'path-exact' : 'path-prefix', ...taken }
}

function trailOf<T>(context: Context<T>, verdict: Verdict, buckets: readonly TriedBucket[]): TrailStep[] {
  const { best, refusal } = verdict
  const { code } = destinationOf(context, { best, refusal: undefined })
  const trail = buckets.slice(0, verdict.lookedAt).map(({ pattern }) => hostStep(pattern))
  trail.push(best === undefined ? { code } : { code, index: best })
  if (refusal !== undefined) trail.push({ code: refusal.code, reason: refusal.reason })
  return trail
}

function hostStep(pattern: string | undefined): TrailStep {
  if (pattern === undefined) return { code: 'host-none' }
  return { code: pattern.startsWith('*.') ? 'host-wildcard' : 'host-exact', host: pattern }
}

function* candidatesOf<T>(
  { matches }: Context<T>,
  verdict: Verdict,
  buckets: readonly TriedBucket[],
  path: string,
): Generator<Candidate<T>, void> {
  for (const [position, { fitting, others }] of buckets.entries()) {
    const passedOver = position < verdict.lookedAt ? undefined : 'less-specific-host'
    for (const index of fitting) {
      yield candidate(matches, index, true, passedOver ?? lossAgainst(matches, index, verdict), undefined)
    }
    for (const index of others) {
      const hint = pathHint(matches[index]!.route, path, pathFits)
      yield candidate(matches, index, false, passedOver ?? 'path-mismatch', hint)
    }
  }
}

/** The routes of patterns that nearly cover the host. */
function* nearCandidates<T>(
  { matches, buckets }: Context<T>,
  host: string,
  path: string,
): Generator<Candidate<T>, void> {
  for (const [pattern, hint] of nearPatterns(host)) {
    for (const index of buckets.get(pattern) ?? []) {
      yield candidate(matches, index, pathFits(matches[index]!.route, path), 'host-mismatch', hint)
    }
  }
}

function candidate<T>(
  matches: readonly Match<T>[],
  index: number,
  fits: boolean,
  lost: Candidate<T>['lost'],
  hint: Candidate<T>['hint'],
): Candidate<T> {
  const { route, host } = matches[index]!
  return { route, index, bucket: host, pathFits: fits, lost, hint }
}

/** Why a route lost that fits a request as the best one does, and is in the same bucket. */
function lossAgainst(matches: readonly Match<unknown>[], index: number, verdict: Verdict): LossCode | undefined {
  if (index === verdict.best) return verdict.refusal === undefined ? undefined : 'ambiguous-path'
  const match = matches[index]!
  const best = matches[verdict.best!]!
  if (comparePrecedence(match, best) === 0) return 'later-duplicate'
  if (match.route.fallback) return 'fallback'
  return best.path === 'exact' ? 'exact-beats-prefix' : 'shorter-prefix'
}

/** The readings of a path that have another destination than the path as it stands: what the guard objects to. */
function readingsOf<T>(context: Context<T>, verdict: Verdict, host: string, path: string): Explanation<T>['readings'] {
  // Of too many the guard has looked at none, and neither do we.
  if (verdict.refusal?.reason !== 'other-destination') return []
  const { sameTarget = Object.is } = context.options
  const { target: intended } = destinationOf(context, { best: verdict.best, refusal: undefined })
  return interpretations(path)
    .map(reading => {
      const best = bestQuickly(context, verdict.hostFallthrough, host, reading)
      return { path: reading, ...destinationOf(context, { best, refusal: undefined }) }
    })
    .filter(({ target }) => target === undefined || !sameTarget(intended as T, target))
}
