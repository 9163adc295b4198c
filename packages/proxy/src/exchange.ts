import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Match } from '@ingot/core'
import { type FailureCode, failure, failureBody, type RequestFailure, statusOf } from './failure.ts'
import type { ClientConnection } from './request/client-connection.ts'
import { joined } from './request/forward-headers.ts'
import type { RequestHead } from './request/request-head.ts'
import type { RequestTarget } from './request/request-target.ts'
import { lingerUntilRead } from './response/linger.ts'
import type { Redirect } from './response/redirect.ts'
import type { RoutePolicy } from './route-options.ts'

/** What became of one request, for logs and metrics. Times are milliseconds of a monotonic clock. */
export interface RequestRecord<T> {
  readonly method: string
  readonly httpVersion: string
  /** The client's address; behind trusted proxies the one they name. */
  readonly client: string
  readonly protocol: 'http' | 'https'
  readonly requestId: string
  /** Host and path as they were matched; `undefined` if the request was refused before. */
  readonly target: RequestTarget | undefined
  /** The route that won; `undefined` for the default target and for requests that no route takes. */
  readonly match: Match<T> | undefined
  /** Where the request was routed. */
  readonly routedTo: T | undefined
  readonly endpoint: string | undefined
  /** How many endpoints the request was offered to. */
  readonly attempts: number
  /** What the client was told; 0 if it left before it was told anything. */
  readonly status: number
  /** Why the proxy answered itself or broke the response off; `undefined` if the upstream's response was delivered. */
  readonly failure: RequestFailure | undefined
  /** The underlying error, for a log; never shown to a client. */
  readonly cause: unknown
  readonly startedAt: number
  /** From the request's head to the response's end. */
  readonly duration: number
  /** From the request's head to the upstream's head; `undefined` without one. */
  readonly headAfter: number | undefined
  /** Bytes of bodies, as far as they were passed on. */
  readonly bytesReceived: number
  readonly bytesSent: number
}

/**
 * What is under way for an exchange. An object and not a function: V8 takes a function that is assigned to a property
 * for one that stays, puts it among the old objects, and all that it refers to outlives its request.
 */
export interface Errand {
  /** What comes of it has no use any more. Told at the end of the exchange too, and perhaps twice. */
  onGivenUp(): void
}

/** One request and its response from beginning to end; becomes its own record. */
export class Exchange<T> implements RequestRecord<T> {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: ClientConnection
  readonly startedAt = performance.now()
  head: RequestHead | undefined
  client: string
  requestId = ''
  target: RequestTarget | undefined
  match: Match<T> | undefined
  routedTo: T | undefined
  policy: RoutePolicy | undefined
  endpoint: string | undefined
  attempts = 0
  status = 0
  failure: RequestFailure | undefined
  cause: unknown
  duration = 0
  headAfter: number | undefined
  bytesReceived = 0
  bytesSent = 0
  errand: Errand | undefined
  /** Whether the response has become a tunnel, whose end is no failure. */
  isTunnel = false
  /** Whether the proxy's own answer has been sent, though the connection may linger. */
  #isAnswered = false
  readonly #onFinish: ((record: RequestRecord<T>) => void) | undefined

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    connection: ClientConnection,
    onFinish: ((record: RequestRecord<T>) => void) | undefined,
  ) {
    this.request = request
    this.response = response
    this.connection = connection
    this.client = connection.peer
    this.#onFinish = onFinish
    connection.open.push(this)
    ;(response as Carrying)[carried] = this
    response.on('close', onClose)
  }

  get method(): string {
    return this.request.method ?? ''
  }

  get httpVersion(): string {
    return this.request.httpVersion
  }

  get protocol(): 'http' | 'https' {
    return this.connection.protocol
  }

  /** The scheme the client used, as far as a trusted peer may be believed. */
  get scheme(): 'http' | 'https' {
    const said = this.connection.trusted ? this.header('x-forwarded-proto')?.split(',', 1)[0]?.trim() : undefined
    return said === 'https' || said === 'http' ? said : this.protocol
  }

  /** The values of a request field, joined by commas. */
  header(lowerName: string): string | undefined {
    return joined(this.request.rawHeaders, lowerName)
  }

  /** Whether nothing can be told to the client any more. */
  get isOver(): boolean {
    return this.response.destroyed || this.response.writableEnded
  }

  /**
   * Ends the request by the proxy's own answer, or, if the upstream's has begun, by cutting the connection:
   * a response that is not complete must never look as if it were.
   */
  fail(failure: RequestFailure, cause?: unknown): void {
    if (this.isOver || this.#isAnswered) return
    this.#isAnswered = !this.response.headersSent
    this.failure = failure
    this.cause = cause
    this.errand?.onGivenUp()
    if (this.response.headersSent) cut(this.response)
    else answer(this, failure)
  }

  /** Sends the client elsewhere. */
  redirect({ status, location }: Redirect): void {
    this.answerEmpty(status, ['Location', location, 'Content-Length', '0'])
  }

  /** Answers without a body. */
  answerEmpty(status: number, headers: string[] = []): void {
    this.status = status
    this.response.writeHead(status, headers)
    this.response.end()
    if (!this.request.complete) lingerUntilRead(this.request)
  }

  /** The response is over, one way or another. */
  finish(): void {
    const { open, waiting } = this.connection
    open.splice(open.indexOf(this), 1)
    if (this.request.httpVersionMajor < 2) this.connection.bytesBefore = this.request.socket.bytesRead
    if (!this.response.writableFinished && !this.isTunnel) this.failure ??= clientClosed
    this.errand?.onGivenUp()
    this.duration = performance.now() - this.startedAt
    this.#onFinish?.(this)
    if (waiting.length > 0) waiting.shift()!()
  }
}

