import type { RouteTable } from '@ingot/core'
import { applyAsks, withAuthentication, withoutVariants } from './annotations/apply.ts'
import { joinExpressions, lintExpressions, withExpressions } from './annotations/expression-hosts.ts'
import { type AnnotationOptions, lintAnnotations } from './annotations.ts'
import { backendUses } from './backend-uses.ts'
import { buildRoutes, type RouteOptions } from './build-routes.ts'
import type { Diagnostic } from './diagnostic.ts'
import { failClosed } from './fail-closed.ts'
import { type ClassDecision, type ClassOptions, classifier, diagnoseClass, diagnoseClasses } from './ingress-class.ts'
import { inOrder } from './ingress-order.ts'
import type { BackendId, IngressTarget } from './ingress-target.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { ObjectStore } from './object-store.ts'
import { type Backend, type BackendOptions, resolveBackend } from './resolve-backend.ts'
import type { Ingress } from './schema/ingress.ts'
import { type TlsConfiguration, tlsHosts } from './tls.ts'
import { backendObjects, readStore, tlsSecrets } from './typed-objects.ts'

/** All choices that a translation leaves open. */
export interface TranslateOptions extends ClassOptions, RouteOptions, BackendOptions, AnnotationOptions {}

/** Everything that Kubernetes objects say about routing. */
export interface Translation {
  readonly table: RouteTable<IngressTarget>
  readonly backends: ReadonlyMap<BackendId, Backend>
  readonly tls: TlsConfiguration
  readonly diagnostics: readonly Diagnostic[]
  /** Every valid Ingress, and whether it is ours. */
  readonly ingresses: readonly DecidedIngress[]
  /** How many objects of kinds that routing does not need were passed over, by kind. */
  readonly otherKinds: ReadonlyMap<string, number>
}

export interface DecidedIngress {
  readonly ingress: Ingress
  readonly decision: ClassDecision
}

/** Kubernetes objects to routes and backends. Never throws on what the objects hold: that becomes diagnostics. */
export function translate(
  objects: Iterable<KubernetesObject> | ObjectStore,
  options: TranslateOptions = {},
): Translation {
  const store = objects instanceof ObjectStore ? objects : ObjectStore.of(objects)
  const typed = readStore(store)
  const decide = classifier(typed.classes, options)
  const ingresses = typed.ingresses.map(ingress => ({ ingress, decision: decide(ingress) }))
  const owned = inOrder(
    ingresses.filter(({ decision }) => decision.owned).map(({ ingress }) => ingress),
    options,
  )
  const ours = withoutVariants(owned, options)
  const compared = withExpressions(ours, options)
  const { table: built, diagnostics: routeDiagnostics } = buildRoutes(compared, options)
  const uses = withAuthentication(backendUses(owned, options), ours, options)
  const resolved = uses.map(use => resolveBackend(use, backendObjects(typed), options))
  const resolvedBackends = new Map(resolved.map(({ backend }) => [backend.id, backend]))
  const open = applyAsks({ table: built, backends: resolvedBackends }, owned, options)
  const { table, backends } = joinExpressions(failClosed(open, ours, options))
  const tls = tlsHosts(ours, tlsSecrets(typed))
  return {
    table,
    backends,
    tls,
    ingresses,
    otherKinds: store.otherKinds,
    diagnostics: [
      ...store.duplicates(),
      ...typed.diagnostics,
      ...diagnoseClasses(typed.classes),
      ...ingresses.flatMap(({ ingress, decision }) => diagnoseClass(ingress, decision)),
      ...routeDiagnostics,
      ...compared.flatMap(lintExpressions),
      ...open.diagnostics,
      ...resolved.flatMap(({ diagnostics }) => diagnostics),
      ...tls.diagnostics,
      ...owned.flatMap(ingress => lintAnnotations(ingress, options)),
    ],
  }
}
