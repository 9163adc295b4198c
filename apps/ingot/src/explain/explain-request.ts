import { normaliseHost, normalisePath } from '@ingot/core'
import { type Candidate, type Explanation, explainer } from '@ingot/core/explain'
import type { IngressTarget } from '@ingot/kubernetes'
import type { CanaryDecision } from '@ingot/proxy'
import { rulesOfPicture } from '../profiles/served-rules.ts'
import { openBackend } from '../view/open-backend.ts'
import { type RoutingPicture, sameBackend } from '../view/routing-picture.ts'
import { affinityOf, type CanaryOutcome, reachCanary } from './explain-canary.ts'
import { explainWithProfile } from './explain-profile.ts'
import { type RefusedRequest, type RequestToExplain, type RoutedRequest, readRequest } from './read-request.ts'

export type { RequestToExplain } from './read-request.ts'

/** Where a request goes and why, as JSON. */
export interface RequestExplanation {
  readonly url: string
  readonly outcome: Explanation<IngressTarget>['outcome']
  /** What the proxy answers by itself, such as 404; `null` where it forwards. */
  readonly status: number | null
  readonly ingress: ExplainedName | null
  /** Positions in `spec.rules`, and in `http.paths` of that rule. */
  readonly rule: number | null
  readonly path: number | null
  readonly backend: ExplainedBackend | null
  /** The namespace of the backend, which is that of the Ingress. */
  readonly backendNamespace: string | null
  /** The canary of the route, by annotations that are honoured. */
  readonly canary: ExplainedCanary | null
  /** The stable code of the step that decided. */
  readonly reason: string
  /** More about the reason: why a host or path was refused, or why the backend can serve nothing. */
  readonly detail: string | null
  readonly trail: readonly ExplainedStep[]
  /** What was compared with the routes. */
  readonly normalised: { readonly host: string | null; readonly path: string | null }
  readonly candidates: readonly ExplainedCandidate[]
  /** Where the other modes of `--host-fallthrough` would send it, if elsewhere. */
  readonly otherwise: Readonly<Record<string, string>>
  /** For `ambiguous-path`: how else an upstream may read the path, and what would have it then. */
  readonly readings: readonly { readonly path: string; readonly goesTo: string }[]
  /** Ingresses that name the host but are not served, and why. */
  readonly notServed: readonly { readonly ingress: ExplainedName; readonly why: string }[]
}

export interface ExplainedName {
  readonly namespace: string
  readonly name: string
}

/** Another backend for a part of the requests, and whether it has this one. */
export interface ExplainedCanary {
  /** Whether the request goes there, which `backend` is then; `null` where `share` of all such requests do. */
  readonly taken: boolean | null
  /** What decides. */
  readonly by: CanaryDecision['by']
  /** The field or cookie that says it. */
  readonly name: string | null
  readonly share: { readonly weight: number; readonly total: number }
  readonly ingress: ExplainedName | null
  readonly backend: ExplainedBackend | null
  readonly backendNamespace: string | null
}

export interface ExplainedBackend {
  readonly service?: { readonly name: string; readonly port: string | number }
  readonly resource?: { readonly kind: string; readonly name: string }
}

interface ExplainedStep {
  readonly code: string
  readonly host?: string | undefined
  readonly reason?: string | undefined
}

export interface ExplainedCandidate {
  readonly host: string | null
  readonly pathRule: string
  readonly pathType: string
  readonly ingress: ExplainedName | null
  readonly rule: number | null
  readonly path: number | null
  readonly lost: string | null
  readonly hint: string | null
}

/** Prepares explanations of requests to one routing picture, as the proxy would treat them. */
export function requestExplainer(picture: RoutingPicture): (request: RequestToExplain) => RequestExplanation {
  const { matching } = picture
  const profile = rulesOfPicture(picture)
  const decide = profile === undefined ? ingotExplainer(picture) : explainWithProfile(profile, picture)
  const notServed = notServedFor(picture)
  return request => {
    const read = readRequest(request)
    if ('status' in read) return refused(request.url, read)
    const ignored = read.ignoredHost === undefined ? '' : normaliseHost(read.ignoredHost)
    if (typeof ignored !== 'string') return refused(request.url, { status: 400, ...ignored })
    const host = normaliseHost(read.host)
    const path = normalisePath(read.path, matching)
    const normalised = { host: typeof host === 'string' ? host : null, path: typeof path === 'string' ? path : null }
    if (typeof host !== 'string') return { ...refused(request.url, { status: 400, ...host }), normalised }
    if (typeof path !== 'string') return { ...refused(request.url, { status: 400, ...path }), normalised }
    return { url: request.url, ...decide(read, host, path), normalised, notServed: notServed(host) }
  }
}

/** What depends on how routes are matched. */
export type Decision = Omit<RequestExplanation, 'url' | 'normalised' | 'notServed'>

function refused(url: string, { status, code, reason }: RefusedRequest): RequestExplanation {
  return {
    ...{ url, outcome: 'badRequest', status, ingress: null, rule: null, path: null, backend: null },
    ...{ backendNamespace: null, canary: null },
    reason: code,
    detail: reason ?? null,
    trail: [{ code, reason }],
    normalised: { host: null, path: null },
    ...{ candidates: [], otherwise: {}, readings: [], notServed: [] },
  }
}

