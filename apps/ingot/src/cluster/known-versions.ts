import { type ApiObject, objectKey } from './api-object.ts'

/** One object that is different from what was known. */
export interface ObjectChange {
  /** `namespace/name`, or the name alone. */
  readonly key: string
  /** Absent if the object is gone. */
  readonly object?: ApiObject
}

interface Version {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
}

/** How many versions that came and went are remembered, to recognise an event that comes again. */
const remembered = 4096

/**
 * Which version of each object is known, and so what is news. Resource versions are compared for equality only:
 * they do not say which of two is newer.
 */
export class KnownVersions {
  readonly #versions = new Map<string, Version>()
  /** Versions that were replaced, oldest first. */
  readonly #past = new Set<string>()

  get size(): number {
    return this.#versions.size
  }

  /** Takes over everything that there is, and returns what differs from what was known. */
  replaceAll(objects: readonly ApiObject[]): ObjectChange[] {
    // After a restore from a backup a version may be given out a second time.
    this.#past.clear()
    const present = new Set<string>()
    const changes: ObjectChange[] = []
    for (const object of objects) {
      const key = objectKey(object)
      present.add(key)
      if (!this.#isKnown(key, object)) changes.push(this.#set(key, object))
    }
    for (const key of this.#versions.keys()) if (!present.has(key)) changes.push(this.#remove(key))
    return changes
  }

  /** Takes over an object that was added or modified. `undefined` if that is no news, or old news. */
  put(object: ApiObject): ObjectChange | undefined {
    const key = objectKey(object)
    if (this.#isKnown(key, object) || this.#past.has(versionId(key, versionOf(object)))) return undefined
    return this.#set(key, object)
  }

  /** Takes over that an object is gone. `undefined` if that is no news, or is about an earlier object of that name. */
  remove(object: ApiObject): ObjectChange | undefined {
    const key = objectKey(object)
    const known = this.#versions.get(key)
    if (known === undefined || known.uid !== object.metadata.uid) return undefined
    this.#retire(versionId(key, versionOf(object)))
    return this.#remove(key)
  }

  #isKnown(key: string, object: ApiObject): boolean {
    const known = this.#versions.get(key)
    const { uid, resourceVersion } = object.metadata
    return known !== undefined && known.uid === uid && known.resourceVersion === resourceVersion
  }

  #set(key: string, object: ApiObject): ObjectChange {
    const before = this.#versions.get(key)
    if (before !== undefined) this.#retire(versionId(key, before))
    this.#versions.set(key, versionOf(object))
    return { key, object }
  }

  #remove(key: string): ObjectChange {
    const before = this.#versions.get(key)
    if (before !== undefined) this.#retire(versionId(key, before))
    this.#versions.delete(key)
    return { key }
  }

  #retire(id: string): void {
    this.#past.add(id)
    if (this.#past.size > remembered) for (const oldest of this.#past) return void this.#past.delete(oldest)
  }
}

function versionOf(object: ApiObject): Version {
  return { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion }
}

function versionId(key: string, version: Version): string {
  return `${key} ${version.uid} ${version.resourceVersion}`
}
