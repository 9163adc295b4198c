import { type KubernetesObject, type RoutingKind, routingKind } from '../kubernetes-object.ts'
import { validateEndpointSlice } from './endpoint-slice.ts'
import { validateIngress } from './ingress.ts'
import { validateIngressClass } from './ingress-class.ts'
import { validateSecret } from './secret.ts'
import { validateService } from './service.ts'
import type { Validated } from './validated.ts'

const validators: Readonly<Record<RoutingKind, (object: KubernetesObject) => Validated<unknown>>> = {
  Ingress: validateIngress,
  IngressClass: validateIngressClass,
  Service: validateService,
  EndpointSlice: validateEndpointSlice,
  Secret: validateSecret,
}

/**
 * What is wrong with one object taken by itself. `value` is `undefined` if the object is left out as a whole; the
 * answer is `undefined` for kinds that routing does not depend on.
 */
export function validateObject(object: KubernetesObject): Validated<unknown> | undefined {
  const kind = routingKind(object)
  return kind === undefined ? undefined : validators[kind](object)
}