function ingotExplainer(picture: RoutingPicture): (request: RoutedRequest) => Decision {
  const { table, matching, sameTarget = sameBackend } = picture
  const explain = explainer(table, { ...matching, sameTarget })
  return request => describe(explain({ host: request.host, path: request.path }), request, picture)
}

function describe(explanation: Explanation<IngressTarget>, request: RoutedRequest, picture: RoutingPicture): Decision {
  const { outcome, code, target, trail } = explanation
  const reached = describeTarget(target, request, picture)
  const refusal = trail.find(step => step.reason !== undefined)?.reason
  return {
    outcome,
    ...reached,
    status: outcome === 'badRequest' ? 400 : outcome === 'notFound' ? 404 : reached.status,
    reason: code === 'default' ? (target?.kind ?? code) : code,
    detail: refusal ?? reached.detail,
    trail: [
      ...trail.map(({ code, host, reason }) => ({
        code: code === 'default' ? (target?.kind ?? code) : code,
        ...(host !== undefined && { host }),
        ...(reason !== undefined && { reason }),
      })),
      ...(reached.detail === null ? [] : [{ code: reached.detail }]),
    ],
    candidates: explanation.candidates.map(describeCandidate),
    otherwise: Object.fromEntries(
      explanation.otherwise
        .filter(other => other.target?.backend !== target?.backend)
        .map(other => [other.hostFallthrough, nameOfBackend(other.target) ?? other.outcome]),
    ),
    readings: explanation.readings.map(({ path, target, outcome }) => ({
      path,
      goesTo: nameOfBackend(target) ?? outcome,
    })),
  }
}

/** What is known of where a request ends. */
export function describeTarget(matched: IngressTarget | undefined, request: RoutedRequest, picture: RoutingPicture) {
  const { target, canary } = matched === undefined ? noTarget : reachCanary(matched, request, picture)
  const backend = target === undefined ? undefined : picture.backends.get(target.backend)
  return {
    status: backend?.unavailable === undefined ? null : 503,
    ingress: nameOf(target),
    rule: target?.rule ?? null,
    path: target?.path ?? null,
    backend: backend === undefined ? null : backendOf(backend),
    backendNamespace: backend?.namespace ?? null,
    canary: canary === undefined ? null : describeCanary(canary, matched!, picture),
    detail: backend?.unavailable ?? null,
  }
}

const noTarget = { target: undefined, canary: undefined }

function describeCanary(
  { target, decision: { by, takes } }: NonNullable<CanaryOutcome['canary']>,
  { canary, backend: main }: IngressTarget,
  picture: RoutingPicture,
): ExplainedCanary {
  const { ask } = canary!
  const affinity = affinityOf(takes === true ? target.backend : main, picture)
  const names = { affinity: affinity?.cookie, header: ask.header?.name, cookie: ask.cookie, weight: undefined }
  const backend = picture.backends.get(target.backend)
  return {
    ...{ taken: takes ?? null, by, name: names[by] ?? null, share: { weight: ask.weight, total: ask.total } },
    ingress: nameOf(target),
    backend: backend === undefined ? null : backendOf(backend),
    backendNamespace: backend?.namespace ?? null,
  }
}

function nameOfBackend(target: IngressTarget | undefined): string | undefined {
  return target === undefined ? undefined : openBackend(target.backend)
}

function backendOf({ service, resource }: ExplainedBackend): ExplainedBackend {
  if (service !== undefined) return { service: { name: service.name, port: service.port } }
  return resource === undefined ? {} : { resource: { kind: resource.kind, name: resource.name } }
}

/** The Ingress of a target without what else is known of it. */
export function nameOf(target: IngressTarget | undefined): ExplainedName | null {
  return target?.ingress === undefined ? null : { namespace: target.ingress.namespace, name: target.ingress.name }
}

function describeCandidate({ route, lost, hint }: Candidate<IngressTarget>): ExplainedCandidate {
  return {
    host: route.host ?? null,
    pathRule: route.path,
    pathType: route.fallback === true ? 'default' : route.pathType,
    ingress: nameOf(route.target),
    rule: route.target.rule ?? null,
    path: route.target.path ?? null,
    lost: lost ?? null,
    hint: hint ?? null,
  }
}

/** Finds the Ingresses that would have had a word if they were served; few have any. */
function notServedFor({ ingresses = [] }: RoutingPicture): (host: string) => RequestExplanation['notServed'] {
  const others = ingresses.filter(({ decision }) => !decision.owned)
  if (others.length === 0) return () => []
  return host => {
    const wildcard = `*${host.slice(Math.max(host.indexOf('.'), 0))}`
    return others
      .filter(({ ingress }) => ingress.rules.some(rule => rule.host === host || rule.host === wildcard || !rule.host))
      .map(({ ingress: { metadata }, decision }) => ({
        ingress: { namespace: metadata.namespace, name: metadata.name },
        why: decision.explanation,
      }))
  }
}