const carried = Symbol('ingot.exchange')

type Carrying = ServerResponse & { [carried]?: { finish(): void } }

/** One listener for all responses: a closure for each would be garbage for each. */
function onClose(this: ServerResponse): void {
  ;(this as Carrying)[carried]?.finish()
}

const clientClosed = failure('client-closed')

// After these nobody knows where the next request on the connection begins, or whether the client means well.
const closing: ReadonlySet<FailureCode> = new Set([
  ...(['bad-request', 'bad-host', 'bad-path', 'ambiguous-path', 'method-not-allowed', 'unsupported-version'] as const),
  ...(['head-too-large', 'target-too-long', 'expectation-failed', 'request-timeout', 'body-too-large'] as const),
])

function answer<T>(exchange: Exchange<T>, failure: RequestFailure): void {
  const { request, response } = exchange
  const body = failureBody(failure)
  exchange.status = statusOf[failure.code]
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(body.length)]
  if (closing.has(failure.code) && request.httpVersionMajor < 2) {
    headers.push('Connection', 'close')
    exchange.connection.isEnding = true
  }
  response.writeHead(exchange.status, headers)
  if (request.method !== 'HEAD') exchange.bytesSent = body.length
  if (request.complete) response.end(body)
  else if (exchange.connection.isEnding && isWellFramed(exchange, failure)) {
    // Node closes with the end of the response: all of it is sent, and the end is kept until the client has read it.
    response.write(body)
    lingerUntilRead(request, () => response.end())
  } else {
    response.end(body)
    lingerUntilRead(request)
  }
}

/** Whether what is left of the request is a body, sent by somebody who may be waiting to be told to stop. */
function isWellFramed<T>({ head }: Exchange<T>, { code, reason }: RequestFailure): boolean {
  return head !== undefined && code !== 'bad-request' && code !== 'request-timeout' && reason !== 'chunk-overhead'
}

/** Breaks a response off so that the client notices, whatever the framing. */
function cut(response: ServerResponse) {
  if ('stream' in response) return (response.stream as ServerHttp2Stream).close(constants.NGHTTP2_INTERNAL_ERROR)
  const { socket } = response
  // What has come is delivered, also what is still held.
  while (response.writableCorked > 0) response.uncork()
  // Where only the connection's end tells the body's, an orderly end would make it look complete.
  const endIsFraming = response.getHeader('content-length') === undefined && response.req.httpVersion === '1.0'
  if (endIsFraming && socket !== null && !('encrypted' in socket)) socket.resetAndDestroy()
  else response.destroy()
}
