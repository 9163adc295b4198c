import type { Route } from '@ingot/core'
import { type Diagnostic, diagnose } from '../diagnostic.ts'
import { backendId, describeIngress, type IngressTarget } from '../ingress-target.ts'
import type { WrittenRoute } from '../routes/build-routes.ts'
import type { ServicePortReference } from '../schema/backend.ts'
import type { Ingress } from '../schema/ingress.ts'

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

/** An Ingress of ours that has a default backend, and where that leads. */
export interface IngressDefault {
  readonly ingress: Ingress
  readonly target: IngressTarget
}

/** The fallback of a host, if it has one. */
export interface HostDefault {
  readonly route: Route<IngressTarget> | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Where requests go that no route takes. */
export interface GlobalDefault {
  readonly target: IngressTarget | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Whether the default backend of an Ingress is for everything that nothing matches, and not for its hosts alone (4.3). */
export function catchesAll({ object }: Ingress, { defaultBackendScope }: DefaultBackendOptions): boolean {
  return defaultBackendScope === 'global' || !hasRules(object.raw)
}

/** Rules as written: an Ingress whose rules are all invalid must not turn into one for every host. */
function hasRules(raw: Readonly<Record<string, unknown>>): boolean {
  const { rules } = (raw.spec ?? {}) as { rules?: unknown }
  return Array.isArray(rules) && rules.length > 0
}

/** Of the defaults of Ingresses that name a host, the oldest first, the one that counts (semantics 4.3, 4.3a, 4.4). */
export function hostDefault(
  host: string | undefined,
  [first, ...others]: readonly IngressDefault[],
  written: readonly WrittenRoute[],
): HostDefault {
  if (first === undefined) return { route: undefined, diagnostics: [] }
  const { ingress, target } = first
  const root = written.findLast(({ route }) => route.path === '/' && route.pathType === 'Prefix')
  // An Ingress that names a host in two rules says the same thing twice.
  const shadowed = new Set(others.map(other => other.ingress).filter(other => other !== ingress))
  return {
    route: { host, path: '/', pathType: 'Prefix', target, fallback: true },
    diagnostics: [
      ...(root === undefined ? [] : [unreachableDefault(ingress, root)]),
      ...[...shadowed].map(other => shadowedDefault(other, ingress, host)),
    ],
  }
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
export function globalDefault(candidates: readonly IngressDefault[], options: DefaultBackendOptions): GlobalDefault {
  const diagnostics: Diagnostic[] = []
  const allowed = candidates.filter(({ ingress }) => {
    if (mayCatchAll(ingress, options)) return true
    diagnostics.push(refusedGlobal(ingress))
    return false
  })
  const [first, ...others] = allowed
  if (first === undefined) return { target: controllerTarget(options), diagnostics }
  const { ingress, target } = first
  diagnostics.push(acceptedGlobal(ingress), ...others.map(other => shadowedDefault(other.ingress, ingress, undefined)))
  return { target, diagnostics }
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
