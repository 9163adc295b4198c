import type { PathOptions } from '@ingot/core'
import type { RequestRecord } from './exchange.ts'
import type { ProxyHooks } from './hooks.ts'
import { type AddressSet, addressSet } from './request/address-set.ts'
import { defaultHeadLimits, type HeadLimits } from './request/request-head.ts'
import { Compression, type CompressionOptions } from './response/compression.ts'
import { type Routing, RoutingState } from './routing-state.ts'
import type { HttpsRedirectOptions } from './tls/https-redirect.ts'

/** What a proxy handler is made of. Times in milliseconds, 0 for ever. */
export interface ProxyOptions<T> {
  /** The routing that is live; swap it while requests run. */
  readonly state: RoutingState<T>
  readonly path?: PathOptions
  readonly headLimits?: Partial<HeadLimits>
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-* fields are believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Whether fields whose name has an underscore are passed on. Default: false. */
  readonly keepUnderscores?: boolean
  /** Protocols that a client may upgrade to, in lower case. Default: `websocket`. */
  readonly upgrades?: readonly string[]
  /** Whether `OPTIONS *` is answered 204 instead of 400 (semantics 1.3). Default: false. */
  readonly answerAsterisk?: boolean
  /** To how many endpoints a request is offered at most. Default: 3. */
  readonly attempts?: number
  /** Bytes of a request's body, 413 beyond; 0 is without limit. Default: 0. */
  readonly maxBodyBytes?: number
  /** Until the upstream's head. Default: 60,000. */
  readonly headTimeout?: number
  /** Between two pieces of a body, in either direction. Default: 60,000. */
  readonly bodyIdleTimeout?: number
  /** For a whole exchange. Default: 0. */
  readonly totalTimeout?: number
  /**
   * How long a client that has ended its side of the connection is served while nothing can be told to it: whether it
   * still listens shows only when something is. Where Node takes such an end for the connection's, as it does unless
   * `attachProxy` is used and over TLS, this does nothing. Default: 1,000.
   */
  readonly halfCloseTime?: number
  /** Whether two targets are one for the ambiguity guard (semantics 8.8). Default: identity. */
  readonly sameTarget?: (a: T, b: T) => boolean
  /** Compresses responses for clients that want it. Default: no. */
  readonly compression?: CompressionOptions
  /** Sends requests over plain HTTP to HTTPS (semantics 11.11). Default: none. */
  readonly httpsRedirect?: HttpsRedirectOptions<T>
  readonly hooks?: ProxyHooks<T>
  /** Hears of every request when it is over. Must not throw. */
  readonly onFinish?: (record: RequestRecord<T>) => void
}

/** The same with a routing that never changes. */
export type FixedProxyOptions<T> = Omit<ProxyOptions<T>, 'state'> & Routing<T>

/** Everything decided before the first request. */
export interface ProxySettings<T>
  extends Required<
    Omit<ProxyOptions<T>, 'trustedProxies' | 'headLimits' | 'compression' | 'httpsRedirect' | 'onFinish'>
  > {
  readonly trustedProxies: AddressSet
  readonly headLimits: HeadLimits
  readonly compression: Compression | undefined
  readonly httpsRedirect: HttpsRedirectOptions<T> | undefined
  readonly onFinish: ((record: RequestRecord<T>) => void) | undefined
}

/** Fills in what was not given. Throws `TypeError` for a malformed address block. */
export function settle<T>(options: ProxyOptions<T> | FixedProxyOptions<T>): ProxySettings<T> {
  return {
    state: 'state' in options ? options.state : new RoutingState(options),
    path: options.path ?? {},
    headLimits: { ...defaultHeadLimits, ...options.headLimits },
    trustedProxies: addressSet(options.trustedProxies ?? []),
    keepUnderscores: options.keepUnderscores ?? false,
    upgrades: options.upgrades ?? ['websocket'],
    answerAsterisk: options.answerAsterisk ?? false,
    attempts: options.attempts ?? 3,
    maxBodyBytes: options.maxBodyBytes ?? 0,
    headTimeout: options.headTimeout ?? 60_000,
    bodyIdleTimeout: options.bodyIdleTimeout ?? 60_000,
    totalTimeout: options.totalTimeout ?? 0,
    halfCloseTime: options.halfCloseTime ?? 1_000,
    sameTarget: options.sameTarget ?? Object.is,
    compression: options.compression && new Compression(options.compression),
    httpsRedirect: options.httpsRedirect,
    hooks: options.hooks ?? {},
    onFinish: options.onFinish,
  }
}
