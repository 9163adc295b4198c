import type { ExplainedBackend, ExplainedCandidate, ExplainedName, RequestExplanation } from './explain-request.ts'

/** How many routes that lost are shown to people. */
const SHOWN = 8

/** A request, where it goes, and the trail of why, for people. */
export function formatExplanation(explanation: RequestExplanation): string {
  return [explanation.url, ...body(explanation).map(line => `  ${line}`), ''].join('\n')
}

function body(explanation: RequestExplanation): string[] {
  return [
    headline(explanation),
    ...canaryText(explanation),
    ...normalisation(explanation),
    ...explanation.trail.map(step => `${stepText(step.code, step.host, step.reason)}`),
    ...explanation.readings.map(({ path, goesTo }) => `an upstream may read it as ${path}, which goes to ${goesTo}`),
    ...lost(explanation.candidates),
    ...Object.entries(explanation.otherwise).map(([mode, where]) => `with --host-fallthrough ${mode}: ${where}`),
    ...explanation.notServed.map(({ ingress, why }) => `Ingress ${formatName(ingress)} is not served: ${why}`),
  ]
}

/** The answer in one line. */
export function headline(explanation: RequestExplanation): string {
  const { status, ingress, backend, backendNamespace, reason, rule, path, outcome } = explanation
  if (outcome === 'notFound') return '-> 404, nothing routes it'
  if (outcome === 'badRequest') return `-> ${status} ${reason}`
  const where = backendText(backend, backendNamespace)
  const by = ingress === null ? '' : `  (Ingress ${formatName(ingress)}${whichPath(rule, path)})`
  return status === null ? `-> ${where}${by}` : `-> ${status}, would be ${where}${by}`
}

function backendText(backend: ExplainedBackend | null, namespace: string | null): string {
  return backend?.service
    ? `${namespace}/${backend.service.name}:${backend.service.port}`
    : `${backend?.resource?.kind} ${backend?.resource?.name}`
}

/** Whether the request goes to a canary, and what says so. */
function canaryText({ canary }: RequestExplanation): string[] {
  if (canary === null) return []
  const { taken, by, name, share, ingress, backend, backendNamespace } = canary
  const where = `${backendText(backend, backendNamespace)}${ingress === null ? '' : ` of Ingress ${formatName(ingress)}`}`
  const chance = `${share.weight} of ${share.total} requests go there`
  if (taken === null) return [`or to the canary ${where}: ${chance}`]
  const why = { header: `the field ${name}`, cookie: `the cookie ${name}`, affinity: `the cookie ${name}`, weight: '' }[
    by
  ]
  const says = by === 'weight' ? chance : `${why} says so${by === 'affinity' ? ', as its client was given before' : ''}`
  return [taken ? `that is the canary: ${says}` : `not the canary ${where}: ${says}`]
}

function whichPath(rule: number | null, path: number | null): string {
  return rule === null || path === null ? ', default backend' : `, rule ${rule + 1}, path ${path + 1}`
}

function normalisation({ url, normalised: { host, path } }: RequestExplanation): string[] {
  if (host === null || path === null || url.includes(`${host}${path}`)) return []
  return [`compared as host ${host === '' ? '(none)' : host}, path ${path}`]
}

const STEPS: Readonly<Record<string, string>> = {
  'host-exact': 'the host has routes of its own',
  'host-wildcard': 'the host has no routes of its own; a wildcard covers it',
  'host-none': 'no route names the host, so routes without a host apply',
  'path-exact': 'an Exact path is this path',
  'path-prefix': 'the longest Prefix that covers the path wins',
  'path-regex': 'a regular expression fits the path',
  'default-host': 'no path of the host fits, so the default backend of the host has it',
  'default-ingress': 'nothing fits, so the default backend for everything has it',
  'default-controller': 'nothing fits, so the default backend of the controller has it',
  'not-found': 'no route fits, and there is no default backend',
  'no-service': 'the Service does not exist, so the answer is 503',
  'no-port': 'the Service has no such port, so the answer is 503',
  'no-endpoints': 'nothing is ready to serve it, so the answer is 503',
  'unsupported-backend': 'the backend is no Service, so the answer is 503',
  'unsupported-security-annotation': 'the Ingress asks for security that is not supported here, so the answer is 503',
  'unsupported-expression': 'the path is a regular expression that cannot be used here, so the answer is 503',
  'bad-host': 'the host is not one that can be routed',
  'bad-path': 'the path is not one that can be routed',
  'ambiguous-path': 'some upstreams read this path as another one',
  'redirect-to-slash': 'the controller answers with a redirect to the same path and a slash',
}

function stepText(code: string, host: string | undefined, reason: string | undefined): string {
  const text = STEPS[code] ?? code
  return `${text}${host === undefined ? '' : ` (${host})`}${reason === undefined ? '' : `: ${reason.replaceAll('-', ' ')}`}`
}

const LOSSES: Readonly<Record<string, string>> = {
  'host-mismatch': 'another host',
  'less-specific-host': 'a more specific host has the request',
  'path-mismatch': 'another path',
  'exact-beats-prefix': 'Exact comes before Prefix',
  'shorter-prefix': 'a longer Prefix fits',
  fallback: 'a default backend comes last',
  'later-duplicate': 'an earlier route is the same',
  'later-rule': 'an earlier rule fits',
  'ambiguous-path': 'it would win, but the path can be read in two ways',
}

const HINTS: Readonly<Record<string, string>> = {
  'too-many-labels': 'a wildcard covers one label only',
  'label-missing': 'a wildcard needs one label in front',
  'ip-address': 'no host pattern covers an IP address',
  'letter-case': 'differs in upper and lower case only',
  'trailing-slash': 'differs in the slash at the end only',
  'below-exact': 'an Exact path covers nothing below it',
  'inside-element': 'a Prefix ends where an element of the path ends',
}

/** The routes that lost, near misses first. */
function lost(candidates: readonly ExplainedCandidate[]): string[] {
  const losers = candidates.filter(candidate => candidate.lost !== null)
  const telling = losers.filter(candidate => candidate.hint !== null || candidate.lost !== 'path-mismatch')
  const shown = [...telling, ...losers.filter(candidate => !telling.includes(candidate))].slice(0, SHOWN)
  const left = losers.length - shown.length
  return [...shown.map(describeLoser), ...(left > 0 ? [`… and ${left} more that do not fit`] : [])]
}

function describeLoser({ host, pathRule, pathType, ingress, lost, hint }: ExplainedCandidate): string {
  const why = hint === null ? LOSSES[lost!] : HINTS[hint]
  const what = pathType === 'default' ? 'default backend' : `${pathType} ${pathRule}`
  return `not ${host ?? '(any host)'} ${what}${ingress === null ? '' : ` of ${formatName(ingress)}`}: ${why ?? lost}`
}

function formatName({ namespace, name }: ExplainedName): string {
  return `${namespace}/${name}`
}
