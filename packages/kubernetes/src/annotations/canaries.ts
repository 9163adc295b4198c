import type { Route } from '@ingot/core'
import { type Diagnostic, diagnose } from '../diagnostic.ts'
import { describeIngress, type IngressTarget, ruleTarget } from '../ingress-target.ts'
import { formatName } from '../kubernetes-object.ts'
import type { Ingress, IngressPath, IngressRule } from '../schema/ingress.ts'
import type { CanaryAsk, IngressAsks } from './asks.ts'

/** What a canary says that takes no requests whatever other Ingresses there are: a default backend is no path. */
export function lintCanary(ingress: Ingress): Diagnostic[] {
  if (ingress.defaultBackend === undefined) return []
  const why = 'its paths take requests of the same paths of another Ingress, and its default backend takes none'
  return [unused(ingress, ['spec', 'defaultBackend'], why)]
}

/** What canaries are joined by. */
export interface CanaryInput {
  /** Every Ingress that is ours, by name. */
  readonly ingresses: ReadonlyMap<string, Ingress>
  /** The canaries, in order. */
  readonly variants: readonly Ingress[]
  readonly asksOf: (ingress: Ingress) => IngressAsks | undefined
}

/**
 * Gives each path of a canary to the route of another Ingress for the same host, path and pathType. It never has routes
 * of its own, takes no requests from other namespaces, and a route has one canary: the first.
 */
export function joinCanaries(
  routes: readonly Route<IngressTarget>[],
  { ingresses, variants, asksOf }: CanaryInput,
): { readonly routes: readonly Route<IngressTarget>[]; readonly diagnostics: readonly Diagnostic[] } {
  if (variants.length === 0) return { routes, diagnostics: [] }
  const mains = mainRoutes(routes, ingresses)
  const joined = new Map<Route<IngressTarget>, NonNullable<IngressTarget['canary']>>()
  const diagnostics: Diagnostic[] = []
  for (const ingress of variants) {
    const canary = asksOf(ingress)?.canary
    if (typeof canary !== 'object') {
      diagnostics.push(unused(ingress, ['metadata', 'annotations'], canary ?? 'its annotations cannot be read'))
      continue
    }
    for (const rule of ingress.rules) {
      for (const path of rule.paths) {
        const main = mains.get(keyOf(rule.host, path))
        const target = ruleTarget(ingress.object, rule.index, path)
        const problem = main === undefined ? 'no other Ingress has this host and path' : refuse(main, ingress, joined)
        if (main !== undefined && problem === undefined) joined.set(main, { ask: canary satisfies CanaryAsk, target })
        else diagnostics.push(unused(ingress, pathField(rule, path), problem!))
      }
    }
  }
  return {
    routes: routes.map(route => {
      const canary = joined.get(route)
      return canary === undefined ? route : { ...route, target: { ...route.target, canary } }
    }),
    diagnostics,
  }
}

/** Routes by what their Ingress has written; of equal ones the first, which is the one that gets requests. */
function mainRoutes(routes: readonly Route<IngressTarget>[], ingresses: ReadonlyMap<string, Ingress>) {
  const mains = new Map<string, Route<IngressTarget>>()
  for (const route of routes) {
    const { ingress, kind, rule, path } = route.target
    if (kind !== 'rule' || ingress === undefined) continue
    const rules = ingresses.get(formatName(ingress))?.rules
    const written = rules?.find(({ index }) => index === rule)?.paths.find(({ index }) => index === path)
    if (written === undefined) continue
    const key = keyOf(route.host, written)
    if (!mains.has(key)) mains.set(key, route)
  }
  return mains
}

function keyOf(host: string | undefined, { path, pathType }: IngressPath): string {
  return `${host ?? ''} ${pathType} ${path || '/'}`
}

function refuse(
  main: Route<IngressTarget>,
  canary: Ingress,
  joined: ReadonlyMap<Route<IngressTarget>, NonNullable<IngressTarget['canary']>>,
): string | undefined {
  const { namespace } = canary.metadata
  const other = main.target.ingress!
  if (other.namespace !== namespace) return `${describeIngress(other)} is of another namespace`
  const before = joined.get(main)?.target.ingress
  return before === undefined ? undefined : `${describeIngress(before)} is a canary of the same path, and comes first`
}

function pathField({ index }: IngressRule, path: IngressPath) {
  return ['spec', 'rules', index, 'http', 'paths', path.index, 'path']
}

function unused({ object, metadata }: Ingress, field: readonly (string | number)[], why: string): Diagnostic {
  const message = `${describeIngress(metadata)} is a canary that gets no requests here: ${why}.`
  return diagnose('canary-unused', { object, field: [...field] }, message)
}
