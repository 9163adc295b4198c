import { type RequestClass, requestClasses } from '@ingot/core/request-classes'
import type { ProfileMatcher } from '../profiles/host-rules.ts'
import { rememberingPathExamples } from '../profiles/path-examples.ts'
import { profileMatcher } from '../profiles/profile-matcher.ts'
import type { RoutingView } from '../view/routing-view.ts'
import { type Answer, type Answers, ingotAnswers, profileAnswers, sameAnswer } from './answers.ts'
import { hostExamples } from './host-examples.ts'

/** Requests of one kind that are answered differently. */
export interface RouteChange {
  /** One of them, normalised. */
  readonly host: string
  readonly path: string
  /** Which others are of its kind; `undefined` where regular expressions make that hard to say. */
  readonly covers: RequestClass['covers'] | undefined
  readonly before: Answer
  readonly after: Answer
  /** Both refuse the example as ambiguous; others of its kind may pass. */
  readonly refusedByBoth: boolean
}

/** What changes for requests from one set of manifests to another. */
export interface Comparison {
  readonly changes: readonly RouteChange[]
  /** How many kinds of requests there are. */
  readonly kinds: number
  /** Whether these are all kinds; `false` if regular expressions of one host make too many. */
  readonly complete: boolean
}

/**
 * Compares what two views answer, request by request: complete, as both are asked for one request of every kind that
 * either of them can tell apart.
 */
export function compareViews(before: RoutingView, after: RoutingView): Comparison {
  if (before.profile === undefined && after.profile === undefined) return compareTables(before, after)
  return compareProfiles(before, after)
}

function compareTables(before: RoutingView, after: RoutingView): Comparison {
  const [old, now] = [ingotAnswers(before), ingotAnswers(after)]
  const hostFallthrough = [before.matching.hostFallthrough ?? 'none', after.matching.hostFallthrough ?? 'none']
  const changes: RouteChange[] = []
  let kinds = 0
  for (const { host, path, covers } of requestClasses([before.table, after.table], { hostFallthrough })) {
    kinds++
    changes.push(...changeOf(old, now, host, path, covers))
  }
  return { changes, kinds, complete: true }
}

/** The guard depends on where other readings go, so a change may show with it, without it, or both ways. */
function changeOf(
  old: Answers,
  now: Answers,
  host: string,
  path: string,
  covers: RouteChange['covers'],
): readonly RouteChange[] {
  const guarded = { before: old.guarded(host, path), after: now.guarded(host, path) }
  if (!sameAnswer(guarded.before, guarded.after)) return [{ host, path, covers, ...guarded, refusedByBoth: false }]
  const plain = { before: old.plain(host, path), after: now.plain(host, path) }
  return sameAnswer(plain.before, plain.after) ? [] : [{ host, path, covers, ...plain, refusedByBoth: true }]
}

/** Other controllers than Ingot have no ambiguity guard, so where one takes part only the rules are compared. */
function compareProfiles(before: RoutingView, after: RoutingView): Comparison {
  const matchers = [matcherOf(before), matcherOf(after)] as const
  const isGuarded = [before, after].every(({ profile }) => profile === undefined || profile.isGuarded === true)
  const [old, now] = [profileAnswers(matchers[0], before, isGuarded), profileAnswers(matchers[1], after, isGuarded)]
  const changes: RouteChange[] = []
  let kinds = 0
  let complete = true
  const examplesFor = rememberingPathExamples()
  for (const host of hostExamples([...matchers[0].hosts, ...matchers[1].hosts])) {
    const examples = examplesFor(matchers.flatMap(matcher => matcher.rulesFor(host).map(({ pattern }) => pattern)))
    complete &&= examples.complete
    for (const path of examples.paths) {
      kinds++
      changes.push(...changeOf(old, now, host, path, undefined))
    }
  }
  return { changes, kinds, complete }
}

function matcherOf(view: RoutingView): ProfileMatcher {
  return view.profile ?? profileMatcher('ingot', view.translation, view.matching.hostFallthrough)
}
