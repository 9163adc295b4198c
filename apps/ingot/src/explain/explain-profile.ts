import type { Refusal } from '@ingot/core'
import { guardRules } from '../profiles/guard-rules.ts'
import type { ProfileMatcher, ProfileRule } from '../profiles/host-rules.ts'
import { describePattern } from '../profiles/path-pattern.ts'
import { type TestedRule, testedRules } from '../profiles/tested-rules.ts'
import { type RoutingPicture, sameBackend } from '../view/routing-picture.ts'
import { type Decision, describeTarget, type ExplainedCandidate, nameOf } from './explain-request.ts'
import type { RoutedRequest } from './read-request.ts'

/** Explains requests by the rules of another controller: the first that fits has the request. */
export function explainWithProfile(
  profile: ProfileMatcher,
  picture: RoutingPicture,
): (request: RoutedRequest, host: string, path: string) => Decision {
  const known = new Map<string, readonly TestedRule[]>()
  return (request, host, path) => {
    const rules = known.get(host) ?? testedRules(profile, host)
    known.set(host, rules)
    const winner = rules.find(({ fits }) => fits(path))?.rule
    const refusal =
      profile.isGuarded === true ? guardRules(rules, host, path, picture.sameTarget ?? sameBackend) : undefined
    return {
      ...(refusal === undefined ? decisionFor(winner, request, picture) : refusedFor(refusal)),
      candidates: rules.map(({ rule, fits }) => candidate(rule, rule === winner ? null : lossOf(fits(path)))),
      otherwise: {},
      readings: [],
    }
  }
}

function refusedFor({ code, reason }: Refusal): Omit<Decision, 'candidates' | 'otherwise' | 'readings'> {
  return {
    ...{ outcome: 'badRequest', status: 400, ingress: null, rule: null, path: null, backend: null },
    ...{ backendNamespace: null, canary: null, reason: code, detail: reason, trail: [{ code, reason }] },
  }
}

function lossOf(fits: boolean): string {
  return fits ? 'later-rule' : 'path-mismatch'
}

function decisionFor(
  winner: ProfileRule | undefined,
  request: RoutedRequest,
  picture: RoutingPicture,
): Omit<Decision, 'candidates' | 'otherwise' | 'readings'> {
  if (winner === undefined) {
    return {
      ...{ outcome: 'notFound', status: 404, ingress: null, rule: null, path: null, backend: null },
      ...{ backendNamespace: null, canary: null, reason: 'not-found', detail: null, trail: [{ code: 'not-found' }] },
    }
  }
  const { answer, pattern, fallback, host } = winner
  const reached = describeTarget(answer.target, request, picture)
  const reason = fallback ? answer.target.kind : REASONS[pattern.kind]
  const trail = [hostStep(host), { code: reason }]
  if (answer.kind === 'redirect') {
    const detail = 'redirect-to-slash'
    return { outcome: 'route', ...reached, status: answer.status, reason, detail, trail: [...trail, { code: detail }] }
  }
  return {
    outcome: fallback ? 'defaultBackend' : 'route',
    ...reached,
    reason,
    trail: reached.detail === null ? trail : [...trail, { code: reached.detail }],
  }
}

const REASONS = {
  exact: 'path-exact',
  elements: 'path-prefix',
  characters: 'path-prefix',
  expression: 'path-regex',
} as const

function hostStep(host: string | undefined) {
  if (host === undefined) return { code: 'host-none' }
  return { code: host.startsWith('*.') ? 'host-wildcard' : 'host-exact', host }
}

function candidate({ host, pattern, answer, fallback }: ProfileRule, lost: string | null): ExplainedCandidate {
  return {
    host: host ?? null,
    pathRule: describePattern(pattern),
    pathType: fallback ? 'default' : TYPES[pattern.kind],
    ingress: nameOf(answer.target),
    rule: answer.target.rule ?? null,
    path: answer.target.path ?? null,
    lost,
    hint: null,
  }
}

const TYPES = { exact: 'Exact', elements: 'Prefix', characters: 'Prefix', expression: 'Regex' } as const
