import { type Diagnostic, diagnose } from './diagnostic.ts'
import {
  formatName,
  type KubernetesObject,
  type ObjectName,
  type RoutingKind,
  routingKind,
} from './kubernetes-object.ts'

/** What tells one object from all others. */
export interface ObjectKey extends ObjectName {
  readonly kind: RoutingKind
}

/**
 * The current objects, by kind, namespace and name. Files may hold an object twice; the first is the one that counts.
 * Objects of kinds that routing does not need are counted only.
 */
export class ObjectStore {
  readonly #byKind = new Map<RoutingKind, Map<string, KubernetesObject[]>>()
  readonly #otherKinds = new Map<string, number>()

  /** A store of these objects, of which the first counts where one is written twice. */
  static of(objects: Iterable<KubernetesObject>): ObjectStore {
    const store = new ObjectStore()
    for (const object of objects) store.#add(object)
    return store
  }

  /** Puts an object in the place of whatever has its kind and name. */
  upsert(object: KubernetesObject): void {
    const kind = routingKind(object)
    if (kind !== undefined) this.#objectsOf(kind).set(formatName(object.metadata), [object])
  }

  /** Takes an object away; says whether it was there. */
  remove(key: ObjectKey): boolean {
    return this.#objectsOf(key.kind).delete(formatName(key))
  }

  get(key: ObjectKey): KubernetesObject | undefined {
    return this.#byKind.get(key.kind)?.get(formatName(key))?.[0]
  }

  /** Every object of a kind, each once. */
  list(kind: RoutingKind): KubernetesObject[] {
    return [...this.#objectsOf(kind).values()].map(candidates => candidates[0]!)
  }

  /** How many objects of each other kind were passed over. */
  get otherKinds(): ReadonlyMap<string, number> {
    return this.#otherKinds
  }

  /** One diagnostic for each object that is written in more than one place. */
  duplicates(): Diagnostic[] {
    return [...this.#byKind.values()].flatMap(objects => [...objects.values()].flatMap(describeDuplicates))
  }

  #add(object: KubernetesObject): void {
    const kind = routingKind(object)
    if (kind === undefined) {
      this.#otherKinds.set(object.kind, (this.#otherKinds.get(object.kind) ?? 0) + 1)
      return
    }
    const objects = this.#objectsOf(kind)
    // Objects without a name are each invalid in their own right, and no duplicates.
    const key = formatName(object.metadata) + (object.metadata.name === '' ? objects.size : '')
    const candidates = objects.get(key)
    if (candidates === undefined) objects.set(key, [object])
    else candidates.push(object)
  }

  #objectsOf(kind: RoutingKind): Map<string, KubernetesObject[]> {
    let objects = this.#byKind.get(kind)
    if (objects === undefined) {
      objects = new Map()
      this.#byKind.set(kind, objects)
    }
    return objects
  }
}

function describeDuplicates([first, ...others]: readonly KubernetesObject[]): Diagnostic[] {
  if (first === undefined) return []
  const name = `${first.kind} ${formatName(first.metadata)}`
  return others.map(object => {
    const message = `${name} is written in two places; this one is not used.`
    return diagnose('duplicate-object', { object, field: [] }, message, { related: [{ object: first, field: [] }] })
  })
}
