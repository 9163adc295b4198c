import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { guardAmbiguity, type PathOptions } from '@ingot/core'
import { type DispatchOptions, dispatch } from './dispatch.ts'
import { Exchange, type RequestRecord } from './exchange.ts'
import { failure, type RequestFailure } from './failure.ts'
import { checkFields, type ProxyHooks } from './hooks.ts'
import { type AddressSet, addressSet } from './request/address-set.ts'
import { clientAddress } from './request/client-address.ts'
import { type ClientConnection, clientConnection, knownConnection } from './request/client-connection.ts'
import { answerClientError } from './request/client-error.ts'
import { type Authentication, authenticate, type Grant } from './request/external-authentication.ts'
import { forwardHeaders, joined } from './request/forward-headers.ts'
import { gate } from './request/gate.ts'
import { watchEnd } from './request/half-close.ts'
import { RequestBody } from './request/request-body.ts'
import { defaultHeadLimits, type HeadLimits, type RequestHead, readRequestHead } from './request/request-head.ts'
import { requestId } from './request/request-id.ts'
import { readRequestTarget } from './request/request-target.ts'
import { announcedTrailers } from './request/request-trailers.ts'
import { Compression, type CompressionOptions } from './response/compression.ts'
import type { HeaderEdit } from './response/header-changes.ts'
import type { Redirect } from './response/redirect.ts'
import type { RoutePolicy } from './route-options.ts'
import { type Routing, RoutingState } from './routing-state.ts'
import { type HttpsRedirectOptions, httpsRedirect, toHttps } from './tls/https-redirect.ts'
import { isMisdirected } from './tls/misdirected.ts'
import type { UpstreamRequest } from './transport/transport.ts'
import { detachedResponse, tunnel } from './upgrade.ts'
import type { Upstream } from './upstream/upstream.ts'

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

/** Listeners for the events of a `node:http` server. */
export interface ProxyHandler {
  /** For `request`. */
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  /** For `checkContinue`: a client is asked for its body only once an endpoint is there to take it. */
  readonly checkContinue: (request: IncomingMessage, response: ServerResponse) => void
  /** For `upgrade`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** For `clientError`. */
  readonly clientError: (error: Error, socket: Socket) => void
  /** Cuts the tunnels that upgrades opened; they would outlive a server that is closed. */
  readonly close: () => void
}

/** Everything decided before the first request. */
interface Settings<T>
  extends Required<
    Omit<ProxyOptions<T>, 'trustedProxies' | 'headLimits' | 'compression' | 'httpsRedirect' | 'onFinish'>
  > {
  readonly trustedProxies: AddressSet
  readonly headLimits: HeadLimits
  readonly compression: Compression | undefined
  readonly httpsRedirect: HttpsRedirectOptions<T> | undefined
  readonly onFinish: ((record: RequestRecord<T>) => void) | undefined
}

/** Makes the listeners of a reverse proxy that routes by a matcher. Throws `TypeError` for a malformed address block. */
export function createProxyHandler<T>(options: ProxyOptions<T> | FixedProxyOptions<T>): ProxyHandler {
  const settings = settle(options)
  const tunnels = new Set<Duplex>()
  return {
    request: (request, response) => serve(request, response, settings, false),
    checkContinue: (request, response) => serve(request, response, settings, true),
    upgrade: (request, socket, head) => {
      tunnels.add(socket)
      socket.once('close', () => tunnels.delete(socket))
      serveUpgrade(request, socket, head, settings)
    },
    clientError: answerClientError,
    close: () => {
      for (const socket of tunnels) socket.destroy()
    },
  }
}

