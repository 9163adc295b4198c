import { STATUS_CODES } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { FailureCode } from '../failure.ts'
import { BodyError, BodyStream } from '../response/body-stream.ts'
import { hostOf, tlsConnectionOptions, type UpstreamTls } from '../upstream/upstream-tls.ts'
import { afterReads } from './after-reads.ts'
import { forgetFrames } from './forget-frames.ts'
import type {
  RawHeaders,
  ResponseReceiver,
  Transport,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from './transport.ts'

/** Where and how an endpoint is reached. */
export interface Http2TransportOptions {
  /** `http://10.0.0.1:8080` speaks HTTP/2 by prior knowledge, `https://…` by ALPN. */
  readonly origin: string
  /** Milliseconds until a connection that is not up is given up. */
  readonly connectTimeout: number
  /** Milliseconds a connection without a request is kept. */
  readonly keepAlive: number
  /** Bytes of a response's head, counted as RFC 9113 6.5.2 does. */
  readonly maxResponseHead: number
  readonly tls?: UpstreamTls | undefined
}

/** Requests on one connection at once, if the endpoint allows as many: more take another connection. */
const maxStreams = 100

/** Bytes of responses that may be under way on a connection, and of one of them (RFC 9113 5.2). */
const windows = { connection: 8 * 1024 * 1024, stream: 256 * 1024 }

/** Sends requests to one endpoint over HTTP/2, many at once on each connection. */
export class Http2Transport implements Transport {
  readonly #options: Http2TransportOptions
  readonly #connections = new Set<Connection>()
  #isClosed = false

  constructor(options: Http2TransportOptions) {
    this.#options = options
  }

  get stats() {
    const all = [...this.#connections]
    return { running: all.reduce((sum, { running }) => sum + running, 0), connections: all.length }
  }

  send(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts): TransportCall {
    const call = new Http2Call(request, receiver, timeouts)
    // The receiver hears nothing before this has returned.
    process.nextTick(() => call.begin(this.#connection(timeouts)))
    return call
  }

  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections) connection.retire()
  }

  destroy(): void {
    this.#isClosed = true
    for (const connection of this.#connections) connection.session.destroy()
  }

  #connection({ connect = this.#options.connectTimeout }: TransportTimeouts): Connection {
    for (const connection of this.#connections) if (connection.hasRoom) return connection
    const connection = new Connection(this.#options, connect)
    this.#connections.add(connection)
    connection.session.once('close', () => this.#connections.delete(connection))
    if (this.#isClosed) connection.retireWhenIdle()
    return connection
  }
}

/** One HTTP/2 connection, from its first request until nobody needs it. */
class Connection {
  readonly session: ClientHttp2Session
  running = 0
  isConnected = false
  /** Why it could not be made. */
  connectFailure: FailureCode | undefined
  readonly #keepAlive: number
  #isRetired = false
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: Http2TransportOptions, connectTimeout: number) {
    this.#keepAlive = options.keepAlive
    const { session, fail } = open(options)
    this.session = session
    const giveUp = () => {
      if (this.isConnected) return
      this.connectFailure = 'connect-timeout'
      fail()
    }
    const timer = connectTimeout > 0 ? setTimeout(() => afterReads({ onReadsDone: giveUp }), connectTimeout) : undefined
    session.once('connect', () => {
      clearTimeout(timer)
      this.isConnected = true
      session.setLocalWindowSize(windows.connection)
      // An idle connection keeps no process alive.
      session.unref()
    })
    session.once('close', () => clearTimeout(timer))
    session.on('error', (error: Error & { code?: string }) => {
      forgetFrames(error)
      if (!this.isConnected) this.connectFailure ??= error.code === 'ECONNREFUSED' ? 'connection-refused' : undefined
    })
    session.once('goaway', () => {
      this.#isRetired = true
    })
  }

  get hasRoom(): boolean {
    if (this.#isRetired || this.session.closed || this.session.destroyed) return false
    const allowed = this.isConnected ? (this.session.remoteSettings.maxConcurrentStreams ?? maxStreams) : maxStreams
    return this.running < Math.min(allowed, maxStreams)
  }

  enter(): void {
    this.running++
    clearTimeout(this.#idleTimer)
  }

  leave(): void {
    this.running--
    if (this.running > 0 || this.session.destroyed) return
    if (this.#isRetired) this.session.close()
    else this.#idleTimer = setTimeout(() => this.retire(), this.#keepAlive).unref()
  }

  /** Takes no more requests, and ends with the last one it has. */
  retire(): void {
    this.#isRetired = true
    if (this.running === 0) this.session.close()
  }

  retireWhenIdle(): void {
    this.#isRetired = true
  }
}

function open(options: Http2TransportOptions): { session: ClientHttp2Session; fail: () => void } {
  const socket = openSocket(options)
  const session = connect(options.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: windows.stream, maxHeaderListSize: options.maxResponseHead },
    maxHeaderListPairs: 1_000,
    maxSessionMemory: 64,
    // A request may hold any field twice if its client said so, as over HTTP/1.1.
    ...({ strictSingleValueFields: false } as object),
  })
  return { session, fail: () => socket.destroy(new Error('the connection is not up in time')) }
}

function openSocket({ origin, tls }: Http2TransportOptions): Socket {
  const { protocol, port } = new URL(origin)
  const host = hostOf(origin)
  if (protocol === 'http:') return connectTcp({ host, port: Number(port || 80), noDelay: true })
  const options = { ...tlsConnectionOptions(host, tls), host, port: Number(port || 443), ALPNProtocols: ['h2'] }
  const socket = connectTls(options, () => {
    if (socket.alpnProtocol !== 'h2') socket.destroy(new Error('the endpoint does not speak HTTP/2'))
  })
  socket.setNoDelay(true)
  return socket
}

/** One request and its response. */
class Http2Call implements TransportCall {
  readonly #request: UpstreamRequest
  readonly #receiver: ResponseReceiver
  readonly #timeouts: TransportTimeouts
  #connection: Connection | undefined
  #stream: ClientHttp2Stream | undefined
  #body: BodyStream | undefined
  #timer: NodeJS.Timeout | undefined
  /** Whether the timer has fired, and nothing has come since. */
  #isLate = false
  #trailers: RawHeaders = []
  #cause: unknown
  #isSent = false
  #isAnswered = false
  /** Whether the endpoint has ended the response, rather than broken it off. */
  #isWhole = false
  #isOver = false

  constructor(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts) {
    this.#request = request
    this.#receiver = receiver
    this.#timeouts = timeouts
  }

  begin(connection: Connection) {
    if (this.#isOver) return
    this.#connection = connection
    connection.enter()
    const { body } = this.#request
    try {
      const options = { endStream: body === undefined, waitForTrailers: body !== undefined }
      this.#listen(connection.session.request(fieldsOf(this.#request), options))
    } catch (cause) {
      connection.leave()
      return this.#fail({ code: 'bad-request', reason: 'header', progress: 'answered', cause })
    }
    if (connection.isConnected) this.#onConnected()
    else connection.session.once('connect', this.#onConnected)
  }

  resume(): void {
    if (this.#isOver) return
    this.#arm(this.#timeouts.bodyIdle, 'body-timeout')
    this.#stream?.resume()
  }

  abort(): void {
    if (this.#isOver) return
    this.#finish()
    this.#stream?.close(constants.NGHTTP2_CANCEL)
  }

  #listen(stream: ClientHttp2Stream): void {
    this.#stream = stream
    const push = stream.push
    const noticing: typeof push = (chunk, encoding) => {
      // RST_STREAM, even one that says there is no error, closes the stream before its end is pushed.
      if (chunk === null && !stream.closed) this.#isWhole = true
      return push.call(stream, chunk, encoding)
    }
    // By its name: V8 takes a function that is written where it is assigned to a property for one that stays.
    stream.push = noticing
    stream.on('headers', (fields, _flags, ...rest) => this.#onInformation(Number(fields[':status']), rawOf(rest)))
    stream.on('response', (fields, flags, ...rest) => this.#onHead(Number(fields[':status']), flags, rawOf(rest)))
    stream.on('trailers', (_fields, _flags, ...rest) => {
      this.#trailers = rawOf(rest)
    })
    stream.on('wantTrailers', () => stream.sendTrailers(trailersOf(this.#request)))
    stream.on('error', error => {
      this.#cause ??= error
    })
    stream.on('close', () => {
      this.#connection?.leave()
      if (!this.#isOver) this.#fail(this.#explain())
    })
  }

  readonly #onConnected = () => {
    if (this.#isOver || this.#stream === undefined) return
    this.#isSent = true
    const { body } = this.#request
    if (body === undefined) return this.#arm(this.#timeouts.head, 'head-timeout')
    this.#body = new BodyStream(body)
    this.#body.on('error', error => this.#onBodyError(error))
    this.#body.once('end', () => {
      if (!this.#isAnswered) this.#arm(this.#timeouts.head, 'head-timeout')
    })
    this.#body.pipe(this.#stream)
  }

  #onBodyError(cause: Error): void {
    if (this.#isOver) return
    const failure = cause instanceof BodyError ? cause.failure : ({ code: 'client-closed' } as const)
    this.#stream?.close(constants.NGHTTP2_CANCEL)
    this.#fail({ ...failure, progress: 'answered', cause })
  }

  #onInformation(status: number, headers: RawHeaders): void {
    if (!this.#isOver) this.#receiver.onInformation(status, headers)
  }

  #onHead(status: number, flags: number, headers: RawHeaders) {
    if (this.#isOver) return
    this.#isAnswered = true
    this.#arm(this.#timeouts.bodyIdle, 'body-timeout')
    this.#receiver.onHead(status, STATUS_CODES[status] ?? '', headers)
    if (this.#isOver) return
    const stream = this.#stream!
    // Told in the same turn, so that a head that ends its stream can end the client's too: gRPC makes a difference.
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) return this.#onEnd()
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    stream.on('end', () => this.#onEnd())
  }

  #onData(chunk: Buffer): void {
    if (this.#isOver) return
    this.#isLate = false
    this.#timer?.refresh()
    if (this.#receiver.onData(chunk)) return
    // Waiting for the client is not the endpoint's silence.
    clearTimeout(this.#timer)
    this.#stream!.pause()
  }

  #onEnd(): void {
    if (this.#isOver || !this.#isWhole) return
    this.#finish()
    // The endpoint has said all it will: what is left of the request has no use for it.
    if (!this.#stream!.writableEnded) this.#stream!.close(constants.NGHTTP2_CANCEL)
    this.#receiver.onEnd(this.#trailers)
  }

  #arm(milliseconds: number, code: FailureCode): void {
    clearTimeout(this.#timer)
    this.#isLate = false
    if (milliseconds > 0) this.#timer = setTimeout(() => this.#onTimer(code), milliseconds)
  }

  /** What has come while the process could not run is read before the endpoint is taken for silent. */
  #onTimer(code: FailureCode): void {
    this.#isLate = true
    afterReads({ onReadsDone: () => this.#onSilence(code) })
  }

  #onSilence(code: FailureCode): void {
    if (this.#isOver || !this.#isLate) return
    // Perhaps it is the connection that is dead: nobody else shall wait for it.
    this.#connection?.retire()
    this.#stream?.close(constants.NGHTTP2_CANCEL)
    this.#fail({ code, progress: 'answered' })
  }

  #fail(error: TransportError): void {
    this.#finish()
    this.#receiver.onError(error)
  }

  #finish(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#connection?.session.off('connect', this.#onConnected)
    this.#body?.destroy()
  }

  /** What it means that the stream is closed and the response is not whole. */
  #explain(): TransportError {
    const cause = this.#cause
    if (!this.#isSent) {
      return { code: this.#connection?.connectFailure ?? 'connection-failed', progress: 'unsent', cause }
    }
    const code = this.#stream?.rstCode
    // RFC 9113 8.7: nothing of it was processed, also if GOAWAY said so.
    if (code === constants.NGHTTP2_REFUSED_STREAM) {
      return { code: 'connection-failed', reason: 'refused-stream', progress: 'unsent', cause }
    }
    const isLost = this.#connection?.session.destroyed === true && !this.#isAnswered
    return { code: 'connection-reset', progress: isLost ? 'unanswered' : 'answered', cause }
  }
}

function fieldsOf({ method, path, headers, body }: UpstreamRequest): OutgoingHttpHeaders {
  // Trailers are passed on (RFC 9110 10.1.4); gRPC servers refuse clients that do not say so.
  const fields: Record<string, string | string[]> = { __proto__: null as never, te: 'trailers' }
  for (let i = 0; i < headers.length; i += 2) addField(fields, headers[i]!.toLowerCase(), headers[i + 1]!)
  const { host, ...others } = fields
  return {
    ...{ ':method': method, ':path': path, ...(host !== undefined && { ':authority': String(host) }) },
    ...others,
    ...(body?.length !== undefined && { 'content-length': String(body.length) }),
  }
}

function addField(fields: Record<string, string | string[]>, name: string, value: string): void {
  const before = fields[name]
  if (before === undefined) fields[name] = value
  else fields[name] = Array.isArray(before) ? [...before, value] : [before, value]
}

function trailersOf({ body }: UpstreamRequest): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null)
  const trailers = body?.trailers ?? []
  const raw = 'code' in trailers ? [] : trailers
  for (let i = 0; i < raw.length; i += 2) addField(fields, raw[i]!.toLowerCase(), raw[i + 1]!)
  return fields
}

/** Node hands the raw fields on as one more argument, pseudo-header fields first. */
function rawOf([raw]: unknown[]): RawHeaders {
  const headers = (raw ?? []) as string[]
  const isField = (i: number) => headers[i - (i % 2)]!.charCodeAt(0) !== COLON
  return headers.filter((_, i) => isField(i))
}

const COLON = 58
