import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { guardAmbiguity, type Matcher, type PathOptions } from '@ingot/core'
import { type AddressSet, addressSet } from './address-set.ts'
import { clientAddress } from './client-address.ts'
import { clientConnection } from './client-connection.ts'
import { answerClientError } from './client-error.ts'
import { dispatch } from './dispatch.ts'
import { Exchange, type RequestRecord } from './exchange.ts'
import { failure, type RequestFailure } from './failure.ts'
import { forwardHeaders, joined } from './forward-headers.ts'
import { RequestBody } from './request-body.ts'
import { defaultHeadLimits, type HeadLimits, type RequestHead, readRequestHead } from './request-head.ts'
import { requestId } from './request-id.ts'
import { readRequestTarget } from './request-target.ts'
import { RoutingState } from './routing-state.ts'
import type { UpstreamRequest } from './transport.ts'
import { detachedResponse, tunnel } from './upgrade.ts'
import type { Upstream } from './upstream.ts'

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
  /** To how many endpoints a request is offered at most. Default: 3. */
  readonly attempts?: number
  /** Bytes of a request's body, 413 beyond; 0 is without limit. Default: 0. */
  readonly maxBytes?: number
  /** Until the upstream's head. Default: 60,000. */
  readonly headTimeout?: number
  /** Between two pieces of the upstream's body. Default: 60,000. */
  readonly bodyIdleTimeout?: number
  /** Whether two targets are one for the ambiguity guard (semantics 8.8). Default: identity. */
  readonly sameTarget?: (a: T, b: T) => boolean
  /** Hears of every request when it is over. Must not throw. */
  readonly onFinish?: (record: RequestRecord<T>) => void
}

/** A routing that never changes, instead of a {@link RoutingState}. */
export interface FixedRouting<T> {
  readonly matcher: Matcher<T>
  readonly upstreams: (target: T) => Upstream | undefined
}

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
interface Settings<T> extends Required<Omit<ProxyOptions<T>, 'trustedProxies' | 'headLimits' | 'onFinish'>> {
  readonly trustedProxies: AddressSet
  readonly headLimits: HeadLimits
  readonly onFinish: ((record: RequestRecord<T>) => void) | undefined
}

/** Makes the listeners of a reverse proxy that routes by a matcher. Throws `TypeError` for a malformed address block. */
export function createProxyHandler<T>(
  options: ProxyOptions<T> | (Omit<ProxyOptions<T>, 'state'> & FixedRouting<T>),
): ProxyHandler {
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

/** The life of a request: read, match, guard, find the upstream, dispatch. */
function serve<T>(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings<T>,
  awaitsContinue: boolean,
): void {
  const exchange = begin(request, response, settings)
  if (exchange === undefined) return
  const upstream = route(exchange, settings)
  if (upstream === undefined) return
  // What Node's parser makes of the rest of a connection whose upgrade was passed over is not to be relied on.
  if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
  const { attempts, headTimeout: head, bodyIdleTimeout: bodyIdle } = settings
  dispatch(exchange, upstream, toUpstream(exchange, settings, awaitsContinue), { attempts, head, bodyIdle })
}

/** The same for a request that wants another protocol; one it may not have is served as if it had not asked. */
function serveUpgrade<T>(request: IncomingMessage, socket: Duplex, head: Buffer, settings: Settings<T>) {
  const response = detachedResponse(request, socket as Socket)
  const exchange = begin(request, response, settings)
  if (exchange === undefined) return
  const upstream = route(exchange, settings)
  if (upstream === undefined) return
  const protocol = exchange.head?.upgrade
  if (protocol === undefined || !settings.upgrades.includes(protocol) || exchange.head?.hasBody === true) {
    return exchange.fail(refusedUpgrade)
  }
  const options = { protocol, socket: socket as Socket, head, headTimeout: settings.headTimeout }
  tunnel(exchange, upstream, toUpstream(exchange, settings, false), options)
}

const refusedUpgrade = failure('bad-request', 'upgrade')

/** `undefined` for a request that is not to be served at all. */
function begin<T>(request: IncomingMessage, response: ServerResponse, settings: Settings<T>): Exchange<T> | undefined {
  const connection = clientConnection(request.socket, settings.trustedProxies)
  // Sent behind a request that was refused: the answer to that one says that the connection closes.
  if (connection.isEnding) return undefined
  return new Exchange(request, response, connection, settings.onFinish)
}

/** Finds the upstream of a request, or answers it and returns `undefined`. */
function route<T>(exchange: Exchange<T>, settings: Settings<T>): Upstream | undefined {
  const { matcher, upstreams } = settings.state.current
  const head = readRequestHead(exchange.request, settings.headLimits)
  if ('code' in head) return refuse(exchange, head)
  identify(exchange, head, settings)
  const target = readRequestTarget(exchange.request, head, settings.path)
  if ('code' in target) return refuse(exchange, target)
  exchange.target = target
  const match = matcher.match(target.host, target.path)
  const ambiguous = guardAmbiguity(matcher, target.host, target.path, match, settings.sameTarget)
  if (ambiguous !== undefined) return refuse(exchange, ambiguous)
  exchange.match = match
  exchange.routedTo = match === undefined ? matcher.defaultTarget : match.route.target
  if (exchange.routedTo === undefined) return refuse(exchange, notFound)
  return upstreams(exchange.routedTo) ?? refuse(exchange, noService)
}

const notFound = failure('not-found')
const noService = failure('no-service')

function refuse<T>(exchange: Exchange<T>, reason: RequestFailure): undefined {
  exchange.fail(reason)
}

function identify<T>(exchange: Exchange<T>, head: RequestHead, { trustedProxies }: Settings<T>): void {
  const { connection, request } = exchange
  exchange.head = head
  exchange.requestId = requestId(request.rawHeaders, connection)
  if (!connection.trusted) return
  exchange.client = clientAddress(connection.peer, joined(request.rawHeaders, 'x-forwarded-for'), trustedProxies)
}

/** The request as the upstream receives it. */
function toUpstream<T>(exchange: Exchange<T>, settings: Settings<T>, awaitsContinue: boolean): UpstreamRequest {
  const { request, response, connection, requestId } = exchange
  const head = exchange.head!
  const target = exchange.target!
  const onStart = awaitsContinue ? () => response.writeContinue() : undefined
  return {
    method: exchange.method,
    path: target.path + target.query,
    headers: forwardHeaders({
      ...{ raw: request.rawHeaders, head, authority: target.authority, connection, requestId },
      ...{ trustedProxies: settings.trustedProxies, keepUnderscores: settings.keepUnderscores },
    }),
    body: head.hasBody ? new RequestBody(request, head.contentLength, settings, onStart) : undefined,
  }
}

function settle<T>(options: ProxyOptions<T> | (Omit<ProxyOptions<T>, 'state'> & FixedRouting<T>)): Settings<T> {
  return {
    state: 'state' in options ? options.state : new RoutingState(options),
    path: options.path ?? {},
    headLimits: { ...defaultHeadLimits, ...options.headLimits },
    trustedProxies: addressSet(options.trustedProxies ?? []),
    keepUnderscores: options.keepUnderscores ?? false,
    upgrades: options.upgrades ?? ['websocket'],
    attempts: options.attempts ?? 3,
    maxBytes: options.maxBytes ?? 0,
    headTimeout: options.headTimeout ?? 60_000,
    bodyIdleTimeout: options.bodyIdleTimeout ?? 60_000,
    sameTarget: options.sameTarget ?? Object.is,
    onFinish: options.onFinish,
  }
}
