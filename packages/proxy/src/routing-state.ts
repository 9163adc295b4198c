import type { Matcher } from '@ingot/core'
import type { RoutePolicy } from './route-options.ts'
import type { PickContext } from './upstream/policies.ts'
import type { Upstream } from './upstream/upstream.ts'

/** Where a request may go: one consistent picture, never changed once it is live. */
export interface Routing<T> {
  readonly matcher: Matcher<T>
  /** The upstream a target means; `undefined` answers 503 `no-service`. */
  readonly upstreams: (target: T) => Upstream | undefined
  /** Where a request that has a target goes instead, such as to a canary, whose policy counts then. Default: nowhere else. */
  readonly variant?: ((target: T, request: PickContext) => T) | undefined
  /** The upstream that a policy's authentication names; `undefined` answers 503 `no-service`. */
  readonly authenticators?: ((name: string) => Upstream | undefined) | undefined
  /** What else a target's route asks for. */
  readonly policies?: ((target: T) => RoutePolicy | undefined) | undefined
}

/**
 * Holds the routing that is live. A request reads `current` once and keeps what it read,
 * so a swap never changes the ground under a request that has begun.
 */
export class RoutingState<T> {
  #current: Routing<T>

  constructor(initial: Routing<T>) {
    this.#current = initial
  }

  /** What the next request will see. */
  get current(): Routing<T> {
    return this.#current
  }

  /** Makes `next` live for every request that begins from now on. */
  swap(next: Routing<T>): void {
    this.#current = next
  }
}
