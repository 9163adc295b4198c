import { normalisePath, type PathOptions, parseHostPattern, type Route, type RouteTable } from '@ingot/core'
import { buildDefaults, type DefaultBackendOptions } from './default-backends.ts'
import { type Diagnostic, type Report, reportOn } from './diagnostic.ts'
import type { FieldPath } from './field-path.ts'
import { type HostOwnership, type OwnersOf, ownersOf } from './host-ownership.ts'
import { inOrder, type OrderOptions } from './ingress-order.ts'
import { describeIngress, type IngressTarget, ruleTarget } from './ingress-target.ts'
import { lintPath } from './lint-path.ts'
import { lintRoutes, type WrittenRoute } from './lint-routes.ts'
import type { Ingress, IngressPath, IngressRule } from './schema/ingress.ts'

/** How Ingresses become routes, where the API leaves a choice. */
export interface RouteOptions extends OrderOptions, DefaultBackendOptions {
  /** How rule paths are normalised; must be what requests are normalised with (semantics 6.5). */
  readonly path?: PathOptions
  /** Opt-in: which namespaces may use which hosts. Default: all may use all. */
  readonly hostOwnership?: HostOwnership
}

export interface BuiltRoutes {
  readonly table: RouteTable<IngressTarget>
  readonly diagnostics: readonly Diagnostic[]
}

/** Translates Ingresses, all of them ours, into one route table (semantics 4, 5, 6.4, 6.5 and 7.11). */
export function buildRoutes(ingresses: Iterable<Ingress>, options: RouteOptions = {}): BuiltRoutes {
  const ordered = inOrder(ingresses, options)
  const owners = ownersOf(options.hostOwnership, ordered)
  const collected: Collected = { written: [], claims: [], diagnostics: [] }
  for (const ingress of ordered) collectIngress(ingress, owners, options.path, collected)
  const { written, claims } = collected
  const defaults = buildDefaults(ordered, claims, written, options)
  const routes: Route<IngressTarget>[] = [...written.map(({ route }) => route), ...defaults.routes]
  const table: RouteTable<IngressTarget> = {
    routes,
    hosts: hostsWithoutRoutes(claims, routes),
    ...(defaults.target === undefined ? {} : { defaultTarget: defaults.target }),
  }
  const diagnostics = [...collected.diagnostics, ...lintRoutes(written, claims), ...defaults.diagnostics]
  return { table, diagnostics }
}

/** That an Ingress has a rule for a host, whether or not any path of it is left. */
export interface HostClaim {
  readonly ingress: Ingress
  readonly rule: number
  readonly host: string | undefined
}

interface Collected {
  readonly written: WrittenRoute[]
  readonly claims: HostClaim[]
  readonly diagnostics: Diagnostic[]
}

function collectIngress(ingress: Ingress, owners: OwnersOf, options: PathOptions | undefined, to: Collected): void {
  const report = reportOn(ingress.object)
  for (const rule of ingress.rules) {
    if (!hostIsUsable(ingress, rule, owners, report)) continue
    if (!rule.hasPaths && rule.host === undefined) {
      report.add(
        'rule-without-host-and-paths',
        ['spec', 'rules', rule.index],
        'This rule has neither a host nor paths, and does nothing.',
      )
      continue
    }
    to.claims.push({ ingress, rule: rule.index, host: rule.host })
    if (!rule.hasPaths) noteHostWithoutPaths(rule, report)
    for (const path of rule.paths) {
      const route = buildRoute(ingress, rule, path, options, report)
      if (route !== undefined) to.written.push({ ingress, route, field: pathField(rule, path) })
    }
  }
  to.diagnostics.push(...report.diagnostics)
}

function hostIsUsable({ metadata }: Ingress, { host, index }: IngressRule, owners: OwnersOf, report: Report): boolean {
  const field = ['spec', 'rules', index, 'host']
  if (parseHostPattern(host) === undefined) {
    report.add(
      'unmatchable-host',
      field,
      `The host ${host} has a label of more than 63 characters, which no request can have.`,
    )
    return false
  }
  if (host !== undefined && /^\*(?:\.[0-9]+){1,3}$/.test(host)) {
    const message = `The host ${host} looks like a range of IP addresses. Requests to an IP address never match it.`
    report.add('wildcard-looks-like-ip', field, message)
  }
  const allowed = owners(host)
  if (allowed === undefined || allowed.includes(metadata.namespace)) return true
  const who = allowed.length === 0 ? 'no namespace' : `namespace ${allowed.join(' and ')}`
  const message = `The host ${host ?? '(every host)'} belongs to ${who}; the rule of ${describeIngress(metadata)} is left out.`
  report.add('host-not-allowed', field, message)
  return false
}

function noteHostWithoutPaths({ host, index }: IngressRule, report: Report): void {
  const message = `The rule for ${host} has no paths, so its requests go to a default backend, or are answered 404.`
  report.add('host-without-paths', ['spec', 'rules', index], message)
}

/** The route of a path, or `undefined` if no request can have that path. */
function buildRoute(
  { object }: Ingress,
  rule: IngressRule,
  path: IngressPath,
  options: PathOptions | undefined,
  report: Report,
): Route<IngressTarget> | undefined {
  const { expression } = path
  if (expression !== undefined) {
    const target = { ...ruleTarget(object, rule.index, path), expression }
    return { host: rule.host, path: expression, pathType: 'Exact', target }
  }
  const field = pathField(rule, path)
  lintPath(report, field, path.path)
  // Empty elements of a rule never carry meaning, whatever they do in requests.
  const normalised = normalisePath(path.path, { ...options, emptySegments: 'merge', aboveRoot: 'clamp' })
  if (typeof normalised !== 'string') {
    report.add('unmatchable-path', field, whyUnmatchable(path.path, normalised.reason), { fix: encodingFix(path.path) })
    return undefined
  }
  if (normalised !== path.path && path.path !== '') {
    report.add(
      'path-rewritten',
      field,
      `The path ${JSON.stringify(path.path)} is compared as ${JSON.stringify(normalised)}.`,
    )
  }
  return {
    host: rule.host,
    path: normalised,
    // Regular expressions are never guessed: ImplementationSpecific is an element-wise Prefix (semantics 7.11).
    pathType: path.pathType === 'Exact' ? 'Exact' : 'Prefix',
    target: ruleTarget(object, rule.index, path),
  }
}

function whyUnmatchable(path: string, reason: string): string {
  return `No request can have the path ${JSON.stringify(path)} (${reason.replaceAll('-', ' ')}), so this path is left out.`
}

function encodingFix(path: string): string {
  const encoded = path.replace(/[^\x21-\x7e]|[\\#?]/gu, character => encodeURIComponent(character))
  const withPercents = encoded.replace(/%(?![0-9a-fA-F]{2})/g, '%25')
  return `Write the path as clients send it, such as ${withPercents}.`
}

function pathField(rule: IngressRule, path: IngressPath): FieldPath {
  return ['spec', 'rules', rule.index, 'http', 'paths', path.index, 'path']
}

/** Hosts that were claimed and got no route: their requests must not fall to a broader host (semantics 3.3, 4.8). */
function hostsWithoutRoutes(claims: readonly HostClaim[], routes: readonly Route<unknown>[]): (string | undefined)[] {
  const routed = new Set(routes.map(({ host }) => host))
  return [...new Set(claims.map(({ host }) => host))].filter(host => !routed.has(host))
}
