import { type Candidate, type Explanation, explainer, type LossCode, type TrailStep } from '@ingot/core/explain'
import type { IngressTarget } from '@ingot/kubernetes'
import type { RoutingPicture } from './routing-picture.ts'
import { splitUrl } from './split-url.ts'

/** A request to explain: what a client would send. */
export interface RequestToExplain {
  readonly url: string
  /** Counts instead of the authority of `url`, as the Host header does. */
  readonly host?: string | undefined
}

/** Where a request goes and why, as JSON. */
export interface RequestExplanation {
  readonly url: string
  readonly outcome: Explanation<IngressTarget>['outcome']
  /** What the proxy answers by itself; `null` where it forwards. */
  readonly status: 400 | 404 | 503 | null
  readonly ingress: { readonly namespace: string; readonly name: string } | null
  /** Positions in `spec.rules`, and in `http.paths` of that rule. */
  readonly rule: number | null
  readonly path: number | null
  readonly backend: ExplainedBackend | null
  /** The stable code of the step that decided. */
  readonly reason: string
  /** More about the reason: why a host or path was refused, or why the backend can serve nothing. */
  readonly detail: string | null
  readonly trail: readonly TrailStep[]
  /** What was compared with the routes. */
  readonly normalised: { readonly host: string | null; readonly path: string | null }
  readonly candidates: readonly ExplainedCandidate[]
  /** Where the other modes of `--host-fallthrough` would send it, if elsewhere. */
  readonly otherwise: Readonly<Record<string, string>>
}

export interface ExplainedBackend {
  readonly service?: { readonly name: string; readonly port: string | number }
  readonly resource?: { readonly kind: string; readonly name: string }
}

export interface ExplainedCandidate {
  readonly host: string | null
  readonly pathRule: string
  readonly pathType: string
  readonly ingress: { readonly namespace: string; readonly name: string } | null
  readonly rule: number | null
  readonly path: number | null
  readonly lost: LossCode | null
  readonly hint: string | null
}

/** Prepares explanations of requests to one routing picture, as the proxy would treat them. */
export function requestExplainer(picture: RoutingPicture): (request: RequestToExplain) => RequestExplanation {
  const explain = explainer(picture.table, {
    ...picture.matching,
    sameTarget: (a, b) => a.backend === b.backend,
  })
  return request => {
    const { authority, path } = splitUrl(request.url)
    return describe(request.url, explain({ host: request.host ?? authority, path }), picture)
  }
}

function describe(url: string, explanation: Explanation<IngressTarget>, picture: RoutingPicture): RequestExplanation {
  const { outcome, code, target, trail, host, path } = explanation
  const backend = target === undefined ? undefined : picture.backends.get(target.backend)
  const refused = trail.find(step => step.reason !== undefined)?.reason
  return {
    url,
    outcome,
    status: statusOf(outcome, backend?.unavailable),
    ingress: nameOf(target),
    rule: target?.rule ?? null,
    path: target?.path ?? null,
    backend: backend === undefined ? null : backendOf(backend),
    reason: code === 'default' ? (target?.kind ?? code) : code,
    detail: refused ?? backend?.unavailable ?? null,
    trail,
    normalised: { host: host.after ?? null, path: path.after ?? null },
    candidates: explanation.candidates.map(describeCandidate),
    otherwise: Object.fromEntries(
      explanation.otherwise
        .filter(other => other.target?.backend !== target?.backend)
        .map(other => [other.hostFallthrough, other.target?.backend ?? other.outcome]),
    ),
  }
}

function statusOf(outcome: Explanation<IngressTarget>['outcome'], unavailable: unknown): 400 | 404 | 503 | null {
  if (outcome === 'badRequest') return 400
  if (outcome === 'notFound') return 404
  return unavailable === undefined ? null : 503
}

function nameOf(target: IngressTarget | undefined): { namespace: string; name: string } | null {
  return target?.ingress === undefined ? null : { namespace: target.ingress.namespace, name: target.ingress.name }
}

function backendOf({ service, resource }: ExplainedBackend): ExplainedBackend {
  if (service !== undefined) return { service: { name: service.name, port: service.port } }
  return resource === undefined ? {} : { resource: { kind: resource.kind, name: resource.name } }
}

function describeCandidate({ route, lost, hint }: Candidate<IngressTarget>): ExplainedCandidate {
  return {
    host: route.host ?? null,
    pathRule: route.path,
    pathType: route.pathType,
    ingress: nameOf(route.target),
    rule: route.target.rule ?? null,
    path: route.target.path ?? null,
    lost: lost ?? null,
    hint: hint ?? null,
  }
}
