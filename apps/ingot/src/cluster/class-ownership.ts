import {
  type ClassDecision,
  type ClassOptions,
  classifier,
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
  let known: readonly KubernetesObject[] = []
  let decide = classifier([], { ...options, mode: 'cluster' })
  /** What was decided by these classes. */
  let decided = new WeakMap<KubernetesObject, boolean>()
  /** Asked for every Ingress, one after the other: the classes are mostly those of the time before. */
  function decisionBy(classes: readonly KubernetesObject[]): (ingress: Ingress) => ClassDecision {
    if (classes.length === known.length && classes.every((one, index) => one === known[index])) return decide
    known = [...classes]
    decided = new WeakMap()
    const valid = classes.flatMap(ingressClass => readClass(ingressClass) ?? [])
    decide = classifier(valid, { ...options, mode: 'cluster' })
    return decide
  }
  return {
    ownsIngress(ingress, classes) {
      const decideNow = decisionBy(classes)
      const before = decided.get(ingress)
      if (before !== undefined) return before
      const valid = validateObject(ingress)?.value as Ingress | undefined
      const owned = valid !== undefined && decideNow(valid).owned
      decided.set(ingress, owned)
      return owned
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
