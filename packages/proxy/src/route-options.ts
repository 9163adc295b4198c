import { type AddressSet, addressSet } from './request/address-set.ts'
import { ConnectionLimit, type ConnectionLimitOptions } from './request/connection-limit.ts'
import {
  type Authentication,
  type AuthenticationOptions,
  compileAuthentication,
} from './request/external-authentication.ts'
import { compilePathChange, type PathChange, type PathEdit } from './request/path-change.ts'
import { RateLimit, type RateLimitOptions } from './request/rate-limit.ts'
import type { SharedConnections } from './request/shared-connections.ts'
import type { SharedRates } from './request/shared-rates.ts'
import { type CorsEdit, type CorsOptions, compileCors } from './response/cors.ts'
import { compileHeaderChanges, type HeaderChanges, type HeaderEdit } from './response/header-changes.ts'
import { compileRedirect, type RedirectEdit, type RedirectOptions } from './response/redirect.ts'

/** What a route asks for besides being matched. Times in milliseconds, 0 for ever. */
export interface RouteOptions {
  /** Addresses and CIDR blocks that alone may ask; everybody else gets 403. */
  readonly allow?: readonly string[]
  /** Addresses and CIDR blocks that get 403, even if `allow` names them. */
  readonly deny?: readonly string[]
  /** 429 beyond. */
  readonly rateLimit?: RateLimitOptions
  /** Requests of a client under way at once, 503 beyond. */
  readonly connectionLimit?: ConnectionLimitOptions
  /** Addresses and CIDR blocks that neither limit is for. */
  readonly unlimited?: readonly string[]
  /** Bytes of a request's body, 413 beyond; 0 is without limit. */
  readonly maxBodyBytes?: number
  /** Lets pages of other origins read responses, and answers their questions. */
  readonly cors?: CorsOptions
  /**
   * Whether a request over plain HTTP is sent to HTTPS: `required` even if the host has no certificate here, `optional`
   * never. Default: where the host has a certificate.
   */
  readonly https?: 'required' | 'optional'
  readonly redirect?: RedirectOptions
  /** A service that has to let each request through. */
  readonly authentication?: AuthenticationOptions
  readonly rewrite?: PathChange
  readonly requestHeaders?: HeaderChanges
  readonly responseHeaders?: HeaderChanges
  /** To how many endpoints a request is offered at most. */
  readonly attempts?: number
  /** Statuses of the upstream upon which an idempotent request without a body is repeated elsewhere. */
  readonly retryOn?: readonly (502 | 503 | 504)[]
  /** Until a connection to an endpoint is up, if one has to be made. Default: as for all upstreams. */
  readonly connectTimeout?: number
  /** Until the upstream's head. */
  readonly headTimeout?: number
  /** Between two pieces of a body, in either direction. */
  readonly bodyIdleTimeout?: number
  /** For the whole exchange. */
  readonly totalTimeout?: number
}

/** {@link RouteOptions} made ready; has the state of the limits. */
export interface RoutePolicy {
  readonly options: RouteOptions
  readonly allow: AddressSet | undefined
  readonly deny: AddressSet | undefined
  readonly rateLimit: RateLimit | undefined
  readonly connectionLimit: ConnectionLimit | undefined
  readonly unlimited: AddressSet | undefined
  readonly authentication: Authentication | undefined
  readonly cors: CorsEdit | undefined
  readonly redirect: RedirectEdit | undefined
  readonly rewrite: PathEdit | undefined
  readonly editRequest: HeaderEdit | undefined
  readonly editResponse: HeaderEdit | undefined
}

/** What limits count in together with those of other threads that share it. Default: each by itself. */
export interface SharedCounts {
  readonly rates?: SharedRates | undefined
  readonly connections?: SharedConnections | undefined
}

/**
 * Makes options ready. `before`, the policy they replace, hands what its limits remember on to limits that are the same.
 * Throws `TypeError` for an address, a path or a field that is none.
 */
export function compileRouteOptions(
  options: RouteOptions,
  before?: RoutePolicy,
  { rates, connections }: SharedCounts = {},
): RoutePolicy {
  const { allow, deny, unlimited, cors, redirect, rewrite, requestHeaders, responseHeaders } = options
  const { authentication, connectionLimit } = options
  return {
    options,
    allow: allow && addressSet(allow),
    deny: deny && addressSet(deny),
    rateLimit: options.rateLimit && keepRateLimit(options.rateLimit, before?.rateLimit, rates),
    connectionLimit: connectionLimit && keepConnectionLimit(connectionLimit, before?.connectionLimit, connections),
    unlimited: unlimited && addressSet(unlimited),
    authentication: authentication && compileAuthentication(authentication),
    cors: cors && compileCors(cors),
    redirect: redirect && compileRedirect(redirect),
    rewrite: rewrite && compilePathChange(rewrite),
    editRequest: requestHeaders && compileHeaderChanges(requestHeaders),
    editResponse: responseHeaders && compileHeaderChanges(responseHeaders),
  }
}

function keepRateLimit(options: RateLimitOptions, before: RateLimit | undefined, rates?: SharedRates): RateLimit {
  const isSame =
    before !== undefined &&
    before.options.requestsPerSecond === options.requestsPerSecond &&
    before.options.burst === options.burst &&
    before.options.maxClients === options.maxClients &&
    before.options.zone === options.zone
  return isSame ? before : new RateLimit(options, rates)
}

function keepConnectionLimit(
  options: ConnectionLimitOptions,
  before: ConnectionLimit | undefined,
  connections?: SharedConnections,
): ConnectionLimit {
  const isSame = before?.options.perClient === options.perClient && before.options.zone === options.zone
  return isSame ? before : new ConnectionLimit(options, connections)
}
