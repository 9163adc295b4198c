import type { FailureCode } from './failure.ts'
import type { PickContext, Policy } from './policies.ts'
import type { Transport } from './transport.ts'

/** Why a backend can serve nothing: its routes stay and answer 503 (semantics 9.3, 9.8). */
export type UnavailableReason = 'no-service' | 'no-port' | 'no-endpoints' | 'unsupported-backend'

/** One address and port that can receive, with the connections to it. */
export class Endpoint {
  /** `10.0.0.1:8080`, `[::1]:8080`. */
  readonly name: string
  /** `http://10.0.0.1:8080`. */
  readonly origin: string
  readonly transport: Transport
  /** Requests under way. */
  inFlight = 0

  constructor(origin: string, transport: Transport) {
    this.name = origin.slice(origin.indexOf('//') + 2)
    this.origin = origin
    this.transport = transport
  }
}

/** A backend as the proxy sees it: endpoints and a policy. */
export class Upstream {
  readonly endpoints: readonly Endpoint[]
  /** What a request is told if there is no endpoint to pick. */
  readonly unavailable: FailureCode
  readonly #policy: Policy

  constructor(endpoints: readonly Endpoint[], policy: Policy, unavailable: UnavailableReason = 'no-endpoints') {
    this.endpoints = endpoints
    this.unavailable = unavailable
    this.#policy = policy
  }

  /** An endpoint that was not tried yet; `undefined` if there is none. */
  pick(context: PickContext, tried: readonly Endpoint[] = []): Endpoint | undefined {
    if (tried.length === 0) return this.#policy.pick(this.endpoints, context)
    const left = this.endpoints.filter(endpoint => !tried.includes(endpoint))
    return this.#policy.pick(left, context)
  }
}
