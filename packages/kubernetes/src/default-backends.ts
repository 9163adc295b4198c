import type { Route } from '@ingot/core'
import type { HostClaim } from './build-routes.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import { backendId, defaultTarget, describeIngress, type IngressTarget } from './ingress-target.ts'
import type { WrittenRoute } from './lint-routes.ts'
import type { ServicePortReference } from './schema/backend.ts'
import type { Ingress } from './schema/ingress.ts'

/** Where requests go that no path matches (semantics 4). */
export interface DefaultBackendOptions {
  /**
   * What the default backend of an Ingress with rules serves: the hosts of those rules, or, as HAProxy and Contour have
   * it, everything that nothing matches (4.3). Default: `host`.
   */
  readonly defaultBackendScope?: 'host' | 'global'
  /** From which namespaces an Ingress may catch the requests of all hosts (4.7). Default: `anyNamespace`. */
  readonly allowGlobalDefaultBackend?: 'never' | 'anyNamespace' | readonly string[]
  /** The controller's own last resort (4.6). Default: none, so such requests are answered 404. */
  readonly controllerDefault?: {
    readonly namespace: string
    readonly service: { readonly name: string; readonly port: ServicePortReference }
  }
}

export interface Defaults {
  /** One fallback route for each host that has a default backend. */
  readonly routes: readonly Route<IngressTarget>[]
  readonly target: IngressTarget | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** The default backends of hosts and of everything. `ordered` goes from the oldest Ingress to the newest. */
export function buildDefaults(
  ordered: readonly Ingress[],
  claims: readonly HostClaim[],
  written: readonly WrittenRoute[],
  options: DefaultBackendOptions,
): Defaults {
  const global = options.defaultBackendScope === 'global'
  const hosts = global ? { routes: [], diagnostics: [] } : hostDefaults(claims, rootRoutes(written))
  const catchAll = ordered.filter(({ defaultBackend, object }) => {
    return defaultBackend !== undefined && (global || !hasRules(object.raw))
  })
  const { target, diagnostics } = globalDefault(catchAll, options)
  return { routes: hosts.routes, target, diagnostics: [...hosts.diagnostics, ...diagnostics] }
}

/** Rules as written: an Ingress whose rules are all invalid must not turn into one for every host. */
function hasRules(raw: Readonly<Record<string, unknown>>): boolean {
  const { rules } = (raw.spec ?? {}) as { rules?: unknown }
  return Array.isArray(rules) && rules.length > 0
}

/** For each host the oldest Ingress that names it and has a default backend (semantics 4.3, 4.3a, 4.4). */
function hostDefaults(claims: readonly HostClaim[], roots: RootRoutes): Pick<Defaults, 'routes' | 'diagnostics'> {
  const chosen = new Map<string | undefined, Ingress>()
  const routes: Route<IngressTarget>[] = []
  const diagnostics: Diagnostic[] = []
  for (const { ingress, host } of claims) {
    if (ingress.defaultBackend === undefined) continue
    const first = chosen.get(host)
    if (first === undefined) {
      chosen.set(host, ingress)
      const target = defaultTarget(ingress.object, ingress.defaultBackend, 'default-host')
      routes.push({ host, path: '/', pathType: 'Prefix', target, fallback: true })
      const root = roots.get(host)
      if (root !== undefined) diagnostics.push(unreachableDefault(ingress, root))
    } else if (first !== ingress) diagnostics.push(shadowedDefault(ingress, first, host))
  }
  return { routes, diagnostics: withoutRepeats(diagnostics) }
}

/** The routes that take every path of their host. */
type RootRoutes = ReadonlyMap<string | undefined, WrittenRoute>

function rootRoutes(written: readonly WrittenRoute[]): RootRoutes {
  const roots = written.filter(({ route }) => route.path === '/' && route.pathType === 'Prefix')
  return new Map(roots.map(root => [root.route.host, root]))
}

function unreachableDefault(ingress: Ingress, { route, ingress: other, field }: WrittenRoute): Diagnostic {
  const which = route.host ?? 'hosts without a rule'
  const message = `The default backend of ${describeIngress(ingress.metadata)} is never used for ${which}, where the path / of ${describeIngress(other.metadata)} takes every request.`
  const related = [{ object: other.object, field }]
  return diagnose('shadowed-default-backend', place(ingress), message, { related, severity: 'info' })
}

function shadowedDefault(ingress: Ingress, first: Ingress, host: string | undefined): Diagnostic {
  const which = host === undefined ? 'requests whose host has no rule' : host
  const message = `The default backend of ${describeIngress(ingress.metadata)} is not used for ${which}: that of ${describeIngress(first.metadata)} comes first.`
  return diagnose('shadowed-default-backend', place(ingress), message, { related: [place(first)] })
}

/** The oldest Ingress that may catch everything, or the controller's own default (semantics 4.2, 4.5-4.7). */
function globalDefault(candidates: readonly Ingress[], options: DefaultBackendOptions): Omit<Defaults, 'routes'> {
  const diagnostics: Diagnostic[] = []
  const allowed = candidates.filter(ingress => {
    if (mayCatchAll(ingress, options)) return true
    diagnostics.push(refusedGlobal(ingress))
    return false
  })
  const [first, ...others] = allowed
  if (first === undefined) return { target: controllerTarget(options), diagnostics }
  diagnostics.push(acceptedGlobal(first), ...others.map(other => shadowedDefault(other, first, undefined)))
  return { target: defaultTarget(first.object, first.defaultBackend!, 'default-ingress'), diagnostics }
}

function mayCatchAll({ metadata }: Ingress, options: DefaultBackendOptions): boolean {
  const allowed = options.allowGlobalDefaultBackend ?? 'anyNamespace'
  return allowed === 'anyNamespace' || (allowed !== 'never' && allowed.includes(metadata.namespace))
}

function refusedGlobal(ingress: Ingress): Diagnostic {
  const message = `${describeIngress(ingress.metadata)} may not receive the requests of all hosts from this namespace; its default backend is left out.`
  return diagnose('global-default-backend-refused', place(ingress), message)
}

function acceptedGlobal(ingress: Ingress): Diagnostic {
  const message = `The default backend of ${describeIngress(ingress.metadata)} receives every request that no rule matches, of all hosts and namespaces.`
  return diagnose('global-default-backend', place(ingress), message)
}

function controllerTarget({ controllerDefault }: DefaultBackendOptions): IngressTarget | undefined {
  if (controllerDefault === undefined) return undefined
  const backend = backendId(controllerDefault.namespace, { service: controllerDefault.service })
  return { backend, kind: 'default-controller', locate: () => undefined }
}

function place(ingress: Ingress) {
  return { object: ingress.object, field: ['spec', 'defaultBackend'] }
}

/** An Ingress that names a host in two rules says the same thing twice. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(({ message }) => !seen.has(message) && seen.add(message))
}
