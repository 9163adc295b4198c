import type { FailureCode } from '../failure.ts'
import type { Transport } from '../transport/transport.ts'
import { type AffinityOptions, affinityOf, affinityToken, endpointOf } from './affinity.ts'
import { defaultEjection, type EjectionOptions, Health } from './ejection.ts'
import { createPolicy, hash, type PickContext, type Policy, type PolicyOptions } from './policies.ts'
import { defaultRetryBudget, RetryBudget, type RetryBudgetOptions } from './retry-budget.ts'
import type { UpstreamTls } from './upstream-tls.ts'

/** Why a backend can serve nothing: its routes stay and answer 503 (semantics 9.3, 9.8). */
export type UnavailableReason =
  | 'no-service'
  | 'no-port'
  | 'no-endpoints'
  | 'unsupported-backend'
  | 'unsupported-security-annotation'
  | 'unsupported-expression'

/** One address and port that can receive, with the connections to it. */
export class Endpoint implements EndpointName {
  readonly name: string
  readonly origin: string
  readonly transport: Transport
  readonly tls: UpstreamTls | undefined
  readonly health = new Health()
  /** For consistent hashing. */
  readonly hash: number
  #token: string | undefined
  /** When it was added, in milliseconds of a monotonic clock. */
  readonly since = performance.now()
  /** Requests under way. */
  inFlight = 0

  constructor({ name, origin }: EndpointName, transport: Transport, tls?: UpstreamTls) {
    this.name = name
    this.origin = origin
    this.transport = transport
    this.tls = tls
    this.hash = hash(this.name)
  }

  /** For affinity, which few upstreams have, and which takes longer to work out than all else. */
  get token(): string {
    this.#token ??= affinityToken(this.name)
    return this.#token
  }
}

/** How an endpoint is called. */
export interface EndpointName {
  /** `10.0.0.1:8080`, `[::1]:8080`. */
  readonly name: string
  /** `http://10.0.0.1:8080`. */
  readonly origin: string
}

/** How an upstream spreads its requests, and how much it takes. Times in milliseconds. */
export interface UpstreamOptions {
  /** Default: round robin. */
  readonly policy?: PolicyOptions
  readonly affinity?: AffinityOptions
  /** `false` never leaves an endpoint out. */
  readonly ejection?: Partial<EjectionOptions> | false
  readonly retryBudget?: Partial<RetryBudgetOptions>
  /** Requests under way at one endpoint; 0 is without limit. Default: 0. */
  readonly maxConcurrency?: number
  /** Requests that may wait for a place when every endpoint has as many as it may. Default: 0. */
  readonly maxQueue?: number
  /** How long one may wait. Default: 5,000. */
  readonly queueTimeout?: number
  /** For how long a new endpoint gets less than its share, growing to it. Default: 0. */
  readonly slowStart?: number
}

/** A request that waits for an endpoint to have a place. */
export interface Waiter {
  /** There is a place now. */
  onTurn(): void
  /** None has come free in time. */
  onWaitedTooLong(): void
}

interface Waiting {
  readonly waiter: Waiter
  readonly timer: NodeJS.Timeout
}

/** A backend as the proxy sees it: endpoints, and a policy to choose among them. */
export class Upstream {
  readonly options: UpstreamOptions
  readonly retryBudget: RetryBudget
  readonly #policy: Policy
  readonly #ejection: EjectionOptions | undefined
  readonly #waiting = new Set<Waiting>()
  #endpoints: readonly Endpoint[] = []
  #unavailable: UnavailableReason = 'no-endpoints'
  // Until then some endpoint is ejected or starting slowly, and each has to be looked at.
  #unevenUntil = 0

