import type { Route } from '@ingot/core'
import { withoutVariants } from '../annotations/apply.ts'
import { lintExpressions, withExpressions } from '../annotations/expression-hosts.ts'
import { catchesAll, hostDefault, type IngressDefault } from '../backends/default-backends.ts'
import { type Diagnostic, diagnose } from '../diagnostic.ts'
import { defaultTarget, describeIngress, type IngressTarget } from '../ingress-target.ts'
import type { Ingress } from '../schema/ingress.ts'
import { buildRoutes, type RuleRoutes } from './build-routes.ts'
import { dressRoutes, type OwnBackends } from './dress-routes.ts'
import { type HostOwnership, ownersOf } from './host-ownership.ts'
import type { IngressPart, PartOptions } from './ingress-part.ts'
import { lintRoutes } from './lint-routes.ts'

/** What decides what Ingresses say of hosts. */
export interface HostOptions extends PartOptions {
  /** Opt-in: which namespaces may use which hosts. Default: all may use all. */
  readonly hostOwnership?: HostOwnership
}

/** What all Ingresses together say about one host. */
export interface SettledHost {
  /** All routes of the host, the one that wins first; none, if requests for it match nothing (semantics 3.3, 4.8). */
  readonly routes: readonly Route<IngressTarget>[]
  /** Whether the host exists: then its requests never fall to a broader one. */
  readonly claimed: boolean
  readonly ownBackends: OwnBackends | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Settles what the Ingresses that name a host, the oldest first, say of it together (semantics 4.3, 5, 7.8). Depends on
 * nothing but these.
 */
export function settleHost(host: string | undefined, parts: readonly IngressPart[], options: HostOptions): SettledHost {
  const ingresses = parts.map(part => atHost(part, host))
  const mains = withoutVariants(ingresses, options)
  const compared = withExpressions(mains, options)
  const { claims, diagnostics } = claimsOf(
    compared.flatMap(ingress => buildRoutes(ingress, options)),
    options,
  )
  const fallback = hostDefault(
    host,
    defaultsOf(claims, options),
    claims.flatMap(({ routes }) => routes),
  )
  const written = claims.flatMap(({ routes }) => routes.map(({ route }) => route))
  const routes = fallback.route === undefined ? written : [...written, fallback.route]
  const dressed = dressRoutes({ routes }, { ingresses, mains, uses: usesOf(parts), options })
  return {
    routes: dressed.table.routes,
    claimed: claims.length > 0,
    ownBackends: dressed.ownBackends,
    diagnostics: [
      ...diagnostics,
      ...lintRoutes(claims),
      ...fallback.diagnostics,
      ...compared.flatMap(lintExpressions),
      ...dressed.diagnostics,
    ],
  }
}

/** An Ingress with its rules for one host alone. */
function atHost({ ingress, rules }: IngressPart, host: string | undefined): Ingress {
  const here = rules.filter(rule => rule.host === host)
  return here.length === ingress.rules.length ? ingress : { ...ingress, rules: here }
}

/** The rules that claim the host and may, and what is to be said of all. */
function claimsOf(rules: readonly RuleRoutes[], { hostOwnership }: HostOptions) {
  const [oldest] = rules
  const owners = oldest && ownersOf(hostOwnership, oldest.host, oldest.ingress.metadata.namespace)
  const mayUse = ({ ingress }: RuleRoutes) => owners?.includes(ingress.metadata.namespace) !== false
  return {
    claims: rules.filter(rule => rule.claims && mayUse(rule)),
    diagnostics: rules.flatMap(rule => (mayUse(rule) ? rule.diagnostics : [notAllowed(rule, owners ?? [])])),
  }
}

function defaultsOf(claims: readonly RuleRoutes[], options: HostOptions): IngressDefault[] {
  return claims.flatMap(({ ingress }) => {
    const { object, defaultBackend } = ingress
    if (defaultBackend === undefined || catchesAll(ingress, options)) return []
    return [{ ingress, target: defaultTarget(object, defaultBackend, 'default-host') }]
  })
}

function usesOf(parts: readonly IngressPart[]): IngressPart['uses'] {
  const [only, ...others] = parts
  return others.length === 0 && only !== undefined ? only.uses : new Map(parts.flatMap(({ uses }) => [...uses]))
}

function notAllowed({ ingress, rule, host }: RuleRoutes, owners: readonly string[]): Diagnostic {
  const who = owners.length === 0 ? 'no namespace' : `namespace ${owners.join(' and ')}`
  const message = `The host ${host ?? '(every host)'} belongs to ${who}; the rule of ${describeIngress(ingress.metadata)} is left out.`
  return diagnose('host-not-allowed', { object: ingress.object, field: ['spec', 'rules', rule, 'host'] }, message)
}
