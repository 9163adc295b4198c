/** What a snapshot sees that is different by now, and where the changes after the next snapshot are. */
interface Version<K, V> {
  /** What was there under each key that has changed since. */
  readonly replaced: Map<K, V | undefined>
  later: Version<K, V> | undefined
}

/** A map as it was at one moment. To be read; entries come in no particular order. */
export interface MapSnapshot<K, V> {
  get(key: K): V | undefined
  keys(): Iterable<K>
}

/**
 * A map whose snapshots take no time, whatever its size: a snapshot that somebody keeps costs what has changed since it
 * was taken. `undefined` is no value.
 */
export class VersionedMap<K, V> {
  readonly #live = new Map<K, V>()
  #newest: Version<K, V> | undefined

  get size(): number {
    return this.#live.size
  }

  get(key: K): V | undefined {
    return this.#live.get(key)
  }

  keys(): Iterable<K> {
    return this.#live.keys()
  }

  set(key: K, value: V): void {
    this.#remember(key)
    this.#live.set(key, value)
  }

  delete(key: K): void {
    this.#remember(key)
    this.#live.delete(key)
  }

  /** What there is now, which later changes leave as it is. */
  snapshot(): MapSnapshot<K, V> {
    const version: Version<K, V> = { replaced: new Map(), later: undefined }
    // Only the older knows the newer: one that nobody keeps is gone.
    if (this.#newest !== undefined) this.#newest.later = version
    this.#newest = version
    const live = this.#live
    return { get: key => lookUp(live, version, key), keys: () => keysOf(live, version) }
  }

  #remember(key: K): void {
    const replaced = this.#newest?.replaced
    if (replaced !== undefined && !replaced.has(key)) replaced.set(key, this.#live.get(key))
  }
}

function lookUp<K, V>(live: ReadonlyMap<K, V>, from: Version<K, V>, key: K): V | undefined {
  for (let version: Version<K, V> | undefined = from; version !== undefined; version = version.later) {
    if (version.replaced.has(key)) return version.replaced.get(key)
  }
  return live.get(key)
}

function* keysOf<K, V>(live: ReadonlyMap<K, V>, from: Version<K, V>): Iterable<K> {
  const changed = new Set<K>()
  for (let version: Version<K, V> | undefined = from; version !== undefined; version = version.later) {
    for (const key of version.replaced.keys()) changed.add(key)
  }
  for (const key of live.keys()) if (!changed.has(key)) yield key
  for (const key of changed) if (lookUp(live, from, key) !== undefined) yield key
}
