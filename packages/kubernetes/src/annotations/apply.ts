import type { Routing } from '../fail-closed.ts'
import type { IngressTarget } from '../ingress-target.ts'
import { formatName } from '../kubernetes-object.ts'
import type { Backend } from '../resolve-backend.ts'
import type { Ingress } from '../schema/ingress.ts'
import type { IngressAsks } from './asks.ts'
import { readIngressNginx } from './ingress-nginx.ts'

/** Whose annotations are honoured. */
export interface AnnotationProfile {
  /** Default: nobody's. */
  readonly annotations?: 'ingress-nginx'
}

const known = new WeakMap<Ingress, IngressAsks>()

/** What an Ingress asks for by annotations; `undefined` if nobody's are honoured. */
export function asksOf(ingress: Ingress, { annotations }: AnnotationProfile): IngressAsks | undefined {
  if (annotations === undefined) return undefined
  const asks = known.get(ingress) ?? readIngressNginx(ingress)
  known.set(ingress, asks)
  return asks
}

/** The Ingresses that have routes of their own. */
export function withoutVariants(ingresses: readonly Ingress[], profile: AnnotationProfile): Ingress[] {
  return ingresses.filter(ingress => asksOf(ingress, profile)?.isVariant !== true)
}

/** Each Ingress with its paths as they are to be compared. */
export function withPaths(ingresses: readonly Ingress[], profile: AnnotationProfile): Ingress[] {
  return ingresses.map(ingress => {
    const asks = asksOf(ingress, profile)
    if (asks === undefined || ingress.rules.every(({ paths }) => paths.every(({ path }) => !asks.path(path)?.prefix))) {
      return ingress
    }
    const rules = ingress.rules.map(rule => {
      const paths = rule.paths.map(path => {
        const prefix = asks.path(path.path)?.prefix
        return prefix === undefined ? path : { ...path, path: prefix, pathType: 'Prefix' as const }
      })
      return { ...rule, paths }
    })
    return { ...ingress, rules }
  })
}

/** Gives routes and backends what their Ingresses, as they were written, ask for. */
export function applyAsks(routing: Routing, ingresses: readonly Ingress[], profile: AnnotationProfile): Routing {
  if (profile.annotations === undefined) return routing
  const byName = new Map(ingresses.map(ingress => [formatName(ingress.metadata), ingress]))
  const backends = new Map(routing.backends)
  const ask = (target: IngressTarget): IngressTarget => {
    const ingress = target.ingress && byName.get(formatName(target.ingress))
    const asks = ingress && asksOf(ingress, profile)
    if (asks === undefined) return target
    const written = ingress?.rules
      .find(({ index }) => index === target.rule)
      ?.paths.find(({ index }) => index === target.path)
    const rewrite = written && asks.path(written.path)?.rewrite
    const routes = { ...asks.routes, ...(rewrite !== undefined && { rewrite }) }
    const asked = Object.keys(routes).length === 0 ? target : { ...target, asks: routes }
    return { ...asked, backend: ownBackend(target, asks, backends) }
  }
  const { table } = routing
  const routes = table.routes.map(route => ({ ...route, target: ask(route.target) }))
  const defaults = table.defaultTarget === undefined ? {} : { defaultTarget: ask(table.defaultTarget) }
  return { table: { ...table, routes, ...defaults }, backends }
}

/** The same Service may be asked for in two ways by two Ingresses: each has a backend of its own then. */
function ownBackend(target: IngressTarget, { backends: asks }: IngressAsks, backends: Map<string, Backend>): string {
  const shared = backends.get(target.backend)
  if (shared === undefined || target.ingress === undefined || Object.keys(asks).length === 0) return target.backend
  const id = `${target.backend} (${formatName(target.ingress)})`
  backends.set(id, { ...shared, id, ...asks })
  return id
}
