import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { guardAmbiguity } from '@ingot/core'
import { type DispatchOptions, dispatch } from './dispatch.ts'
import { Exchange } from './exchange.ts'
import { failure, type RequestFailure } from './failure.ts'
import { type FixedProxyOptions, type ProxyOptions, type ProxySettings, settle } from './proxy-options.ts'
import { clientAddress } from './request/client-address.ts'
import { type ClientConnection, clientConnection, knownConnection, socketOf } from './request/client-connection.ts'
import { answerClientError } from './request/client-error.ts'
import { type Authentication, authenticate, type Grant } from './request/external-authentication.ts'
import { joined } from './request/forward-headers.ts'
import { gate } from './request/gate.ts'
import { watchEnd } from './request/half-close.ts'
import { mustWait, waitForTurn } from './request/pipeline.ts'
import { type RequestHead, readRequestHead } from './request/request-head.ts'
import { requestId } from './request/request-id.ts'
import { readRequestTarget } from './request/request-target.ts'
import type { HeaderEdit } from './response/header-changes.ts'
import type { Redirect } from './response/redirect.ts'
import type { RoutePolicy } from './route-options.ts'
import { type HttpsRedirectOptions, httpsRedirect, toHttps } from './tls/https-redirect.ts'
import { isMisdirected } from './tls/misdirected.ts'
import { detachedResponse, tunnel } from './upgrade.ts'
import type { Upstream } from './upstream/upstream.ts'
import { receivedFields, toUpstream } from './upstream-request.ts'

/** Listeners for the events of a `node:http` server. */
export interface ProxyHandler {
  /** For `request`. */
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  /** For `checkContinue`: a client is asked for its body only once an endpoint is there to take it. */
  readonly checkContinue: (request: IncomingMessage, response: ServerResponse) => void
  /** For `upgrade`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /**
   * Whether a request is the proxy's to answer, because a route or the default target takes it, or because nobody should
   * be given it. Changes nothing; for programs that answer the rest themselves. Hooks are not asked.
   */
  readonly takes: (request: IncomingMessage) => boolean
  /** For `clientError`. */
  readonly clientError: (error: Error, socket: Socket) => void
  /** Cuts the tunnels that upgrades opened; they would outlive a server that is closed. */
  readonly close: () => void
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
    takes: request => takes(request, settings),
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
  settings: ProxySettings<T>,
  awaitsContinue: boolean,
): void {
  const connection = connectionOf(request, settings)
  if (mustWait(connection, request)) {
    waitForTurn(connection, () => serve(request, response, settings, awaitsContinue))
    return
  }
  const exchange = new Exchange(request, response, connection, settings.onFinish)
  try {
    const upstream = route(exchange, settings)
    if (upstream === undefined) return
    // What Node's parser makes of the rest of a connection whose upgrade was passed over is not to be relied on.
    if (exchange.head?.connection.includes('upgrade') === true) response.shouldKeepAlive = false
    const authentication = exchange.policy?.authentication
    if (exchange.head?.hasBody === true && isConsumed(request)) exchange.fail(consumedBody, new Error(consumedAdvice))
    else if (authentication === undefined) forward(exchange, upstream, settings, awaitsContinue)
    else
      askFirst(exchange, authentication, settings, grant =>
        forward(exchange, upstream, settings, awaitsContinue, grant),
      )
  } catch (cause) {
    // A bug of a hook or of the routing is this request's end, and the record's to tell, but not the process's end.
    exchange.fail(internalError, cause)
  }
}

/** Whether somebody has read the body, or begun to. */
function isConsumed({ readableDidRead, readableEnded }: IncomingMessage): boolean {
  return readableDidRead || readableEnded
}

const consumedBody = failure('internal-error', 'body-consumed')
const consumedAdvice = 'the body was read before the proxy could forward it: what parses bodies has to come after it'

function takes<T>(request: IncomingMessage, settings: ProxySettings<T>): boolean {
  const { matcher } = settings.state.current
  const head = readRequestHead(request, settings.headLimits)
  if ('code' in head) return true
  const target = readRequestTarget(request, head, settings.path)
  if ('code' in target || matcher.defaultTarget !== undefined) return true
  const match = matcher.match(target.host, target.path)
  return (
    match !== undefined || guardAmbiguity(matcher, target.host, target.path, match, settings.sameTarget) !== undefined
  )
}

function forward<T>(
  exchange: Exchange<T>,
  upstream: Upstream,
  settings: ProxySettings<T>,
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
  settings: ProxySettings<T>,
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

function connectionOf<T>(request: IncomingMessage, settings: ProxySettings<T>): ClientConnection {
  const socket = socketOf(request)
  const known = knownConnection(socket)
  if (known !== undefined) return known
  const connection = clientConnection(socket, settings.trustedProxies)
  if (request.httpVersionMajor < 2) watchEnd(socket, connection, settings.halfCloseTime)
  return connection
}

const internalError = failure('internal-error')

/** The same for a request that wants another protocol; one it may not have is served as if it had not asked. */
function serveUpgrade<T>(request: IncomingMessage, socket: Duplex, head: Buffer, settings: ProxySettings<T>) {
  const connection = connectionOf(request, settings)
  if (mustWait(connection, request)) {
    waitForTurn(connection, () => serveUpgrade(request, socket, head, settings))
    return
  }
  const exchange = new Exchange(request, detachedResponse(request, socket as Socket), connection, settings.onFinish)
  try {
    switchProtocols(exchange, socket as Socket, head, settings)
  } catch (cause) {
    exchange.fail(internalError, cause)
  }
}

function switchProtocols<T>(exchange: Exchange<T>, socket: Socket, head: Buffer, settings: ProxySettings<T>) {
  const upstream = route(exchange, settings)
  if (upstream === undefined) return
  const protocol = exchange.head?.upgrade
  if (protocol === undefined || !settings.upgrades.includes(protocol) || exchange.head?.hasBody === true) {
    return exchange.fail(refusedUpgrade)
  }
  const options = { protocol, socket, head, timeouts: dispatchOptions(exchange, settings) }
  const open = (grant?: Grant) => tunnel(exchange, upstream, toUpstream(exchange, settings, false, grant), options)
  const authentication = exchange.policy?.authentication
  if (authentication === undefined) open()
  else askFirst(exchange, authentication, settings, open)
}

const refusedUpgrade = failure('bad-request', 'upgrade')

/** Finds the upstream of a request, or answers it and returns `undefined`. */
function route<T>(exchange: Exchange<T>, settings: ProxySettings<T>): Upstream | undefined {
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
function refuseTarget<T>(exchange: Exchange<T>, reason: RequestFailure, settings: ProxySettings<T>): undefined {
  const asksProxy = exchange.request.url === '*' && exchange.method === 'OPTIONS'
  if (asksProxy && settings.answerAsterisk) exchange.answerEmpty(204)
  else exchange.fail(reason)
}

function identify<T>(exchange: Exchange<T>, head: RequestHead, { trustedProxies }: ProxySettings<T>): void {
  const { connection, request } = exchange
  exchange.head = head
  exchange.requestId = requestId(request.rawHeaders, connection)
  if (!connection.trusted) return
  exchange.client = clientAddress(connection.peer, joined(request.rawHeaders, 'x-forwarded-for'), trustedProxies)
}

function dispatchOptions<T>(exchange: Exchange<T>, settings: ProxySettings<T>, grant?: Grant): DispatchOptions {
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
