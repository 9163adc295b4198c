import type { ApiObject } from '../../../src/cluster/api-object.ts'

/** One change of one object. `object` is absent after a deletion. */
export interface Change {
  readonly revision: number
  readonly plural: string
  readonly key: string
  readonly object: ApiObject | undefined
  readonly previous: ApiObject | undefined
}

/**
 * Objects with their history, as etcd keeps it: one revision for every change of anything, each revision readable until it
 * is compacted.
 */
export class ObjectStore {
  readonly #versions = new Map<string, Map<string, Change[]>>()
  readonly #listeners = new Set<(change: Change) => void>()
  #log: Change[] = []
  #revision: number
  #compacted = 0

  /** Counts on from the given revision. */
  constructor(revision = 1000) {
    this.#revision = revision
  }

  get revision(): number {
    return this.#revision
  }

  /** Earlier revisions cannot be read any more. */
  get compacted(): number {
    return this.#compacted
  }

  get(plural: string, key: string): ApiObject | undefined {
    return this.#versions.get(plural)?.get(key)?.at(-1)?.object
  }

  /** Stores what `make` returns for the new revision, or a deletion if that is `undefined`. */
  put(plural: string, key: string, make: (revision: number) => ApiObject | undefined): Change {
    this.#revision += 1
    const previous = this.get(plural, key)
    const change = { revision: this.#revision, plural, key, object: make(this.#revision), previous }
    const ofKind = this.#versions.get(plural) ?? new Map<string, Change[]>()
    this.#versions.set(plural, ofKind)
    ofKind.set(key, [...(ofKind.get(key) ?? []), change])
    this.#log.push(change)
    for (const listener of this.#listeners) listener(change)
    return change
  }

  /** All objects of a kind as they were at a revision, in the order of their keys. */
  list(plural: string, revision = this.#revision): ApiObject[] {
    const found: [string, ApiObject][] = []
    for (const [key, versions] of this.#versions.get(plural) ?? []) {
      const object = versions.findLast(version => version.revision <= revision)?.object
      if (object !== undefined) found.push([key, object])
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
  }

  /** What has changed since a revision. */
  changesSince(revision: number): Change[] {
    let first = this.#log.length
    while (first > 0 && this.#log[first - 1]!.revision > revision) first -= 1
    return this.#log.slice(first)
  }

  /** Calls the listener for each change from now on; returns how to stop that. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets what was before a revision, which itself can still be read; before the newest, if absent. */
  compact(revision = this.#revision): void {
    this.#compacted = revision
    this.#log = this.#log.filter(change => change.revision >= revision)
    for (const ofKind of this.#versions.values()) {
      for (const [key, versions] of ofKind) {
        const left = versions.slice(
          Math.max(
            0,
            versions.findLastIndex(version => version.revision <= revision),
          ),
        )
        if (left.length === 1 && left[0]!.object === undefined) ofKind.delete(key)
        else ofKind.set(key, left)
      }
    }
  }
}