  constructor(endpoints: readonly Endpoint[], options: UpstreamOptions = {}) {
    this.options = options
    this.#policy = createPolicy(options.policy ?? { name: 'round-robin' })
    this.#ejection = options.ejection === false ? undefined : { ...defaultEjection, ...options.ejection }
    this.retryBudget = new RetryBudget({ ...defaultRetryBudget, ...options.retryBudget }, performance.now())
    this.#endpoints = endpoints
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  /** Requests that wait for a place. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Takes over the endpoints there are now. Requests under way keep theirs. */
  replace(endpoints: readonly Endpoint[], unavailable: UnavailableReason = 'no-endpoints'): void {
    this.#endpoints = endpoints
    this.#unavailable = unavailable
    const { slowStart = 0 } = this.options
    for (const endpoint of endpoints) this.#unevenUntil = Math.max(this.#unevenUntil, endpoint.since + slowStart)
    this.#callWaiting()
  }

  /**
   * A place at an endpoint that was not tried yet, which has to be given back by `release`;
   * `undefined` if there is none, for the reason that `whyNot` tells.
   */
  acquire(context: PickContext, tried: readonly Endpoint[]): Endpoint | undefined {
    const candidates = this.#candidates(tried)
    if (candidates.length === 0) return undefined
    const endpoint = this.#byAffinity(candidates, context) ?? this.#policy.pick(candidates, context)
    endpoint.inFlight++
    return endpoint
  }

  /** Gives a place back, and says whether the endpoint did what it is for; `undefined` if nobody can tell. */
  release(endpoint: Endpoint, isGood: boolean | undefined): void {
    endpoint.inFlight--
    if (isGood === true) endpoint.health.succeeded()
    else if (isGood === false) this.#blame(endpoint)
    if (this.#waiting.size > 0) this.#callWaiting()
  }

  /** Why `acquire` found nothing. */
  whyNot(tried: readonly Endpoint[]): FailureCode {
    if (this.#endpoints.length === 0) return this.#unavailable
    return this.#endpoints.every(endpoint => tried.includes(endpoint)) ? 'no-endpoints' : 'overloaded'
  }

  /** Lets `waiter` wait for its turn. Returns how to stop waiting; `undefined` if too many wait already. */
  wait(waiter: Waiter): (() => void) | undefined {
    const { maxQueue = 0, queueTimeout = 5_000 } = this.options
    if (this.#waiting.size >= maxQueue) return undefined
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting)
      waiter.onWaitedTooLong()
    }, queueTimeout)
    const waiting = { waiter, timer }
    this.#waiting.add(waiting)
    return () => {
      clearTimeout(timer)
      this.#waiting.delete(waiting)
    }
  }

  #candidates(tried: readonly Endpoint[]): readonly Endpoint[] {
    const { maxConcurrency = 0 } = this.options
    const now = performance.now()
    if (tried.length === 0 && maxConcurrency === 0 && now >= this.#unevenUntil) return this.#endpoints
    const free = this.#endpoints.filter(
      endpoint => !tried.includes(endpoint) && (maxConcurrency === 0 || endpoint.inFlight < maxConcurrency),
    )
    const healthy = free.filter(endpoint => !endpoint.health.isEjected(now) && this.#isWarm(endpoint, now))
    // One that is probably failing is still better than none.
    return healthy.length > 0 ? healthy : free
  }

  /** Whether an endpoint that is new, or back, is to be considered this time: ever more often. */
  #isWarm(endpoint: Endpoint, now: number): boolean {
    const { slowStart = 0 } = this.options
    const age = now - Math.max(endpoint.since, endpoint.health.backAt)
    return age >= slowStart || Math.random() < Math.max(age / slowStart, 0.05)
  }

  #byAffinity(candidates: readonly Endpoint[], context: PickContext): Endpoint | undefined {
    if (this.options.affinity === undefined) return undefined
    const token = endpointOf(affinityOf(context, this.options.affinity))
    return token === undefined ? undefined : candidates.find(candidate => candidate.token === token)
  }

  #blame(endpoint: Endpoint): void {
    if (this.#ejection === undefined) return
    const now = performance.now()
    const { maxShare } = this.#ejection
    const mayEject = () => {
      const ejected = this.#endpoints.filter(({ health }) => health.isEjected(now)).length
      return (ejected + 1) / this.#endpoints.length <= maxShare
    }
    if (!endpoint.health.failed(now, this.#ejection, mayEject)) return
    this.#unevenUntil = Math.max(this.#unevenUntil, endpoint.health.backAt + (this.options.slowStart ?? 0))
  }

  #callWaiting(): void {
    for (const waiting of this.#waiting) {
      if (this.#candidates([]).length === 0) return
      clearTimeout(waiting.timer)
      this.#waiting.delete(waiting)
      waiting.waiter.onTurn()
    }
  }
}
