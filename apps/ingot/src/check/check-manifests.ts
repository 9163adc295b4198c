import type { ProfileName } from '@ingot/kubernetes'
import { rulesOf } from '../profiles/view-profile.ts'
import type { Inputs } from '../view/read-inputs.ts'
import { type RoutingView, routingView, type ViewOptions } from '../view/routing-view.ts'
import type { CheckResult, Finding } from './finding.ts'
import type { FindingCode } from './finding-codes.ts'
import { tableFindings } from './table-findings.ts'

/**
 * Everything that is worth knowing about manifests. Ingresses of other controllers are checked too, each class by
 * itself: what shares a class shares a route table, and nothing else does.
 */
export function checkManifests(inputs: Inputs, options: ViewOptions): CheckResult {
  const view = routingView(inputs, options)
  const views = [
    view,
    ...otherClasses(view, options).map(name => routingView(inputs, { ...options, classNames: [name] })),
  ]
  const found = [
    ...inputs.diagnostics,
    ...views.flatMap(one => tableFindings(one).filter(appliesTo(one, rulesOf(options.profile)))),
  ]
  const relevant = found.filter(({ object }) => isInNamespaces(object?.namespace, options.namespaces))
  return {
    findings: inOrder(withoutRepeats(relevant.map(finding => softened(finding, inputs)))),
    files: inputs.files,
    ingresses: inputs.objects.filter(({ kind }) => kind === 'Ingress').length,
  }
}

/** The classes of Ingresses that are not ours; asked for by name, only those are looked at. */
function otherClasses({ translation }: RoutingView, { classNames }: ViewOptions): string[] {
  if (classNames !== undefined) return []
  const names = translation.ingresses
    .filter(({ decision }) => !decision.owned && decision.reason !== 'other-namespace')
    .map(({ decision }) => decision.className)
  return [...new Set(names.filter(name => name !== undefined))]
}

function isInNamespaces(namespace: string | undefined, namespaces: readonly string[] | undefined): boolean {
  return namespaces === undefined || !namespace || namespaces.includes(namespace)
}

/** A folder may hold YAML for other programs; a file that was named was meant. */
function softened(finding: Finding, { named }: Inputs): Finding {
  if (finding.code !== 'not-an-object' || named.has(finding.position?.file ?? '')) return finding
  return { ...finding, severity: 'info' }
}

const ANNOTATION_CODES: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'unsupported-annotation',
  'security-annotation-ignored',
  'unsupported-security-annotation',
  'snippet-annotation',
])

const ANNOTATIONS: Readonly<Record<ProfileName, readonly string[]>> = {
  ingot: [],
  'ingress-nginx': ['nginx.ingress.kubernetes.io/'],
  'haproxy-ingress': ['haproxy-ingress.github.io/', 'ingress.kubernetes.io/'],
  traefik: ['traefik.ingress.kubernetes.io/'],
  contour: ['projectcontour.io/'],
}

const PLAIN_PATH_CODES: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'regex-looking-path',
  'odd-path',
  'path-rewritten',
  'unmatchable-path',
])

/** Another controller does honour its own annotations, and its regular expressions. */
function appliesTo({ profile }: RoutingView, name: ProfileName): (finding: Finding) => boolean {
  if (profile === undefined) return () => true
  const expressions = new Set<string>()
  for (const host of profile.hosts) {
    for (const { pattern, answer } of profile.rulesFor(host?.replace('*', 'any-other') ?? '')) {
      const { ingress, rule, path } = answer.target
      if (pattern.kind !== 'expression') continue
      expressions.add(`${ingress?.namespace}/${ingress?.name} spec.rules[${rule}].http.paths[${path}].path`)
    }
  }
  return ({ code, object, field = '' }) => {
    if (PLAIN_PATH_CODES.has(code)) return !expressions.has(`${object?.namespace}/${object?.name} ${field}`)
    return !ANNOTATION_CODES.has(code) || !ANNOTATIONS[name].some(prefix => field.includes(prefix))
  }
}

/** Reading, translating and each class may say the same thing. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ code, message, object, field, position }) => {
    const where =
      object === undefined ? `${position?.file}:${position?.line}` : `${object.kind} ${object.namespace}/${object.name}`
    const key = [code, where, field, message].join('\n')
    // An object that is written twice is reported at each place.
    if (code === 'duplicate-object') return true
    return !seen.has(key) && seen.add(key)
  })
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const placed = findings.map(finding => ({ finding, place: finding.position }))
  placed.sort((a, b) => {
    const [left, right] = [a.place?.file ?? '', b.place?.file ?? '']
    if (left !== right) return left < right ? -1 : 1
    return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
  })
  return placed.map(({ finding }) => finding)
}
