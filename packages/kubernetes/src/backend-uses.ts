import type { DefaultBackendOptions } from './default-backends.ts'
import { backendId } from './ingress-target.ts'
import type { BackendUse } from './resolve-backend.ts'
import type { Ingress } from './schema/ingress.ts'

/** Every backend that the Ingresses name, once each, where it is named first. */
export function backendUses(ingresses: Iterable<Ingress>, options: DefaultBackendOptions = {}): BackendUse[] {
  const uses = new Map<string, BackendUse>()
  const add = (use: BackendUse) => {
    const id = backendId(use.namespace, use.backend)
    if (!uses.has(id)) uses.set(id, use)
  }
  for (const ingress of ingresses) usesOf(ingress).forEach(add)
  const own = options.controllerDefault
  if (own !== undefined) add({ namespace: own.namespace, backend: { service: own.service }, place: undefined })
  return [...uses.values()]
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
