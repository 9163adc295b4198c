import { compile, guardAmbiguity } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import type { ProfileMatcher, ProfileRule } from '../profiles/host-rules.ts'
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
export type Answerer = (host: string, path: string) => Answer

const NOT_FOUND: Answer = { status: 404, backend: null, target: undefined }
const REFUSED: Answer = { status: 400, backend: null, target: undefined }

/** Whether two answers are the same for clients and backends; which Ingress says so does not matter. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  return a.status === b.status && a.backend === b.backend
}

/** Ingot's answers: by the table alone, and with the ambiguity guard in front of it (semantics 8.8). */
export function ingotAnswers(view: RoutingView): { readonly plain: Answerer; readonly guarded: Answerer } {
  const matcher = compile(view.table, view.matching)
  const answer = answerFor(view)
  const plain: Answerer = (host, path) => answer(matcher.match(host, path)?.route.target ?? matcher.defaultTarget)
  return {
    plain,
    guarded: (host, path) => {
      const match = matcher.match(host, path)
      const refusal = guardAmbiguity(matcher, host, path, match, (a, b) => a.backend === b.backend)
      return refusal === undefined ? plain(host, path) : REFUSED
    },
  }
}

/** The answers of a profile: the first rule that fits. */
export function profileAnswers(matcher: ProfileMatcher, view: RoutingView): Answerer {
  const answer = answerFor(view)
  let last: { host: string; rules: readonly (readonly [ProfileRule, (path: string) => boolean])[] } | undefined
  return (host, path) => {
    // Requests come host by host.
    if (last?.host !== host) {
      last = { host, rules: matcher.rulesFor(host).map(rule => [rule, pathTest(rule.pattern)] as const) }
    }
    const rule = last.rules.find(([, fits]) => fits(path))?.[0]
    if (rule?.answer.kind !== 'redirect') return answer(rule?.answer.target)
    return { ...answer(rule.answer.target), status: rule.answer.status }
  }
}

function answerFor({ backends, objects }: RoutingView): (target: IngressTarget | undefined) => Answer {
  const canonical = canonicalBackend(objects)
  return target => {
    if (target === undefined) return NOT_FOUND
    const status = backends.get(target.backend)?.unavailable === undefined ? null : 503
    return { status, backend: canonical(openBackend(target.backend)), target }
  }
}
