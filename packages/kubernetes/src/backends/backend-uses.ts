import { type BackendId, backendId } from '../ingress-target.ts'
import type { Ingress } from '../schema/ingress.ts'
import type { DefaultBackendOptions } from './default-backends.ts'
import type { BackendUse } from './resolve-backend.ts'

/** Every backend that an Ingress names, where it is named first. */
export function backendUses(ingress: Ingress): Map<BackendId, BackendUse> {
  const uses = new Map<BackendId, BackendUse>()
  for (const use of usesOf(ingress)) {
    const id = backendId(use.namespace, use.backend)
    if (!uses.has(id)) uses.set(id, use)
  }
  return uses
}

/** The controller's own last resort, which no object names (semantics 4.6). */
export function controllerUse({ controllerDefault }: DefaultBackendOptions): BackendUse | undefined {
  if (controllerDefault === undefined) return undefined
  const { namespace, service } = controllerDefault
  return { namespace, backend: { service }, place: undefined }
}

function usesOf({ object, metadata: { namespace }, rules, defaultBackend }: Ingress): BackendUse[] {
  const paths = rules.flatMap(rule =>
    rule.paths.map(path => {
      const field = ['spec', 'rules', rule.index, 'http', 'paths', path.index, 'backend']
      return { namespace, backend: path.backend, place: { object, field } }
    }),
  )
  if (defaultBackend === undefined) return paths
  return [{ namespace, backend: defaultBackend, place: { object, field: ['spec', 'defaultBackend'] } }, ...paths]
}
