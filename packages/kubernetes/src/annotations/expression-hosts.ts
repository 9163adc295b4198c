import type { Route } from '@ingot/core'
import type { Backend } from '../backends/resolve-backend.ts'
import { type Diagnostic, diagnose } from '../diagnostic.ts'
import type { BackendId, IngressTarget } from '../ingress-target.ts'
import type { Routing } from '../routes/fail-closed.ts'
import type { Ingress } from '../schema/ingress.ts'
import { type AnnotationProfile, asksOf } from './apply.ts'
import { coveringExpression, refuseExpression } from './expressions.ts'

/**
 * Each Ingress with its paths as they are to be compared: once one path of a host is an expression, all of them are, in
 * every Ingress (semantics 7.8).
 */
export function withExpressions(ingresses: readonly Ingress[], profile: AnnotationProfile): Ingress[] {
  const hosts = expressionHosts(ingresses, profile)
  if (hosts.size === 0) return [...ingresses]
  return ingresses.map(ingress => {
    if (!ingress.rules.some(({ host }) => hosts.has(host))) return ingress
    const rules = ingress.rules.map(rule => {
      if (!hosts.has(rule.host)) return rule
      return { ...rule, paths: rule.paths.map(path => ({ ...path, expression: path.path || '/' })) }
    })
    return { ...ingress, rules }
  })
}

function expressionHosts(ingresses: readonly Ingress[], profile: AnnotationProfile): Set<string | undefined> {
  const hosts = new Set<string | undefined>()
  for (const ingress of ingresses) {
    const asks = asksOf(ingress, profile)
    if (asks === undefined) continue
    for (const { host, paths } of ingress.rules) {
      if (paths.some(({ path }) => asks.usesExpressions(path))) hosts.add(host)
    }
  }
  return hosts
}

/** Says which expressions cannot be used. */
export function lintExpressions({ rules, object }: Ingress): Diagnostic[] {
  return rules.flatMap(({ index, paths }) =>
    paths.flatMap(({ index: position, expression }) => {
      const reason = expression === undefined ? undefined : refuseExpression(`^${expression}`)
      if (reason === undefined) return []
      const message = `The regular expression ${expression} cannot be used here: ${reason}. Requests that it may be for are answered 503.`
      const field = ['spec', 'rules', index, 'http', 'paths', position, 'path']
      return [diagnose('unsupported-expression', { object, field }, message)]
    }),
  )
}

/**
 * Makes one route of all that have expressions on one host: a Prefix `/` that holds them, the longest first. One that
 * cannot be used stands for everything that begins as it does, and is answered 503, so that nothing that it was to keep
 * in gets out.
 */
export function joinExpressions({ table, backends: before }: Routing): Routing {
  const hosts = new Set(table.routes.filter(({ target }) => target.expression !== undefined).map(({ host }) => host))
  if (hosts.size === 0) return { table, backends: before }
  const backends = new Map(before)
  const others = table.routes.filter(({ host }) => !hosts.has(host))
  const joined = [...hosts].map(host => {
    const routes = table.routes.filter(route => route.host === host)
    return joinHost(host, routes, backends)
  })
  return { table: { ...table, routes: [...others, ...joined] }, backends }
}

function joinHost(
  host: string | undefined,
  routes: readonly Route<IngressTarget>[],
  backends: Map<BackendId, Backend>,
): Route<IngressTarget> {
  const targets = routes.flatMap(({ target }) => (target.expression === undefined ? [] : [target]))
  const choices = targets.sort(compareExpressions).map(target => choiceOf(target, backends))
  const otherwise = routes.find(({ fallback }) => fallback === true)?.target
  const { canary: _, asks: __, expression: ___, ...first } = choices[0]!.target
  const target = { ...first, choices, ...(otherwise !== undefined && { otherwise }) }
  return { host, path: '/', pathType: 'Prefix', target }
}

/** As ingress-nginx orders its locations (semantics 7.8). */
function compareExpressions({ expression: a = '' }: IngressTarget, { expression: b = '' }: IngressTarget): number {
  return b.length - a.length || (a === b ? 0 : a > b ? -1 : 1)
}

function choiceOf(target: IngressTarget, backends: Map<BackendId, Backend>) {
  const expression = target.expression!
  if (refuseExpression(`^${expression}`) === undefined) return { expression, target }
  const { canary: _, asks: __, ...closed } = target
  const backend = `${target.backend} (unsupported expression)`
  const open = backends.get(target.backend)
  if (open !== undefined) {
    const { dns: ___, ...rest } = open
    backends.set(backend, { ...rest, id: backend, endpoints: [], unavailable: 'unsupported-expression' })
  }
  return { expression: coveringExpression(expression), target: { ...closed, backend } }
}
