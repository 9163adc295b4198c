import type { Exchange } from './exchange.ts'
import { failure } from './failure.ts'
import { passInformation, passTrailers } from './information.ts'
import { lingerUntilRead } from './linger.ts'
import type { PickContext } from './policies.ts'
import { responseHeaders } from './response-headers.ts'
import type {
  RawHeaders,
  ResponseReceiver,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from './transport.ts'
import type { Endpoint, Upstream } from './upstream.ts'

/** How a request is sent. Times in milliseconds, 0 for ever. */
export interface DispatchOptions extends TransportTimeouts {
  /** To how many endpoints a request is offered at most. */
  readonly attempts: number
}

const badHeaders = failure('bad-response', 'head')

/**
 * Sends a request to an endpoint of `upstream` and its response to the client, streamed both ways: each side waits for
 * the other, and if one leaves the other is told at once. A request of which no byte has left goes to another endpoint;
 * so does an idempotent one without a body that was lost on a connection the endpoint had already closed (RFC 9110 9.2.2).
 */
export function dispatch<T>(
  exchange: Exchange<T>,
  upstream: Upstream,
  request: UpstreamRequest,
  options: DispatchOptions,
): void {
  new Dispatch(exchange, upstream, request, options).attempt()
}

class Dispatch<T> implements ResponseReceiver {
  readonly #exchange: Exchange<T>
  readonly #upstream: Upstream
  readonly #request: UpstreamRequest
  readonly #options: DispatchOptions
  readonly #tried: Endpoint[] = []
  #endpoint: Endpoint | undefined
  #call: TransportCall | undefined
  #waiting = false

  constructor(exchange: Exchange<T>, upstream: Upstream, request: UpstreamRequest, options: DispatchOptions) {
    this.#exchange = exchange
    this.#upstream = upstream
    this.#request = request
    this.#options = options
    exchange.onGivenUp = () => this.#giveUp()
  }

  attempt() {
    const context: PickContext = { client: this.#exchange.client }
    const endpoint = this.#upstream.pick(context, this.#tried)
    if (endpoint === undefined) return this.#exchange.fail(failure(this.#upstream.unavailable))
    this.#tried.push(endpoint)
    this.#exchange.attempts++
    this.#exchange.endpoint = endpoint.name
    this.#endpoint = endpoint
    endpoint.inFlight++
    this.#call = endpoint.transport.send(this.#request, this, this.#options)
  }

  onInformation(status: number, headers: RawHeaders): void {
    passInformation(this.#exchange.response, status, headers)
  }

  onHead(status: number, statusText: string, raw: RawHeaders) {
    const { response, request, startedAt } = this.#exchange
    const fields = responseHeaders(status, raw)
    if ('code' in fields) return this.#exchange.fail(fields)
    this.#exchange.headAfter = performance.now() - startedAt
    try {
      if (request.httpVersionMajor < 2) response.writeHead(status, statusText, fields.headers)
      else response.writeHead(status, fields.headers)
    } catch (cause) {
      return this.#exchange.fail(badHeaders, cause)
    }
    this.#exchange.status = status
    process.nextTick(flushHead, this.#exchange)
  }

  onData(chunk: Buffer): boolean {
    const { response } = this.#exchange
    this.#exchange.bytesSent += chunk.length
    if (response.write(chunk)) return true
    if (!this.#waiting) {
      this.#waiting = true
      response.once('drain', () => {
        this.#waiting = false
        this.#call?.resume()
      })
    }
    return false
  }

  onEnd(trailers: RawHeaders): void {
    this.#release()
    const { response, request } = this.#exchange
    if (trailers.length > 0) passTrailers(response, trailers)
    response.end()
    if (!request.complete) lingerUntilRead(request)
  }

  onError(error: TransportError) {
    this.#release()
    if (this.#mayRepeat(error)) return this.attempt()
    this.#exchange.fail(failure(error.code, error.reason), error.cause)
  }

  #mayRepeat(error: TransportError): boolean {
    const { body, method } = this.#request
    if (this.#exchange.isOver || this.#exchange.response.headersSent || body?.started === true) return false
    if (error.progress === 'unsent') return this.#leavesOthers()
    if (error.progress !== 'unanswered' || body !== undefined || !isIdempotent(method)) return false
    // The endpoint did nothing wrong in closing an idle connection: it may be asked again.
    if (this.#exchange.attempts >= this.#options.attempts) return false
    this.#tried.pop()
    return true
  }

  #leavesOthers(): boolean {
    if (this.#exchange.attempts >= this.#options.attempts) return false
    return this.#upstream.endpoints.some(endpoint => !this.#tried.includes(endpoint))
  }

  #giveUp(): void {
    this.#call?.abort()
    this.#release()
  }

  #release(): void {
    if (this.#endpoint === undefined) return
    this.#endpoint.inFlight--
    this.#endpoint = undefined
    this.#exchange.bytesReceived = this.#request.body?.received ?? 0
  }
}

function isIdempotent(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'PUT' || method === 'DELETE'
}

/** Sends a head that no piece of the body has taken along: a stream of events may be silent for long. */
function flushHead<T>({ response, bytesSent }: Exchange<T>): void {
  if (bytesSent === 0 && !response.writableEnded && !response.destroyed) response.flushHeaders()
}
