import { normalisePath, type PathOptions, parseHostPattern, type Route } from '@ingot/core'
import { type Diagnostic, type Report, reportOn } from '../diagnostic.ts'
import type { FieldPath } from '../field-path.ts'
import { type IngressTarget, ruleTarget } from '../ingress-target.ts'
import type { Ingress, IngressPath, IngressRule } from '../schema/ingress.ts'
import { lintPath } from './lint-path.ts'

/** How the paths of rules become routes. */
export interface PathRouteOptions {
  /** How rule paths are normalised; must be what requests are normalised with (semantics 6.5). */
  readonly path?: PathOptions
}

/** A route and the place it was written. */
export interface WrittenRoute {
  readonly ingress: Ingress
  readonly route: Route<IngressTarget>
  readonly field: FieldPath
}

/** What a rule says about its host. */
export interface RuleRoutes {
  readonly ingress: Ingress
  /** The position in `spec.rules`. */
  readonly rule: number
  readonly host: string | undefined
  /** Whether it claims its host, be it without any path: a rule with neither host nor paths claims nothing. */
  readonly claims: boolean
  readonly routes: readonly WrittenRoute[]
  /** Of no interest if the Ingress may not use the host. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The rules of an Ingress whose hosts requests can have, and what is wrong with the hosts of its rules. */
export function usableRules({ object, rules }: Ingress): {
  readonly rules: readonly IngressRule[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const report = reportOn(object)
  return { rules: rules.filter(rule => canHaveRequests(rule, report)), diagnostics: report.diagnostics }
}

/** Translates the rules of one Ingress of ours for one host (semantics 4, 6.4, 6.5 and 7.11). */
export function buildRoutes(ingress: Ingress, options: PathRouteOptions): RuleRoutes[] {
  return ingress.rules.map(rule => buildRule(ingress, rule, options.path))
}

function buildRule(ingress: Ingress, rule: IngressRule, options: PathOptions | undefined): RuleRoutes {
  const report = reportOn(ingress.object)
  const claims = rule.hasPaths || rule.host !== undefined
  if (!claims) noteRuleWithoutAnything(rule, report)
  else if (!rule.hasPaths) noteHostWithoutPaths(rule, report)
  const routes = rule.paths.flatMap(path => {
    const route = buildRoute(ingress, rule, path, options, report)
    return route === undefined ? [] : [{ ingress, route, field: pathField(rule, path) }]
  })
  return { ingress, rule: rule.index, host: rule.host, claims, routes, diagnostics: report.diagnostics }
}

function canHaveRequests({ host, index }: IngressRule, report: Report): boolean {
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
  return true
}

function noteRuleWithoutAnything({ index }: IngressRule, report: Report): void {
  const message = 'This rule has neither a host nor paths, and does nothing.'
  report.add('rule-without-host-and-paths', ['spec', 'rules', index], message)
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
