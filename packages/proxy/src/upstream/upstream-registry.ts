import { isIPv6 } from 'node:net'
import { Http1Transport } from '../transport/http1-transport.ts'
import { Http2Transport } from '../transport/http2-transport.ts'
import { UpstreamSessions } from '../transport/tls-socket.ts'
import type { Transport } from '../transport/transport.ts'
import { Endpoint, type UnavailableReason, Upstream, type UpstreamOptions } from './upstream.ts'
import type { UpstreamTls } from './upstream-tls.ts'

/** An address and a port that can receive. */
export interface EndpointAddress {
  /** An IP address or a DNS name. */
  readonly address: string
  readonly port: number
}

/** A backend as whoever configures the proxy describes it. */
export interface BackendDescription {
  readonly endpoints: readonly EndpointAddress[]
  /** Why there is no endpoint. Default: `no-endpoints`. */
  readonly unavailable?: UnavailableReason | undefined
  /** Default: `http`, which is HTTP/1.1 over TCP. */
  readonly protocol?: BackendProtocol | undefined
  readonly options?: UpstreamOptions | undefined
  /** For `https` and `h2`. */
  readonly tls?: UpstreamTls | undefined
}

/** What is spoken to an endpoint. */
export type BackendProtocol = 'http' | 'https' | 'h2c' | 'h2'

/** How endpoints are reached. Times in milliseconds. */
export interface RegistryOptions {
  /** Default: 5,000. */
  readonly connectTimeout?: number
  /** How long an idle connection is kept. Default: 30,000. */
  readonly keepAlive?: number
  /** Bytes of a response's head. Default: 65,536. */
  readonly maxResponseHead?: number
  /** Another way to reach an endpoint; `undefined` leaves it to the registry. Default: none. */
  readonly transport?: (target: TransportTarget) => Transport | undefined
}

/** An endpoint that is to be reached. */
export interface TransportTarget extends EndpointAddress {
  readonly protocol: BackendProtocol
  /** `http://10.0.0.1:8080`. */
  readonly origin: string
  readonly tls: UpstreamTls | undefined
}

interface Kept {
  /** Of those that may be told again as they are: of others there is no need to keep what was said. */
  readonly description: BackendDescription | undefined
  /** What is spoken to its endpoints. */
  readonly how: string
  /** By name. */
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly upstream: Upstream
}

/**
 * Makes upstreams of backend descriptions, and keeps their connections and counters across updates:
 * an endpoint that is still there is the same object as before, whatever else of its backend has changed.
 */
export class UpstreamRegistry<Id = string> {
  readonly #options: Required<RegistryOptions>
  #kept = new Map<Id, Kept>()

  constructor(options: RegistryOptions = {}) {
    this.#options = {
      connectTimeout: 5_000,
      keepAlive: 30_000,
      maxResponseHead: 65_536,
      transport: () => undefined,
      ...options,
    }
  }

  /**
   * Takes over all backends there are now and returns how to find them. What an earlier update returned stays good for
   * requests that hold it; endpoints that are gone finish what they have begun.
   */
  update(backends: ReadonlyMap<Id, BackendDescription>): (id: Id) => Upstream | undefined {
    const before = this.#kept
    const now = new Map<Id, Kept>()
    for (const [id, description] of backends) {
      const kept = before.get(id)
      // The very same description: of many backends most have not changed, and are not looked at.
      const isTold = kept !== undefined && kept.description === description
      now.set(id, isTold ? kept : { ...this.#keep(description, kept), description })
    }
    this.#kept = now
    for (const [id, kept] of before) {
      const next = now.get(id)
      if (next !== kept) closeGone(kept, next)
    }
    return id => now.get(id)?.upstream
  }

  /**
   * Takes over backends that differ, `undefined` for those that are gone, in time that depends on these alone. What
   * `update` has returned finds them from now on.
   */
  change(backends: Iterable<readonly [Id, BackendDescription | undefined]>): void {
    for (const [id, description] of backends) {
      const before = this.#kept.get(id)
      const next = description && this.#keep(description, before)
      if (next === undefined) this.#kept.delete(id)
      else this.#kept.set(id, next)
      if (before !== undefined && before !== next) closeGone(before, next)
    }
  }

  /** The upstream of a backend as it is now. */
  find(id: Id): Upstream | undefined {
    return this.#kept.get(id)?.upstream
  }

  /** The endpoints of one backend. */
  endpointsOf(id: Id): Iterable<Endpoint> {
    return this.#kept.get(id)?.endpoints.values() ?? []
  }

  /** Every endpoint with its backend, for metrics. */
  *endpoints(): Iterable<{ readonly backend: Id; readonly endpoint: Endpoint }> {
    for (const [backend, kept] of this.#kept) {
      for (const endpoint of kept.endpoints.values()) yield { backend, endpoint }
    }
  }

  /** Ends idle connections now and busy ones when their request is done. */
  close(): void {
    for (const { endpoint } of this.endpoints()) endpoint.transport.close()
    this.#kept = new Map()
  }

  #keep(description: BackendDescription, before: Kept | undefined): Kept {
    const { protocol = 'http', options = {}, unavailable, tls } = description
    const how = tls === undefined ? protocol : `${protocol} ${JSON.stringify(tls)}`
    const others = before?.how === how ? before.endpoints : undefined
    const endpoints = new Map<string, Endpoint>()
    for (const address of description.endpoints) {
      const name = endpointName(address)
      const endpoint = others?.get(name) ?? this.#endpoint(protocol, { ...address, name, tls })
      // Many have names, and each has one string for it.
      endpoints.set(endpoint.name, endpoint)
    }
    // An upstream whose options are the same stays, with its turn, its budget and those who wait for it.
    const upstream = before && isSame(before.upstream.options, options) ? before.upstream : new Upstream([], options)
    upstream.replace([...endpoints.values()], unavailable)
    return { description: undefined, how, endpoints, upstream }
  }

  #endpoint(
    protocol: BackendProtocol,
    { address, port, name, tls }: EndpointAddress & { readonly name: string; readonly tls: UpstreamTls | undefined },
  ): Endpoint {
    const isPlain = protocol === 'http' || protocol === 'h2c'
    const origin = `${isPlain ? 'http' : 'https'}://${name}`
    const target: TransportTarget = { address, port, protocol, origin, tls }
    return new Endpoint({ name, origin }, this.#options.transport(target) ?? this.#connect(target, name), tls)
  }

  #connect(target: TransportTarget, authority: string): Transport {
    const options = { ...this.#options, origin: target.origin, tls: target.tls }
    if (target.protocol === 'h2' || target.protocol === 'h2c') return new Http2Transport(options)
    return new Http1Transport({
      ...this.#options,
      ...{ authority, host: target.address, port: target.port },
      tls: target.protocol === 'https' ? new UpstreamSessions(target.address, target.tls) : undefined,
    })
  }
}

function endpointName({ address, port }: EndpointAddress): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

function isSame(a: UpstreamOptions, b: UpstreamOptions): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function closeGone(before: Kept, now: Kept | undefined): void {
  for (const [key, endpoint] of before.endpoints) {
    if (now?.endpoints.get(key) !== endpoint) endpoint.transport.close()
  }
}
