import type { RouteTable } from '@ingot/core'
import { applyAsks } from '../annotations/apply.ts'
import { joinExpressions } from '../annotations/expression-hosts.ts'
import type { AnnotationOptions } from '../annotations.ts'
import type { Backend, BackendUse } from '../backends/resolve-backend.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { BackendId, IngressTarget } from '../ingress-target.ts'
import type { Ingress } from '../schema/ingress.ts'
import { failClosed } from './fail-closed.ts'

/** Routes with all that annotations make of them. */
export interface DressedRoutes {
  readonly table: RouteTable<IngressTarget>
  readonly diagnostics: readonly Diagnostic[]
  /** Backends that only annotations make. */
  readonly ownBackends: OwnBackends | undefined
}

/** Backends that are like those which Ingresses name in all but what annotations say. */
export interface OwnBackends {
  readonly ids: ReadonlySet<BackendId>
  /** The named backends that they are made of, among others. */
  readonly named: ReadonlySet<BackendId>
  /** The own backends, by what the named ones have been resolved to. */
  readonly derive: (named: ReadonlyMap<BackendId, Backend>) => ReadonlyMap<BackendId, Backend>
}

/** What routes are dressed by. */
export interface Wardrobe {
  /** The Ingresses that the routes are of, and canaries of these. */
  readonly ingresses: readonly Ingress[]
  /** Those that have routes of their own. */
  readonly mains: readonly Ingress[]
  readonly uses: ReadonlyMap<BackendId, BackendUse>
  readonly options: AnnotationOptions
}

/** Applies annotations to routes of one host, or to the default of everything. */
export function dressRoutes(open: RouteTable<IngressTarget>, wardrobe: Wardrobe): DressedRoutes {
  const { ingresses, mains, uses, options } = wardrobe
  const dress = (backends: ReadonlyMap<BackendId, Backend>) => {
    const asked = applyAsks({ table: open, backends }, ingresses, options)
    return { ...joinExpressions(failClosed(asked, mains, options)), diagnostics: asked.diagnostics }
  }
  // Which backends there are, and so where routes lead, does not depend on what stands behind them.
  const { table, backends, diagnostics } = dress(new Map([...uses].map(standIn)))
  const ids = new Set([...backends.keys()].filter(id => !uses.has(id)))
  if (ids.size === 0) return { table, diagnostics, ownBackends: undefined }
  const derive: OwnBackends['derive'] = named => new Map([...dress(named).backends].filter(([id]) => ids.has(id)))
  return { table, diagnostics, ownBackends: { ids, named: new Set(uses.keys()), derive } }
}

function standIn([id, { namespace }]: [BackendId, BackendUse]): [BackendId, Backend] {
  return [id, { id, namespace, endpoints: [], protocol: 'http' }]
}
