import type { Errand, Exchange } from './exchange.ts'
import { type FailureCode, failure } from './failure.ts'
import type { Compression, Encoder } from './response/compression.ts'
import type { HeaderEdit } from './response/header-changes.ts'
import { passInformation, passTrailers } from './response/information.ts'
import { lingerUntilRead } from './response/linger.ts'
import { type ResponseFields, responseHeaders } from './response/response-headers.ts'
import { afterReads, type Delayed, holdWrites } from './transport/after-reads.ts'
import type {
  RawHeaders,
  ResponseReceiver,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from './transport/transport.ts'
import { affinityCookie, affinityOf, affinityValue, endpointOf } from './upstream/affinity.ts'
import type { Endpoint, Upstream, Waiter } from './upstream/upstream.ts'

/** How a request is sent. Times in milliseconds, 0 for ever. */
export interface DispatchOptions extends TransportTimeouts {
  /** To how many endpoints a request is offered at most. */
  readonly attempts: number
  /** For the whole exchange. */
  readonly total: number
  /** Statuses upon which an idempotent request without a body is repeated elsewhere. */
  readonly retryOn: readonly number[]
  readonly editResponse: HeaderEdit | undefined
  /** Sees the response's head last, and may change its fields. */
  readonly beforeResponse: ((status: number, headers: string[]) => void) | undefined
  readonly compression: Compression | undefined
}

const badHeaders = failure('bad-response', 'head')
const hookFailed = failure('internal-error', 'hook')
const broken = failure('internal-error', 'compression')
const overloaded = failure('overloaded')
const notReading = failure('request-timeout', 'reading')
const tooLong = failure('total-timeout')

/**
 * Sends a request to an endpoint of `upstream` and its response to the client, streamed both ways: each side waits for
 * the other, and if one leaves the other is told at once. A request of which no byte has left goes to another endpoint;
 * so does an idempotent one without a body that was lost on a connection the endpoint had already closed (RFC 9110 9.2.2),
 * or that was answered with a status of `retryOn`.
 */
export function dispatch<T>(
  exchange: Exchange<T>,
  upstream: Upstream,
  request: UpstreamRequest,
  options: DispatchOptions,
): void {
  upstream.retryBudget.earn()
  new Dispatch(exchange, upstream, request, options).attempt()
}

class Dispatch<T> implements ResponseReceiver, Waiter, Delayed, Errand {
  readonly #exchange: Exchange<T>
  readonly #upstream: Upstream
  readonly #request: UpstreamRequest
  readonly #options: DispatchOptions
  readonly #timer: NodeJS.Timeout | undefined
  #tried: readonly Endpoint[] = noEndpoints
  #endpoint: Endpoint | undefined
  #call: TransportCall | undefined
  #stopWaiting: (() => void) | undefined
  #isDraining = false
  #encoder: Encoder | undefined
  /** The end of the response's body that has not been written yet. */
  #rest: Buffer | string = ''

  constructor(exchange: Exchange<T>, upstream: Upstream, request: UpstreamRequest, options: DispatchOptions) {
    this.#exchange = exchange
    this.#upstream = upstream
    this.#request = request
    this.#options = options
    if (options.total > 0) this.#timer = setTimeout(() => exchange.fail(tooLong), options.total)
    exchange.errand = this
  }

  attempt() {
    const endpoint = this.#upstream.acquire(this.#exchange, this.#tried)
    if (endpoint === undefined) return this.#waitOrFail()
    this.#endpoint = endpoint
    this.#exchange.attempts++
    this.#exchange.endpoint = endpoint.name
    this.#call = endpoint.transport.send(this.#request, this, this.#options)
  }

  onTurn(): void {
    this.#stopWaiting = undefined
    this.attempt()
  }

  onWaitedTooLong(): void {
    this.#stopWaiting = undefined
    this.#exchange.fail(overloaded)
  }

  onInformation(status: number, headers: RawHeaders): void {
    passInformation(this.#exchange.response, status, headers)
  }

  onHead(status: number, statusText: string, raw: RawHeaders) {
    const fields = this.#begin(status, raw)
    if (fields === undefined) return
    if (this.#writeHead(status, statusText, fields.headers)) process.nextTick(flushHead, this.#exchange)
  }

  onWhole(status: number, statusText: string, raw: RawHeaders, body: Buffer | undefined, trailers: RawHeaders) {
    // A response that is whole is not worth breaking off: its connection is free already.
    const fields = this.#begin(status, raw)
    if (fields === undefined) return
    const { headers } = fields
    if (trailers.length > 0 || this.#encoder !== undefined) {
      if (!this.#writeHead(status, statusText, headers)) return
      if (body !== undefined) this.onData(Buffer.from(body))
      return this.onEnd(trailers)
    }
    const length = body?.length ?? 0
    // All of it is here: its length is told, whatever its framing was.
    if (fields.contentLength === undefined && mayHaveBody(this.#request.method, status)) {
      headers.push('Content-Length', String(length))
    }
    if (!this.#writeHead(status, statusText, headers)) return
    this.#exchange.bytesSent += length
    this.#release(true)
    this.#endWith(body)
  }

  onData(chunk: Buffer, release?: () => void): boolean {
    const { response } = this.#exchange
    if (this.#encoder !== undefined) {
      if (this.#encoder.write(chunk, release)) return true
      if (!this.#isDraining) this.#waitForClient()
      return false
    }
    this.#exchange.bytesSent += chunk.length
    if (this.#exchange.request.httpVersionMajor < 2) holdWrites(response)
    if (release === undefined ? response.write(chunk) : response.write(chunk, release)) return true
    if (!this.#isDraining) this.#waitForClient()
    return false
  }

  onEnd(trailers: RawHeaders): void {
    this.#release(true)
    const { response } = this.#exchange
    const end = () => {
      if (trailers.length > 0) passTrailers(response, trailers)
      this.#endWith(undefined)
    }
    if (this.#encoder === undefined) end()
    else this.#encoder.end(end)
  }

  onError(error: TransportError) {
    const endpoint = this.#endpoint
    this.#release(isEndpointsFault(error) ? false : undefined)
    if (this.#mayRepeatFailed(error)) {
      // An endpoint that closed an idle connection did nothing wrong: it may be asked again.
      if (error.progress === 'unsent' && endpoint !== undefined) this.#tried = [...this.#tried, endpoint]
      else this.#request.isRepeated = true
      return this.attempt()
    }
    this.#exchange.fail(failure(error.code, error.reason), error.cause)
  }

  /** Nothing is read from the endpoint until the client has taken what there is. */
  #waitForClient(): void {
    const { response } = this.#exchange
    const sink = this.#encoder?.sink ?? response
    const { bodyIdle } = this.#options
    const timer = bodyIdle > 0 ? setTimeout(() => this.#exchange.fail(notReading), bodyIdle) : undefined
    this.#isDraining = true
    const goOn = () => {
      clearTimeout(timer)
      sink.off('drain', goOn)
      response.off('close', goOn)
      this.#isDraining = false
      this.#call?.resume()
    }
    sink.on('drain', goOn)
    response.on('close', goOn)
  }

  /** One string with the head is one write. */
  #endWith(body: Buffer | undefined): void {
    if (body !== undefined) this.#rest = body.length <= largestString ? body.toString('latin1') : Buffer.from(body)
    // HTTP/2 gathers what it writes by itself.
    if (this.#exchange.request.httpVersionMajor < 2) afterReads(this)
    else this.onReadsDone()
  }

  onReadsDone(): void {
    const { response, request } = this.#exchange
    if (response.destroyed) return
    if (this.#rest === '') response.end()
    else response.end(this.#rest, 'latin1')
    if (!request.complete) lingerUntilRead(request)
  }

  /** What the client is to get of a response's head; `undefined` if it gets none of it. */
  #begin(status: number, raw: RawHeaders): ResponseFields | undefined {
    if (this.#options.retryOn.includes(status) && this.#mayRepeatAnswered()) {
      this.#repeatElsewhere()
      return undefined
    }
    const fields = responseHeaders(status, raw)
    if ('code' in fields) {
      this.#exchange.fail(fields)
      return undefined
    }
    this.#exchange.headAfter = performance.now() - this.#exchange.startedAt
    this.#options.editResponse?.(fields.headers)
    this.#keepClient(fields.headers)
    try {
      this.#options.beforeResponse?.(status, fields.headers)
    } catch (cause) {
      this.#exchange.fail(hookFailed, cause)
      return undefined
    }
    this.#encoder = this.#options.compression?.begin(this.#exchange, status, fields.headers)
    return fields
  }

  #writeHead(status: number, statusText: string, headers: string[]): boolean {
    const { response, request } = this.#exchange
    try {
      if (request.httpVersionMajor < 2) response.writeHead(status, statusText, headers)
      else response.writeHead(status, headers)
    } catch (cause) {
      this.#exchange.fail(badHeaders, cause)
      return false
    }
    this.#exchange.status = status
    this.#encoder?.pipe(response, this.#onEncoded, cause => this.#exchange.fail(broken, cause))
    return true
  }

  readonly #onEncoded = (bytes: number) => {
    this.#exchange.bytesSent += bytes
  }

  #waitOrFail(): void {
    const code = this.#upstream.whyNot(this.#tried)
    if (code === 'overloaded') this.#stopWaiting = this.#upstream.wait(this)
    if (this.#stopWaiting === undefined) this.#exchange.fail(failure(code))
  }

  #mayRepeatFailed(error: TransportError): boolean {
    if (this.#exchange.isOver || this.#exchange.response.headersSent || this.#request.body?.started === true)
      return false
    if (this.#exchange.attempts >= this.#options.attempts) return false
    if (error.progress === 'unsent') return this.#hasUntried()
    // No burden on an endpoint in trouble: the connection was idle and just closed, and `attempts` is the limit.
    return error.progress === 'unanswered' && this.#isRepeatable()
  }

  #mayRepeatAnswered(): boolean {
    if (this.#exchange.attempts >= this.#options.attempts || !this.#isRepeatable()) return false
    return this.#hasUntried() && this.#mayAfford()
  }

  #isRepeatable(): boolean {
    return this.#request.body === undefined && isIdempotent(this.#request.method)
  }

  /** Whether there is another endpoint than those tried and the one that is being tried. */
  #hasUntried(): boolean {
    return this.#upstream.endpoints.length > this.#tried.length + 1
  }

  #mayAfford(): boolean {
    return this.#upstream.retryBudget.spend(performance.now())
  }

  #repeatElsewhere(): void {
    const endpoint = this.#endpoint!
    this.#call?.abort()
    this.#release(false)
    this.#tried = [...this.#tried, endpoint]
    this.attempt()
  }

  /** Gives the client the cookie that brings it back to this endpoint, unless it has it. */
  #keepClient(headers: string[]): void {
    const { affinity } = this.#upstream.options
    const token = this.#endpoint?.token
    if (affinity === undefined || token === undefined) return
    const asked = affinityOf(this.#exchange, affinity)
    if (asked === affinityValue(affinity, token)) return
    const before = endpointOf(asked)
    const isThere = () => before !== token && this.#upstream.endpoints.some(endpoint => endpoint.token === before)
    if (affinity.changeOnFailure === false && isThere()) return
    headers.push('Set-Cookie', affinityCookie(affinity, token, this.#exchange))
  }

  onGivenUp(): void {
    clearTimeout(this.#timer)
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    this.#call?.abort()
    this.#request.body?.stop()
    this.#encoder?.destroy()
    this.#release(undefined)
  }

  #release(isGood: boolean | undefined): void {
    const endpoint = this.#endpoint
    if (endpoint === undefined) return
    this.#endpoint = undefined
    this.#exchange.bytesReceived = this.#request.body?.received ?? 0
    this.#upstream.release(endpoint, isGood)
  }
}

const noEndpoints: readonly Endpoint[] = []

/** The longest body, in bytes, that is worth copying into a string to save a write. */
const largestString = 16 * 1024

function mayHaveBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}

function isIdempotent(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'PUT' || method === 'DELETE'
}

const endpointsFaults: ReadonlySet<FailureCode> = new Set([
  ...(['connection-refused', 'connection-failed', 'connection-reset', 'connect-timeout'] as const),
  ...(['head-timeout', 'body-timeout', 'bad-response'] as const),
])

function isEndpointsFault({ code, progress }: TransportError): boolean {
  return progress !== 'unanswered' && endpointsFaults.has(code)
}

/** Sends a head that no piece of the body has taken along: a stream of events may be silent for long. */
function flushHead<T>({ response, bytesSent }: Exchange<T>): void {
  if (bytesSent === 0 && !response.writableEnded && !response.destroyed) response.flushHeaders()
}
