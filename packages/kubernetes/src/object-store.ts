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

/** Every object that is written under one name: none if it is gone; of several the first counts. */
export interface WrittenObjects extends ObjectKey {
  readonly objects: readonly KubernetesObject[]
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
    return [...this.#objectsOf(kind).values()].flatMap(candidates => {
      // Objects without a name are each invalid in their own right, and no duplicates.
      return candidates[0]!.metadata.name === '' ? candidates : candidates.slice(0, 1)
    })
  }

  /** Everything that is written, by kind and name. */
  *written(): Iterable<WrittenObjects> {
    for (const [kind, byName] of this.#byKind) {
      for (const objects of byName.values()) yield { kind, ...nameOf(objects[0]!), objects }
    }
  }

  /** How many objects of each other kind were passed over. */
  get otherKinds(): ReadonlyMap<string, number> {
    return this.#otherKinds
  }

  #add(object: KubernetesObject): void {
    const kind = routingKind(object)
    if (kind === undefined) {
      this.#otherKinds.set(object.kind, (this.#otherKinds.get(object.kind) ?? 0) + 1)
      return
    }
    const objects = this.#objectsOf(kind)
    const key = formatName(object.metadata)
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

function nameOf({ metadata: { namespace, name } }: KubernetesObject): ObjectName {
  return { namespace, name }
}