/** The life of a request: read, match, guard, let in, find the upstream, dispatch. */
function serve<T>(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings<T>,
  awaitsContinue: boolean,
): void {
  const connection = connectionOf(request, settings)
  if (mustWait(connection, request)) {
    connection.waiting.push(() => serve(request, response, settings, awaitsContinue))
    return
  }
  const exchange = new Exchange(request, response, connection, settings.onFinish)
  try {
    const upstream = route(exchange, settings)
    if (upstream === undefined) return
    // What Node's parser makes of the rest of a connection whose upgrade was passed over is not to be relied on.
    if (exchange.head?.connection.includes('upgrade') === true) response.shouldKeepAlive = false
    const authentication = exchange.policy?.authentication
    if (authentication === undefined) forward(exchange, upstream, settings, awaitsContinue)
    else
      askFirst(exchange, authentication, settings, grant =>
        forward(exchange, upstream, settings, awaitsContinue, grant),
      )
  } catch (cause) {
    // A bug of a hook or of the routing is this request's end, and the record's to tell, but not the process's end.
    exchange.fail(internalError, cause)
  }
}

function forward<T>(
  exchange: Exchange<T>,
  upstream: Upstream,
  settings: Settings<T>,
  awaitsContinue: boolean,
  grant?: Grant,
): void {
  const request = toUpstream(exchange, settings, awaitsContinue, grant)
  dispatch(exchange, upstream, request, dispatchOptions(exchange, settings, grant))
}

/** Goes on only if an authentication service lets the request through. */
function askFirst<T>(
  exchange: Exchange<T>,
  authentication: Authentication,
  settings: Settings<T>,
  goOn: (grant: Grant) => void,
) {
  const upstream = settings.state.current.authenticators?.(authentication.options.upstream)
  if (upstream === undefined) return exchange.fail(nobodyToAsk)
  const timeouts = dispatchOptions(exchange, settings)
  const headers = receivedFields(exchange, settings)
  authenticate(exchange, { authentication, upstream, headers, timeouts, attempts: settings.attempts }, grant => {
    try {
      goOn(grant)
    } catch (cause) {
      exchange.fail(internalError, cause)
    }
  })
}

const nobodyToAsk = failure('no-service', 'authentication')

function connectionOf<T>({ socket, httpVersionMajor }: IncomingMessage, settings: Settings<T>): ClientConnection {
  const known = knownConnection(socket)
  if (known !== undefined) return known
  const connection = clientConnection(socket, settings.trustedProxies)
  if (httpVersionMajor < 2) watchEnd(socket, connection, settings.halfCloseTime)
  return connection
}

const internalError = failure('internal-error')

/** The same for a request that wants another protocol; one it may not have is served as if it had not asked. */
function serveUpgrade<T>(request: IncomingMessage, socket: Duplex, head: Buffer, settings: Settings<T>) {
  const connection = connectionOf(request, settings)
  if (mustWait(connection, request)) {
    connection.waiting.push(() => serveUpgrade(request, socket, head, settings))
    return
  }
  const response = detachedResponse(request, socket as Socket)
  const exchange = new Exchange(request, response, connection, settings.onFinish)
  const upstream = route(exchange, settings)
  if (upstream === undefined) return
  const protocol = exchange.head?.upgrade
  if (protocol === undefined || !settings.upgrades.includes(protocol) || exchange.head?.hasBody === true) {
    return exchange.fail(refusedUpgrade)
  }
  const options = { protocol, socket: socket as Socket, head, timeouts: dispatchOptions(exchange, settings) }
  const open = (grant?: Grant) => tunnel(exchange, upstream, toUpstream(exchange, settings, false, grant), options)
  const authentication = exchange.policy?.authentication
  if (authentication === undefined) open()
  else askFirst(exchange, authentication, settings, open)
}

const refusedUpgrade = failure('bad-request', 'upgrade')

/**
 * Whether a request has to wait for the one before it on the connection: of two that change something, the second must
 * not overtake the first (RFC 9112 9.3.2). Where the connection closes with the first, the second waits in vain.
 */
function mustWait({ open, isEnding }: ClientConnection, { httpVersionMajor, socket }: IncomingMessage): boolean {
  return httpVersionMajor < 2 && (open.length > 0 || isEnding || socket.destroyed || socket.writableEnded)
}

