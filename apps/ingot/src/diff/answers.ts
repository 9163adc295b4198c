import { compile, guardAmbiguity } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import { guardRules } from '../profiles/guard-rules.ts'
import type { ProfileMatcher } from '../profiles/host-rules.ts'
import { type TestedRule, testedRules } from '../profiles/tested-rules.ts'
import { describeCanary } from '../view/describe-canary.ts'
import { openBackend } from '../view/open-backend.ts'
import { sameBackend } from '../view/routing-picture.ts'
import type { RoutingView } from '../view/routing-view.ts'
import { canonicalBackend } from './service-ports.ts'

/** What becomes of one request: whatever a client or a backend could notice, and where it is written. */
export interface Answer {
  /** What the proxy answers by itself; `null` where it forwards. */
  readonly status: number | null
  /** Where the request ends, also if nothing serves it; `null` where nothing routes it. */
  readonly backend: string | null
  readonly target: IngressTarget | undefined
  /** Where else a part of the requests ends, and which; `null` if nowhere, or if the other side's controller is another. */
  readonly canary: string | null
}

/** Answers normalised requests. */
type Answerer = (host: string, path: string) => Answer

/** The answers of one side: by its rules alone, and with the ambiguity guard in front of them (semantics 8.8). */
export interface Answers {
  readonly plain: Answerer
  readonly guarded: Answerer
}

const NOT_FOUND: Answer = { status: 404, backend: null, target: undefined, canary: null }
const REFUSED: Answer = { status: 400, backend: null, target: undefined, canary: null }

/** Whether two answers are the same for clients and backends; which Ingress says so does not matter. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  return a.status === b.status && a.backend === b.backend && a.canary === b.canary
}

/** Ingot's answers. */
export function ingotAnswers(view: RoutingView): Answers {
  const matcher = compile(view.table, view.matching)
  const answer = answerFor(view, true)
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

/** The answers of a profile: the first rule that fits. Only Ingot's are guarded, and say which canaries there are. */
export function profileAnswers(matcher: ProfileMatcher, view: RoutingView, isGuarded: boolean): Answers {
  const answer = answerFor(view, isGuarded)
  const rulesFor = rememberingRules(matcher)
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

/** Keeps the rules of the last host, as requests come host by host. */
function rememberingRules(matcher: ProfileMatcher): (host: string) => readonly TestedRule[] {
  let last: { readonly host: string; readonly rules: readonly TestedRule[] } | undefined
  return host => {
    if (last?.host !== host) last = { host, rules: testedRules(matcher, host) }
    return last.rules
  }
}

function answerFor(
  { backends, objects }: RoutingView,
  tellsCanary: boolean,
): (target: IngressTarget | undefined) => Answer {
  const canonical = canonicalBackend(objects)
  const canaryText = (canary: NonNullable<IngressTarget['canary']>) =>
    `${canonical(openBackend(canary.target.backend))} by ${describeCanary(canary)}`
  return target => {
    if (target === undefined) return NOT_FOUND
    const status = backends.get(target.backend)?.unavailable === undefined ? null : 503
    const canary = tellsCanary && target.canary !== undefined ? canaryText(target.canary) : null
    return { status, backend: canonical(openBackend(target.backend)), target, canary }
  }
}
