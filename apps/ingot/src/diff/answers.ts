import { compile, guardAmbiguity } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import { guardRules, type TestedRule } from '../profiles/guard-rules.ts'
import type { ProfileMatcher } from '../profiles/host-rules.ts'
import { pathTest } from '../profiles/path-pattern.ts'
import { openBackend } from '../view/open-backend.ts'
import type { RoutingView } from '../view/routing-view.ts'
import { canonicalBackend } from './service-ports.ts'

/** What becomes of one request: whatever a client or a backend could notice, and where it is written. */
export interface Answer {
  /** What the proxy answers by itself; `null` where it forwards. */
  readonly status: number | null
  /** Where the request ends, also if nothing serves it; `null` where nothing routes it. */
  readonly backend: string | null
  readonly target: IngressTarget | undefined
}

/** Answers normalised requests. */
type Answerer = (host: string, path: string) => Answer

/** The answers of one side: by its rules alone, and with the ambiguity guard in front of them (semantics 8.8). */
export interface Answers {
  readonly plain: Answerer
  readonly guarded: Answerer
}

const NOT_FOUND: Answer = { status: 404, backend: null, target: undefined }
const REFUSED: Answer = { status: 400, backend: null, target: undefined }

/** Whether two answers are the same for clients and backends; which Ingress says so does not matter. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  return a.status === b.status && a.backend === b.backend
}

/** Ingot's answers. */
export function ingotAnswers(view: RoutingView): Answers {
  const matcher = compile(view.table, view.matching)
  const answer = answerFor(view)
  const plain: Answerer = (host, path) => answer(matcher.match(host, path)?.route.target ?? matcher.defaultTarget)
  return {
    plain,
    guarded: (host, path) => {
      const match = matcher.match(host, path)
      const refusal = guardAmbiguity(matcher, host, path, match, sameBackend)
      return refusal === undefined ? plain(host, path) : REFUSED
    },
  }
}

/** The answers of a profile: the first rule that fits. */
export function profileAnswers(matcher: ProfileMatcher, view: RoutingView, isGuarded: boolean): Answers {
  const answer = answerFor(view)
  const rulesFor = testedRules(matcher)
  const plain: Answerer = (host, path) => {
    const rule = rulesFor(host).find(({ fits }) => fits(path))?.rule
    if (rule?.answer.kind !== 'redirect') return answer(rule?.answer.target)
    return { ...answer(rule.answer.target), status: rule.answer.status }
  }
  if (!isGuarded) return { plain, guarded: plain }
  return {
    plain,
    guarded: (host, path) =>
      guardRules(rulesFor(host), host, path, sameBackend) === undefined ? plain(host, path) : REFUSED,
  }
}

/** The rules of a host; those of the last are kept, as requests come host by host. */
function testedRules(matcher: ProfileMatcher): (host: string) => readonly TestedRule[] {
  let last: { host: string; rules: readonly TestedRule[] } | undefined
  return host => {
    if (last?.host === host) return last.rules
    const rules = matcher.rulesFor(host).map(rule => ({ rule, fits: pathTest(rule.pattern) }))
    last = { host, rules }
    return rules
  }
}

function sameBackend(a: IngressTarget, b: IngressTarget): boolean {
  return a.backend === b.backend
}

function answerFor({ backends, objects }: RoutingView): (target: IngressTarget | undefined) => Answer {
  const canonical = canonicalBackend(objects)
  return target => {
    if (target === undefined) return NOT_FOUND
    const status = backends.get(target.backend)?.unavailable === undefined ? null : 503
    return { status, backend: canonical(openBackend(target.backend)), target }
  }
}