/** Finds the upstream of a request, or answers it and returns `undefined`. */
function route<T>(exchange: Exchange<T>, settings: Settings<T>): Upstream | undefined {
  const { matcher, upstreams, policies, variant } = settings.state.current
  const { hooks } = settings
  const head = readRequestHead(exchange.request, settings.headLimits)
  if ('code' in head) return refuse(exchange, head)
  identify(exchange, head, settings)
  const target = readRequestTarget(exchange.request, head, settings.path)
  if ('code' in target) return refuseTarget(exchange, target, settings)
  exchange.target = target
  const refused = hooks.beforeMatch?.(exchange)
  if (refused !== undefined) return refuse(exchange, refused)
  if (isMisdirected(exchange.connection.tls, target.host)) return refuse(exchange, misdirected)
  const match = matcher.match(target.host, target.path)
  const ambiguous = guardAmbiguity(matcher, target.host, target.path, match, settings.sameTarget)
  if (ambiguous !== undefined) return refuse(exchange, ambiguous)
  exchange.match = match
  exchange.routedTo = match === undefined ? matcher.defaultTarget : match.route.target
  if (exchange.routedTo === undefined) return refuse(exchange, notFound)
  if (variant !== undefined) exchange.routedTo = variant(exchange.routedTo, exchange)
  const unwanted = hooks.afterMatch?.(exchange)
  if (unwanted !== undefined) return refuse(exchange, unwanted)
  const policy = policies?.(exchange.routedTo)
  const secure = secureRedirect(exchange, policy, settings.httpsRedirect)
  if (secure !== undefined) return void exchange.redirect(secure)
  return admit(exchange, policy) ? (upstreams(exchange.routedTo) ?? refuse(exchange, noService)) : undefined
}

/** Whether the route lets the request in, rather than answering it itself. */
function admit<T>(exchange: Exchange<T>, policy: RoutePolicy | undefined): boolean {
  if (policy === undefined) return true
  exchange.policy = policy
  const reason = gate(exchange, policy)
  if (reason !== undefined) {
    exchange.fail(reason)
    return false
  }
  const redirect = policy.redirect?.(exchange.target!, exchange.scheme, exchange.match?.route.path ?? '/')
  if (redirect !== undefined) {
    exchange.redirect(redirect)
    return false
  }
  const preflight = exchange.method === 'OPTIONS' ? corsAnswer(exchange)?.preflight : undefined
  if (preflight !== undefined) exchange.answerEmpty(204, preflight)
  return preflight === undefined
}

function secureRedirect<T>(
  exchange: Exchange<T>,
  policy: RoutePolicy | undefined,
  options: HttpsRedirectOptions<T> | undefined,
): Redirect | undefined {
  const https = policy?.options.https
  if (https === 'required') return toHttps(exchange, options?.port)
  return https === 'optional' || options === undefined ? undefined : httpsRedirect(exchange, options)
}

function corsAnswer<T>({ policy, request }: Exchange<T>) {
  return policy?.cors?.answerTo(joined(request.rawHeaders, 'origin'))
}

/** What the route changes in the response's fields. */
function responseEdit<T>(exchange: Exchange<T>, grant: Grant | undefined): HeaderEdit | undefined {
  const { policy } = exchange
  const cors = corsAnswer(exchange)?.edit
  if (cors === undefined && grant?.response === undefined) return policy?.editResponse
  return headers => {
    cors?.(headers)
    grant?.response?.(headers)
    policy?.editResponse?.(headers)
  }
}

const misdirected = failure('misdirected')
const notFound = failure('not-found')
const noService = failure('no-service')

function refuse<T>(exchange: Exchange<T>, reason: RequestFailure): undefined {
  exchange.fail(reason)
}

/** `OPTIONS *` asks about the proxy itself, and may be answered by it (RFC 9110 9.3.7). */
function refuseTarget<T>(exchange: Exchange<T>, reason: RequestFailure, settings: Settings<T>): undefined {
  const asksProxy = exchange.request.url === '*' && exchange.method === 'OPTIONS'
  if (asksProxy && settings.answerAsterisk) exchange.answerEmpty(204)
  else exchange.fail(reason)
}

