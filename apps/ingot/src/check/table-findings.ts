import type { Route } from '@ingot/core'
import { diagnose, type Finding as TableFinding } from '@ingot/core/diagnose'
import type { Diagnostic, DiagnosticCode, IngressTarget } from '@ingot/kubernetes'
import { sameBackend } from '../view/routing-picture.ts'
import type { RoutingView } from '../view/routing-view.ts'
import type { Finding } from './finding.ts'
import { type FindingCode, findingCodes } from './finding-codes.ts'

/** The diagnostics of a view, with requests that prove them, and what only the table as a whole shows (semantics 12.3). */
export function tableFindings(view: RoutingView): Finding[] {
  const found = diagnose(view.table, { ...view.matching, sameTarget: sameBackend })
  const proofs = new Map<string, string>()
  for (const finding of found) {
    if (finding.neverWins && finding.proof !== undefined)
      proofs.set(placeOf(finding.route.target), urlOf(finding.proof))
  }
  const diagnostics = view.diagnostics.map(diagnostic => withProof(diagnostic, proofs))
  return [...diagnostics, ...found.flatMap(describe)]
}

const PROVED: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'duplicate-path',
  'duplicate-path-across-namespaces',
  'shadowed-path',
])

/** A request that the other route gets, although it reads like one for this. */
function withProof(diagnostic: Diagnostic, proofs: ReadonlyMap<string, string>): Finding {
  const { object, field, code } = diagnostic
  const request = PROVED.has(code) ? proofs.get(`${object?.namespace}/${object?.name} ${field}`) : undefined
  // The position is found when it is first asked for, so the diagnostic is wrapped, not copied.
  return request === undefined
    ? diagnostic
    : Object.create(diagnostic, { request: { value: request, enumerable: true } })
}

function describe({ code, route, proof }: TableFinding<IngressTarget>): Finding[] {
  const where = `${route.host ?? 'every other host'}`
  const request = proof === undefined ? undefined : urlOf(proof)
  switch (code) {
    case 'ambiguous-path': {
      const message = `Requests for ${route.path} on ${where} are refused with 400: some servers read this path as one that goes elsewhere.`
      return [finding('ambiguous-rule-path', route, message, request)]
    }
    default:
      return []
  }
}

function finding(
  code: FindingCode,
  route: Route<IngressTarget>,
  message: string,
  request: string | undefined,
): Finding {
  const { severity, fix } = findingCodes[code]
  return {
    ...{ code, severity, message, fix, request, object: referenceTo(route.target), field: fieldOf(route.target) },
    get position() {
      return route.target.locate()
    },
  }
}

function placeOf(target: IngressTarget): string {
  return `${target.ingress?.namespace}/${target.ingress?.name} ${fieldOf(target)}`
}

function fieldOf({ rule, path }: IngressTarget): string {
  return rule === undefined || path === undefined
    ? 'spec.defaultBackend'
    : `spec.rules[${rule}].http.paths[${path}].path`
}

function referenceTo({ ingress }: IngressTarget) {
  return { kind: 'Ingress', namespace: ingress?.namespace ?? '', name: ingress?.name ?? '' }
}

function urlOf({ host, path }: { host: string; path: string }): string {
  return `http://${host}${path}`
}
