import { validateHeaderName } from 'node:http'
import type { Errand, Exchange } from '../exchange.ts'
import { failure, type RequestFailure } from '../failure.ts'
import type { HeaderEdit } from '../response/header-changes.ts'
import { valuesOf } from '../transport/raw-headers.ts'
import type {
  RawHeaders,
  ResponseReceiver,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from '../transport/transport.ts'
import type { Endpoint, Upstream } from '../upstream/upstream.ts'
import { joined } from './forward-headers.ts'
import { compileSignIn, type SignIn, type SignInOptions } from './sign-in.ts'

/** A service that is asked about each request before an upstream gets it. */
export interface AuthenticationOptions {
  /** The name of its upstream, for `authenticators` of the routing. */
  readonly upstream: string
  /** What it is told as Host. */
  readonly authority: string
  /** Path and query of the question. */
  readonly path: string
  /** Default: GET. */
  readonly method?: string
  /** Fields of its answer that the upstream receives in place of the client's. */
  readonly responseHeaders?: readonly string[]
  /** Where a client goes that is answered 401. Default: it gets the 401. */
  readonly signIn?: SignInOptions
  /** What X-Auth-Request-Redirect says. Default: path and query of the request. */
  readonly redirect?: string
}

/** {@link AuthenticationOptions} made ready. */
export interface Authentication {
  readonly options: AuthenticationOptions
  readonly signIn: SignIn | undefined
  /** The names of `responseHeaders`, in lower case and with `-` for `_`. */
  readonly granted: ReadonlySet<string>
}

/** What an authentication service adds to a request that it lets through, and to its response. */
export interface Grant {
  /** Names in lower case, with dashes: fields that only the service may set, so that none of a client's is passed on. */
  readonly names: ReadonlySet<string>
  readonly request: HeaderEdit
  readonly response: HeaderEdit | undefined
}

/** Throws `TypeError` for a field that is none. */
export function compileAuthentication(options: AuthenticationOptions): Authentication {
  const { responseHeaders = [], signIn } = options
  for (const name of responseHeaders) validateHeaderName(name)
  const names = responseHeaders.map(plainName)
  return { options, signIn: signIn && compileSignIn(signIn), granted: new Set(names) }
}

/** What an authentication service is asked with. */
export interface AuthenticationCall {
  readonly authentication: Authentication
  readonly upstream: Upstream
  /** The fields the upstream of the request itself would receive. */
  readonly headers: RawHeaders
  readonly timeouts: TransportTimeouts
  /** To how many endpoints the question is put at most. */
  readonly attempts: number
}

const unauthorized = failure('unauthorized')
const forbidden = failure('forbidden', 'authentication')

/**
 * Asks an authentication service about a request, without its body. Calls `proceed` if it answers 2xx; otherwise the
 * request is answered: 401 and 403 as they are, everything else by 500, and 503 where there is nobody to ask.
 */
export function authenticate<T>(
  exchange: Exchange<T>,
  call: AuthenticationCall,
  proceed: (grant: Grant) => void,
): void {
  new Question(exchange, call, proceed).ask()
}

class Question<T> implements ResponseReceiver, Errand {
  readonly #exchange: Exchange<T>
  readonly #call: AuthenticationCall
  readonly #proceed: (grant: Grant) => void
  readonly #request: UpstreamRequest
  #tried: readonly Endpoint[] = []
  #asked = 0
  #endpoint: Endpoint | undefined
  #sent: TransportCall | undefined
  #isDecided = false
  #surplus = 0

  constructor(exchange: Exchange<T>, call: AuthenticationCall, proceed: (grant: Grant) => void) {
    this.#exchange = exchange
    this.#call = call
    this.#proceed = proceed
    const { method = 'GET', path } = call.authentication.options
    this.#request = { method, path, headers: questionHeaders(exchange, call), body: undefined }
    exchange.errand = this
  }

  ask() {
    const { upstream, timeouts } = this.#call
    const endpoint = upstream.acquire(this.#exchange, this.#tried)
    if (endpoint === undefined) return this.#fail(failure(upstream.whyNot(this.#tried), 'authentication'))
    this.#endpoint = endpoint
    this.#asked++
    this.#sent = endpoint.transport.send(this.#request, this, timeouts)
  }

  onGivenUp(): void {
    this.#sent?.abort()
    this.#release(undefined)
  }

  onInformation(): void {
    // Nothing in it is for anybody.
  }

  onHead(status: number, _: string, headers: RawHeaders): void {
    this.#decide(status, headers)
  }

  onWhole(status: number, _: string, headers: RawHeaders): void {
    this.#release(true)
    this.#decide(status, headers)
  }

  onData(chunk: Buffer, release?: () => void): boolean {
    release?.()
    this.#surplus += chunk.length
    // Its body is for nobody, and read only to keep the connection.
    if (this.#surplus > largestSurplus) {
      this.#sent?.abort()
      this.#release(undefined)
    }
    return true
  }

  onEnd(): void {
    this.#release(true)
  }

  onError(error: TransportError) {
    const endpoint = this.#endpoint
    this.#release(error.progress === 'unanswered' ? undefined : false)
    if (this.#isDecided || this.#exchange.isOver) return
    if (error.progress !== 'answered' && this.#asked < this.#call.attempts) {
      if (error.progress === 'unsent' && endpoint !== undefined) this.#tried = [...this.#tried, endpoint]
      else this.#request.isRepeated = true
      if (this.#tried.length < this.#call.upstream.endpoints.length) return this.ask()
    }
    this.#fail(failure('authentication-failed', error.code), error.cause)
  }

  #decide(status: number, headers: RawHeaders): void {
    if (this.#isDecided || this.#exchange.isOver) return
    this.#isDecided = true
    // What is left of its answer goes on by itself.
    this.#exchange.errand = undefined
    if (status >= 200 && status < 300) this.#proceed(grantOf(this.#call.authentication, headers))
    else if (status === 401) this.#refuse(headers)
    else if (status === 403) this.#exchange.fail(forbidden)
    else this.#fail(failure('authentication-failed', 'status'))
  }

  #refuse(answer: RawHeaders) {
    const exchange = this.#exchange
    exchange.failure = unauthorized
    const location = this.#call.authentication.signIn?.(exchange)
    if (location !== undefined) {
      return exchange.answerEmpty(302, ['Location', location, ...cookiesOf(answer), 'Content-Length', '0'])
    }
    const challenge = valuesOf(answer, 'www-authenticate').flatMap(value => ['WWW-Authenticate', value])
    exchange.answerEmpty(401, [...challenge, 'Content-Length', '0'])
  }

  #fail(reason: RequestFailure, cause?: unknown): void {
    this.#isDecided = true
    this.#exchange.fail(reason, cause)
  }

  #release(isGood: boolean | undefined): void {
    const endpoint = this.#endpoint
    if (endpoint === undefined) return
    this.#endpoint = undefined
    this.#call.upstream.release(endpoint, isGood)
  }
}

/** How much of an answer's body is read, in bytes, before the connection is given up. */
const largestSurplus = 64 * 1024

/** Fields that only the proxy may tell an authentication service. */
const own: ReadonlySet<string> = new Set([
  ...['host', 'x-original-url', 'x-original-uri', 'x-original-method', 'x-scheme', 'x-auth-request-redirect'],
  ...['x-sent-from', 'content-type', 'content-encoding'],
])

function questionHeaders<T>(exchange: Exchange<T>, { authentication, headers }: AuthenticationCall): string[] {
  const { path, query, authority = '' } = exchange.target!
  const { authority: host, redirect } = authentication.options
  const asked: string[] = ['Host', host]
  for (let i = 0; i < headers.length; i += 2) {
    if (!own.has(plainName(headers[i]!))) asked.push(headers[i]!, headers[i + 1]!)
  }
  const uri = path + query
  asked.push('X-Original-URL', `${exchange.scheme}://${authority}${uri}`, 'X-Original-URI', uri)
  asked.push('X-Original-Method', exchange.method, 'X-Scheme', exchange.scheme)
  asked.push('X-Auth-Request-Redirect', redirect ?? uri, 'X-Sent-From', 'ingot')
  return asked
}

function grantOf({ options, granted }: Authentication, answer: RawHeaders): Grant {
  const { responseHeaders = [] } = options
  const cookies = cookiesOf(answer)
  const request = (headers: string[]) => {
    // First of all what the client sent by these names goes: it would be believed.
    removeFields(headers, granted)
    for (const name of responseHeaders) {
      const value = joined(answer, name.toLowerCase())
      if (value !== undefined && value !== '') headers.push(name, value)
    }
  }
  const response = cookies.length === 0 ? undefined : (headers: string[]) => void headers.push(...cookies)
  return { names: granted, request, response }
}

function removeFields(headers: string[], names: ReadonlySet<string>): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    if (names.has(plainName(headers[i]!))) continue
    headers[kept++] = headers[i]!
    headers[kept++] = headers[i + 1]!
  }
  headers.length = kept
}

/** Upstreams that are told fields as variables take `X_User` for `X-User`. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

function cookiesOf(answer: RawHeaders): string[] {
  return valuesOf(answer, 'set-cookie').flatMap(value => ['Set-Cookie', value])
}
