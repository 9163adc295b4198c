import { type ClientRequest, type IncomingMessage, request as requestHttp, ServerResponse } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { Errand, Exchange } from './exchange.ts'
import { type FailureCode, failure } from './failure.ts'
import { lingerUntilRead } from './response/linger.ts'
import { responseHeaders } from './response/response-headers.ts'
import type { RawHeaders, TransportTimeouts, UpstreamRequest } from './transport/transport.ts'
import type { Endpoint, Upstream } from './upstream/upstream.ts'
import { hostOf, tlsConnectionOptions } from './upstream/upstream-tls.ts'

/** What the client's side of an upgrade has. */
export interface UpgradeRequest {
  /** The one protocol that was asked for, in lower case. */
  readonly protocol: string
  readonly socket: Socket
  /** What the client has already sent in the new protocol. */
  readonly head: Buffer
  readonly timeouts: TransportTimeouts
}

const badAnswer = failure('bad-response', 'upgrade')
const slowAnswer = failure('head-timeout')
const lateConnection = failure('connect-timeout')

/**
 * A response for a request that `node:http` has handed over with its socket. The connection ends with it.
 */
export function detachedResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.on('finish', () => socket.destroySoon())
  // The server no longer listens on this socket, and an error nobody hears ends the process.
  socket.on('error', () => socket.destroy())
  return response
}

/**
 * Asks an endpoint for the upgrade; only once it has answered 101 with the same protocol do bytes go to and fro. Any
 * other answer is passed on like any response. An endpoint that cannot be connected is passed over.
 */
export function tunnel<T>(
  exchange: Exchange<T>,
  upstream: Upstream,
  request: UpstreamRequest,
  upgrade: UpgradeRequest,
  tried: readonly Endpoint[] = [],
) {
  const endpoint = upstream.acquire(exchange, tried)
  if (endpoint === undefined) return exchange.fail(failure(upstream.whyNot(tried)))
  exchange.endpoint = endpoint.name
  exchange.attempts++
  const asked = ask(endpoint, request, upgrade)
  let isLate = false
  giveUpConnecting(asked, upgrade.timeouts.connect, () => {
    isLate = true
  })
  const release = once(() => upstream.release(endpoint, undefined))
  exchange.errand = {
    onGivenUp() {
      release()
      asked.destroy()
    },
  }
  asked.on('upgrade', (answer: IncomingMessage, peer: Socket, first: Buffer) => {
    peer.on('close', () => exchange.errand?.onGivenUp())
    join(exchange, answer, peer, first, upgrade)
  })
  asked.on('response', answer => passOn(exchange, answer))
  asked.on('timeout', () => exchange.fail(slowAnswer))
  asked.on('error', (error: Error & { code?: string }) => {
    release()
    const isUnsent = asked.socket === null || asked.socket.connecting || error.code === 'ECONNREFUSED'
    const others = upstream.endpoints.length > tried.length + 1
    if (isUnsent && others && !exchange.isOver)
      return tunnel(exchange, upstream, request, upgrade, [...tried, endpoint])
    exchange.fail(isLate ? lateConnection : failure(codeOf(error)), error)
  })
  asked.end()
}

function ask(endpoint: Endpoint, request: UpstreamRequest, upgrade: UpgradeRequest): ClientRequest {
  const { protocol, port } = new URL(endpoint.origin)
  const host = hostOf(endpoint.origin)
  const send = protocol === 'https:' ? requestHttps : requestHttp
  return send({
    ...(protocol === 'https:' && tlsConnectionOptions(host, endpoint.tls)),
    host,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : port,
    method: request.method,
    path: request.path,
    headers: [...request.headers, 'Connection', 'Upgrade', 'Upgrade', upgrade.protocol],
    setHost: false,
    agent: false,
    timeout: upgrade.timeouts.head,
  })
}

/** Ends a request whose connection is not up within `time` milliseconds. */
function giveUpConnecting(asked: ClientRequest, time: number | undefined, onLate: () => void): void {
  if (time === undefined || time === 0) return
  const timer = setTimeout(() => {
    onLate()
    asked.destroy(new Error('the connection is not up in time'))
  }, time)
  asked.once('socket', socket => {
    const isUp = 'encrypted' in socket ? 'secureConnect' : 'connect'
    socket.once(isUp, () => clearTimeout(timer))
  })
  asked.once('close', () => clearTimeout(timer))
}

function join<T>(
  exchange: Exchange<T>,
  answer: IncomingMessage,
  peer: Socket,
  first: Buffer,
  { socket, head, protocol }: UpgradeRequest,
) {
  peer.on('error', () => peer.destroy())
  const fields = responseHeaders(101, answer.rawHeaders)
  if (answer.headers.upgrade?.toLowerCase() !== protocol || 'code' in fields) {
    peer.destroy()
    return exchange.fail(badAnswer)
  }
  peer.setTimeout(0)
  exchange.status = 101
  exchange.isTunnel = true
  exchange.headAfter = performance.now() - exchange.startedAt
  socket.write(switchingHead(protocol, fields.headers), 'latin1')
  if (first.length > 0) socket.write(first)
  if (head.length > 0) peer.write(head)
  exchange.errand = carrying(exchange, socket, peer, exchange.errand)
  socket.pipe(peer)
  peer.pipe(socket)
}

function switchingHead(protocol: string, headers: RawHeaders): string {
  let head = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${head}\r\n`
}

function passOn<T>(exchange: Exchange<T>, answer: IncomingMessage) {
  const { response, request } = exchange
  const status = answer.statusCode ?? 502
  const fields = responseHeaders(status, answer.rawHeaders)
  if ('code' in fields) return exchange.fail(fields)
  exchange.status = status
  response.writeHead(status, answer.statusMessage, [...fields.headers, 'Connection', 'close'])
  answer.on('data', (chunk: Buffer) => {
    exchange.bytesSent += chunk.length
  })
  answer.on('error', cause => exchange.fail(failure('connection-reset'), cause))
  answer.pipe(response)
  if (!request.complete) lingerUntilRead(request)
}

function codeOf({ code }: { code?: string }): FailureCode {
  if (code === 'ECONNREFUSED') return 'connection-refused'
  return code?.startsWith('HPE_') === true ? 'bad-response' : 'connection-reset'
}

function carrying<T>(exchange: Exchange<T>, socket: Socket, peer: Socket, asking: Errand | undefined): Errand {
  return {
    onGivenUp() {
      asking?.onGivenUp()
      exchange.bytesReceived = peer.bytesWritten
      exchange.bytesSent = peer.bytesRead
      peer.destroy()
      socket.destroy()
    },
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (!done) action()
    done = true
  }
}