function identify<T>(exchange: Exchange<T>, head: RequestHead, { trustedProxies }: Settings<T>): void {
  const { connection, request } = exchange
  exchange.head = head
  exchange.requestId = requestId(request.rawHeaders, connection)
  if (!connection.trusted) return
  exchange.client = clientAddress(connection.peer, joined(request.rawHeaders, 'x-forwarded-for'), trustedProxies)
}

/** The request as the upstream receives it. */
function toUpstream<T>(
  exchange: Exchange<T>,
  settings: Settings<T>,
  awaitsContinue: boolean,
  grant: Grant | undefined,
): UpstreamRequest {
  const { request, policy } = exchange
  const head = exchange.head!
  const target = exchange.target!
  const headers = receivedFields(exchange, settings)
  grant?.request(headers)
  const trailer = isOpenEnded(head)
    ? announcedTrailers(joined(request.rawHeaders, 'trailer'), { head, ...settings })
    : undefined
  if (trailer !== undefined) headers.push('Trailer', trailer)
  policy?.editRequest?.(headers)
  if (settings.hooks.beforeRequest !== undefined) {
    settings.hooks.beforeRequest(exchange, headers)
    checkFields(headers)
  }
  const path = policy?.rewrite?.(target.path, exchange.match?.route.path ?? '/') ?? target.path
  return {
    method: exchange.method,
    path: path + target.query,
    headers,
    body: head.hasBody ? readableBody(exchange, settings, awaitsContinue) : undefined,
  }
}

/** Whether only its end tells how long a request is, so that trailers may follow. */
function isOpenEnded({ hasBody, contentLength }: RequestHead): boolean {
  return hasBody && contentLength === undefined
}

/** The client's fields as they are passed on, and what the proxy tells of the client. */
function receivedFields<T>(exchange: Exchange<T>, { trustedProxies, keepUnderscores }: Settings<T>): string[] {
  const { request, connection, requestId } = exchange
  const { authority } = exchange.target!
  const head = exchange.head!
  return forwardHeaders({
    raw: request.rawHeaders,
    head,
    authority,
    connection,
    requestId,
    trustedProxies,
    keepUnderscores,
  })
}

const idleBody = failure('request-timeout', 'body')

function readableBody<T>(exchange: Exchange<T>, settings: Settings<T>, awaitsContinue: boolean): RequestBody {
  const { maxBodyBytes: maxBytes = settings.maxBodyBytes, bodyIdleTimeout: idle = settings.bodyIdleTimeout } =
    exchange.policy?.options ?? {}
  return new RequestBody(
    exchange.request,
    exchange.head?.contentLength,
    { maxBytes, idle, trailers: { head: exchange.head!, keepUnderscores: settings.keepUnderscores } },
    {
      onStart: () => {
        if (awaitsContinue) exchange.response.writeContinue()
      },
      onIdle: () => {
        // With its response under way, a request over HTTP/2 is half of a conversation, in which one may keep silent.
        if (exchange.request.httpVersionMajor < 2 || !exchange.response.headersSent) exchange.fail(idleBody)
      },
    },
  )
}

function dispatchOptions<T>(exchange: Exchange<T>, settings: Settings<T>, grant?: Grant): DispatchOptions {
  const { policy } = exchange
  const options = policy?.options
  const { beforeResponse } = settings.hooks
  return {
    attempts: options?.attempts ?? settings.attempts,
    connect: options?.connectTimeout,
    head: options?.headTimeout ?? settings.headTimeout,
    bodyIdle: options?.bodyIdleTimeout ?? settings.bodyIdleTimeout,
    total: options?.totalTimeout ?? settings.totalTimeout,
    retryOn: options?.retryOn ?? noStatuses,
    editResponse: responseEdit(exchange, grant),
    beforeResponse: beforeResponse && ((status, headers) => beforeResponse(exchange, status, headers)),
    compression: settings.compression,
  }
}

const noStatuses: readonly number[] = []

function settle<T>(options: ProxyOptions<T> | FixedProxyOptions<T>): Settings<T> {
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
