import type { KubernetesObject } from '@ingot/kubernetes'
import { isRecord } from './api-object.ts'

/** An object that another one names. */
export interface ObjectReference {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
}

/** The Secrets with the certificates of an Ingress: always in its own namespace (semantics 11.1). */
export function secretsOf(ingress: KubernetesObject): ObjectReference[] {
  const spec = isRecord(ingress.raw.spec) ? ingress.raw.spec : {}
  const entries = Array.isArray(spec.tls) ? spec.tls : []
  const names = entries.flatMap(entry => (isRecord(entry) && isObjectName(entry.secretName) ? [entry.secretName] : []))
  const { namespace } = ingress.metadata
  return [...new Set(names)].map(name => ({ kind: 'Secret', namespace, name }))
}

/** The ConfigMap with the parameters of an IngressClass, if it has one (semantics 10.6). */
export function parametersOf(ingressClass: KubernetesObject): ObjectReference[] {
  const spec = isRecord(ingressClass.raw.spec) ? ingressClass.raw.spec : {}
  const { apiGroup = '', kind, namespace, name } = isRecord(spec.parameters) ? spec.parameters : {}
  if (apiGroup !== '' || kind !== 'ConfigMap' || !isObjectName(namespace) || !isObjectName(name)) return []
  return [{ kind, namespace, name }]
}

/** `Kind/namespace/name`. */
export function referenceKey({ kind, namespace, name }: ObjectReference): string {
  return `${kind}/${namespace}/${name}`
}

/** Who names what, kept up to date one object at a time. */
export class References {
  readonly #byOwner = new Map<string, readonly ObjectReference[]>()
  readonly #owners = new Map<string, number>()

  /** Replaces what one object names, and returns which references are new and which nobody has any more. */
  set(owner: string, references: readonly ObjectReference[]): { added: ObjectReference[]; dropped: ObjectReference[] } {
    const before = this.#byOwner.get(owner) ?? []
    if (references.length > 0) this.#byOwner.set(owner, references)
    else this.#byOwner.delete(owner)
    // Counted up first: what is named before and after must not be dropped in between.
    const added = references.filter(reference => this.#count(reference, 1) === 1)
    const dropped = before.filter(reference => this.#count(reference, -1) === 0)
    return { added, dropped }
  }

  /** Whether anybody names it. */
  has(reference: ObjectReference): boolean {
    return this.#owners.has(referenceKey(reference))
  }

  #count(reference: ObjectReference, by: 1 | -1): number {
    const key = referenceKey(reference)
    const count = (this.#owners.get(key) ?? 0) + by
    if (count === 0) this.#owners.delete(key)
    else this.#owners.set(key, count)
    return count
  }
}

/** Names come from tenants and end in a field selector, where a comma would begin another one. */
function isObjectName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value)
}

/** The field selector that means one object. */
export function selectByName(reference: { readonly name: string }): string {
  return `metadata.name=${reference.name}`
}
