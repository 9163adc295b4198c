import type { ApiClient } from './api-client.ts'
import { type ApiResource, configMaps, secrets } from './api-resources.ts'
import { pause } from './backoff.ts'
import type { ObjectChange } from './known-versions.ts'
import { type ObjectReference, referenceKey, selectByName } from './referenced-objects.ts'
import { Reflector, type ReflectorHealth, type ReflectorTuning } from './reflector.ts'

export interface FollowersOptions {
  readonly client: ApiClient
  readonly signal: AbortSignal
  readonly tuning: ReflectorTuning
  readonly onHealth?: ((health: ReflectorHealth) => void) | undefined
  readonly onChange: (resource: ApiResource, change: ObjectChange) => void
}

interface Follower {
  readonly controller: AbortController
  readonly reflector: Reflector
}

/** Follows single objects by name, so that nothing needs the right to list all objects of their kind. */
export class Followers {
  readonly #options: FollowersOptions
  readonly #followers = new Map<string, Follower>()

  constructor(options: FollowersOptions) {
    this.#options = options
  }

  health(): ReflectorHealth[] {
    return [...this.#followers.values()].map(follower => follower.reflector.health)
  }

  follow(reference: ObjectReference): void {
    const key = referenceKey(reference)
    if (this.#followers.has(key)) return
    const { client, signal, tuning, onHealth } = this.#options
    const controller = new AbortController()
    const resource = reference.kind === 'Secret' ? secrets : configMaps
    const reflector = new Reflector({
      client,
      resource,
      namespace: reference.namespace,
      fieldSelector: selectByName(reference),
      signal: AbortSignal.any([signal, controller.signal]),
      tuning,
      onHealth,
    })
    this.#followers.set(key, { controller, reflector })
    void this.#pump(reflector, resource, controller.signal)
  }

  forget(reference: ObjectReference): void {
    const key = referenceKey(reference)
    this.#followers.get(key)?.controller.abort()
    this.#followers.delete(key)
  }

  /** Resolved when each followed object was asked for once, or after `limit` milliseconds. */
  async tried(limit: number): Promise<void> {
    const timer = new AbortController()
    const tries = [...this.#followers.values()].map(follower => follower.reflector.tried)
    await Promise.race([Promise.all(tries), pause(limit, AbortSignal.any([timer.signal, this.#options.signal]))])
    timer.abort()
  }

  async #pump(reflector: Reflector, resource: ApiResource, forgotten: AbortSignal): Promise<void> {
    for await (const changes of reflector) {
      if (forgotten.aborted) return
      for (const change of changes) this.#options.onChange(resource, change)
    }
  }
}
