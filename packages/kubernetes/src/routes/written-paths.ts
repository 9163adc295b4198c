import { normalisePath } from '@ingot/core'
import { type IngressTarget, ruleTarget } from '../ingress-target.ts'
import type { Ingress, IngressPathType } from '../schema/ingress.ts'
import type { DecidedIngress } from '../translation.ts'
import type { PathRouteOptions } from './build-routes.ts'
import { inOrder, type OrderOptions } from './ingress-order.ts'

/** A path of a rule as its author wrote it, which controllers that compare paths in their own way start from. */
export interface WrittenPath {
  readonly ingress: Ingress
  readonly host: string | undefined
  /** As written; `''` if an ImplementationSpecific path was left out. */
  readonly text: string
  /** As the matcher compares it; `undefined` if no request can have it when it is read as plain text. */
  readonly path: string | undefined
  readonly pathType: IngressPathType
  readonly target: IngressTarget
}

/** Every path of the Ingresses that are ours, the oldest Ingress first (semantics 5.1). */
export function writtenPaths(
  ingresses: readonly DecidedIngress[],
  options: PathRouteOptions & OrderOptions = {},
): WrittenPath[] {
  const ours = ingresses.filter(({ decision }) => decision.owned).map(({ ingress }) => ingress)
  return inOrder(ours, options).flatMap(ingress =>
    ingress.rules.flatMap(rule =>
      rule.paths.map(path => {
        const normalised = normalisePath(path.path, { ...options.path, emptySegments: 'merge', aboveRoot: 'clamp' })
        return {
          ingress,
          host: rule.host,
          text: path.path,
          path: typeof normalised === 'string' ? normalised : undefined,
          pathType: path.pathType,
          target: ruleTarget(ingress.object, rule.index, path),
        }
      }),
    ),
  )
}
