import {
  type ClassOptions,
  classify,
  DEFAULT_CONTROLLER,
  type Ingress,
  type IngressClass,
  type KubernetesObject,
  validateObject,
} from '@ingot/kubernetes'
import type { Ownership } from './cluster-source.ts'

/** Ownership by class, as the rest of the app decides it (semantics 10). What the API server would refuse is nobody's. */
export function classOwnership(options: Omit<ClassOptions, 'mode'>): Ownership {
  const { controller = DEFAULT_CONTROLLER, classNames } = options
  return {
    ownsIngress(ingress, classes) {
      const valid = validateObject(ingress)?.value as Ingress | undefined
      if (valid === undefined) return false
      const validClasses = classes.flatMap(ingressClass => readClass(ingressClass) ?? [])
      return classify(valid, validClasses, { ...options, mode: 'cluster' }).owned
    },
    ownsClass(ingressClass) {
      const valid = readClass(ingressClass)
      if (valid === undefined) return false
      return valid.controller === controller && classNames?.includes(valid.metadata.name) !== false
    },
  }
}

function readClass(ingressClass: KubernetesObject): IngressClass | undefined {
  return validateObject(ingressClass)?.value as IngressClass | undefined
}
