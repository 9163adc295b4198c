import { createRequire } from 'node:module'
import type { Dispatcher, Pool } from 'undici'
import type { FailureCode } from '../failure.ts'
import { BodyError, BodyStream } from '../response/body-stream.ts'
import { hostOf, tlsConnectionOptions, type UpstreamTls } from '../upstream/upstream-tls.ts'
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
export interface UndiciTransportOptions {
  /** `http://10.0.0.1:8080`, `https://…`, `http://[::1]:80`. */
  readonly origin: string
  /** Milliseconds until a connection that is not up is given up. */
  readonly connectTimeout: number
  /** Milliseconds an idle connection is kept, unless the upstream asks for less. */
  readonly keepAlive: number
  /** Bytes of a response's head. */
  readonly maxResponseHead: number
  readonly tls?: UpstreamTls | undefined
}

/** Sends requests to one endpoint with undici's `dispatch`. */
export class UndiciTransport implements Transport {
  readonly #pool: Pool

  constructor(options: UndiciTransportOptions) {
    const { Pool, buildConnector } = loadUndici()
    const tls = tlsConnectionOptions(hostOf(options.origin), options.tls)
    const connect = buildConnector({ ...(tls as object), timeout: options.connectTimeout })
    this.#pool = new Pool(options.origin, {
      connections: null,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: options.maxResponseHead,
      keepAliveTimeout: options.keepAlive,
      keepAliveMaxTimeout: options.keepAlive,
      // All requests share the connections, whatever their Host: undici would ask for the name of one of them.
      connect: (target, done) => connect({ ...target, servername: tls.servername ?? '' }, done),
    })
  }

  get stats() {
    const { running, connected } = this.#pool.stats
    return { running, connections: connected }
  }

  send(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts): TransportCall {
    const call = new UndiciCall(receiver)
    const { body } = request
    const headers = body?.length === undefined ? request.headers : [...request.headers, ...lengthOf(body.length)]
    try {
      this.#pool.dispatch(
        {
          method: request.method as Dispatcher.HttpMethod,
          path: request.path,
          headers: headers as string[],
          body: body === undefined ? null : new BodyStream(body),
          headersTimeout: timeouts.head,
          bodyTimeout: timeouts.bodyIdle,
          ...sameName,
        },
        call,
      )
    } catch (error) {
      queueMicrotask(() => call.onResponseError(undefined, error as Error))
    }
    return call
  }

  close(): void {
    this.#pool.close().catch(() => {})
  }

  destroy(): void {
    this.#pool.destroy().catch(() => {})
  }
}

/** Thirty megabytes that a proxy without TLS upstreams has no use for. */
function loadUndici(): typeof import('undici') {
  return createRequire(import.meta.url)('undici')
}

/** Undici takes a request for another name to another connection; names are settled where connections are made. */
const sameName = { servername: 'any' } as object

function lengthOf(length: number): string[] {
  return ['Content-Length', String(length)]
}

class UndiciCall implements TransportCall, Dispatcher.DispatchHandler {
  readonly #receiver: ResponseReceiver
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #over = false

  constructor(receiver: ResponseReceiver) {
    this.#receiver = receiver
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.abort(new Error('given up'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while the connection was still being made: it is used for nothing.
    if (this.#over) controller.abort(new Error('given up'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _: unknown, statusText?: string) {
    if (this.#over) return
    const headers = rawText(controller.rawHeaders)
    if (status < 200) return this.#receiver.onInformation(status, headers)
    this.#answered = true
    this.#receiver.onHead(status, statusText ?? '', headers)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over && !this.#receiver.onData(chunk)) controller.pause()
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#over) return
    this.#over = true
    this.#receiver.onEnd(rawText(controller.rawTrailers))
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#receiver.onError(this.#explain(error))
  }

  #explain(cause: Error): TransportError {
    if (cause instanceof BodyError) return { ...cause.failure, progress: 'answered' }
    const code = failureCode(cause, this.#controller !== undefined)
    if (this.#controller === undefined) return { code, progress: 'unsent', cause }
    const lost = code === 'connection-reset' && !this.#answered
    return { code, progress: lost ? 'unanswered' : 'answered', cause }
  }
}

function rawText(raw: unknown): RawHeaders {
  if (raw === null || raw === undefined) return []
  if (Array.isArray(raw)) return raw.map(part => (typeof part === 'string' ? part : part.toString('latin1')))
  return Object.entries(raw as Record<string, string | string[]>).flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap(one => [name, one]) : [name, value],
  )
}

const codes: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'connection-refused',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'head-timeout',
  UND_ERR_BODY_TIMEOUT: 'body-timeout',
  UND_ERR_SOCKET: 'connection-reset',
  ECONNRESET: 'connection-reset',
  EPIPE: 'connection-reset',
}

function failureCode(error: Error & { code?: string }, sent: boolean): FailureCode {
  const known = error.code === undefined ? undefined : codes[error.code]
  if (known === 'connection-reset' && !sent) return 'connection-failed'
  return known ?? (sent ? 'bad-response' : 'connection-failed')
}
