import { withAuthentication, withoutVariants } from '../annotations/apply.ts'
import { lintCanary } from '../annotations/canaries.ts'
import { type AnnotationOptions, lintAnnotations } from '../annotations.ts'
import { backendUses } from '../backends/backend-uses.ts'
import { catchesAll, type DefaultBackendOptions, type IngressDefault } from '../backends/default-backends.ts'
import type { BackendUse } from '../backends/resolve-backend.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { type BackendId, backendId, defaultTarget } from '../ingress-target.ts'
import type { Ingress, IngressRule } from '../schema/ingress.ts'
import { type PathRouteOptions, usableRules } from './build-routes.ts'
import { dressRoutes, type OwnBackends } from './dress-routes.ts'
import { type OrderOptions, type Rank, rankOf } from './ingress-order.ts'

/** What decides what Ingresses say, apart from other objects. */
export interface PartOptions extends PathRouteOptions, OrderOptions, DefaultBackendOptions, AnnotationOptions {}

/** What one Ingress of ours says, whatever other objects there are. */
export interface IngressPart {
  readonly ingress: Ingress
  readonly rank: Rank
  /** Whether it has routes of its own: canaries have none, and no certificates either. */
  readonly isMain: boolean
  /** Those whose hosts requests can have. */
  readonly rules: readonly IngressRule[]
  /** Its default backend, if that is for everything that nothing matches. */
  readonly catchAll: IngressDefault | undefined
  readonly uses: ReadonlyMap<BackendId, BackendUse>
  /** What its annotations make of the backend that catches everything. */
  readonly ownBackends: OwnBackends | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Translates one Ingress as far as that depends on nothing else. */
export function ingressPart(ingress: Ingress, options: PartOptions): IngressPart {
  const { rules, diagnostics } = usableRules(ingress)
  const uses = usesOf(ingress, options)
  const isMain = withoutVariants([ingress], options).length > 0
  return {
    ...{ ingress, rules, uses, isMain },
    rank: rankOf(ingress, options),
    ...catchAllOf(ingress, uses, options),
    diagnostics: [...diagnostics, ...lintAnnotations(ingress, options), ...(isMain ? [] : lintCanary(ingress))],
  }
}

function usesOf(ingress: Ingress, options: PartOptions): ReadonlyMap<BackendId, BackendUse> {
  const uses = backendUses(ingress)
  for (const use of withAuthentication([], withoutVariants([ingress], options), options)) {
    const id = backendId(use.namespace, use.backend)
    if (!uses.has(id)) uses.set(id, use)
  }
  return uses
}

function catchAllOf(
  ingress: Ingress,
  uses: IngressPart['uses'],
  options: PartOptions,
): Pick<IngressPart, 'catchAll' | 'ownBackends'> {
  const mains = withoutVariants([ingress], options)
  if (ingress.defaultBackend === undefined || !catchesAll(ingress, options) || mains.length === 0)
    return { catchAll: undefined, ownBackends: undefined }
  const open = defaultTarget(ingress.object, ingress.defaultBackend, 'default-ingress')
  const dressed = dressRoutes({ routes: [], defaultTarget: open }, { ingresses: [ingress], mains, uses, options })
  return { catchAll: { ingress, target: dressed.table.defaultTarget! }, ownBackends: dressed.ownBackends }
}
