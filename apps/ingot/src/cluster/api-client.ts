import type { Dispatcher } from 'undici'
import { type ObjectList, readEvent, readList, readObject, type WatchEvent } from './api-answers.ts'
import type { ApiConnection, Credentials, TlsMaterial } from './api-connection.ts'
import { ApiError, errorFromStatus } from './api-error.ts'
import { type ApiObject, isRecord } from './api-object.ts'
import { type ApiResource, type ResourcePlace, resourcePath } from './api-resources.ts'
import { createDispatcher, sameTls } from './dispatcher.ts'
import { readJsonLines } from './json-lines.ts'

/** Times in milliseconds. */
export interface ApiClientOptions {
  /** How long a request may take that is not a watch. Default: 30,000. */
  readonly timeout?: number
  readonly userAgent?: string
}

/** Which objects of a resource are meant. */
export interface Selection {
  /** All namespaces, if absent. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

export interface ListOptions extends Selection {
  /** Objects in a page; all of them at once, if absent. */
  readonly limit?: number | undefined
  /** From the page before. */
  readonly continue?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string
  /** How long the API server keeps the watch open, in seconds. */
  readonly timeoutSeconds: number
  /** How much longer it may take before the watch counts as stalled, in milliseconds. Default: 10,000. */
  readonly margin?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called once the API server has accepted the watch. */
  readonly onOpen?: (() => void) | undefined
}

interface Call {
  readonly method: Dispatcher.HttpMethod
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly signal: AbortSignal
}

/**
 * Speaks to an API server: every method throws {@link ApiError} when it does not get what it asks for,
 * and the reason of its signal when that is aborted. Nothing is tried again, save once with renewed credentials.
 */
export class ApiClient {
  readonly #connection: ApiConnection
  readonly #timeout: number
  readonly #userAgent: string
  #dispatcher: Dispatcher | undefined
  #tls: TlsMaterial | undefined

  constructor(connection: ApiConnection, options: ApiClientOptions = {}) {
    this.#connection = connection
    this.#timeout = options.timeout ?? 30_000
    this.#userAgent = options.userAgent ?? 'ingot'
  }

  /** The namespace this runs in. */
  get namespace(): string {
    return this.#connection.namespace
  }

  /** One page of the objects that there are. */
  async list(resource: ApiResource, options: ListOptions = {}): Promise<ObjectList> {
    const { namespace, signal, ...query } = options
    const answer = await this.#ask({
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query,
      signal: this.#within(signal),
    })
    return readList(answer, resource)
  }

  async get(resource: ApiResource, place: ResourcePlace, signal?: AbortSignal): Promise<ApiObject> {
    return readObject(
      await this.#ask({ method: 'GET', path: resourcePath(resource, place), signal: this.#within(signal) }),
    )
  }

  /** Creates the object in its own namespace. Throws `AlreadyExists` (409) if the name is taken. */
  async create(resource: ApiResource, object: ApiObject, signal?: AbortSignal): Promise<ApiObject> {
    const path = resourcePath(resource, { namespace: object.metadata.namespace })
    return readObject(await this.#ask({ method: 'POST', path, body: object, signal: this.#within(signal) }))
  }

  /** Replaces the object, or a part of it. Throws `Conflict` (409) unless it still has the same resource version. */
  async update(
    resource: ApiResource,
    object: ApiObject,
    options: { readonly subresource?: 'status'; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ApiObject> {
    const { namespace, name } = object.metadata
    const path = resourcePath(resource, { namespace, name, subresource: options.subresource })
    return readObject(await this.#ask({ method: 'PUT', path, body: object, signal: this.#within(options.signal) }))
  }

  /** Changes the fields that are in the patch (RFC 7396). */
  async patch(
    resource: ApiResource,
    place: ResourcePlace,
    patch: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<ApiObject> {
    const path = resourcePath(resource, place)
    const contentType = 'application/merge-patch+json'
    return readObject(
      await this.#ask({ method: 'PATCH', path, body: patch, contentType, signal: this.#within(signal) }),
    )
  }

  async delete(resource: ApiResource, place: ResourcePlace, signal?: AbortSignal): Promise<void> {
    await this.#ask({ method: 'DELETE', path: resourcePath(resource, place), signal: this.#within(signal) })
  }

  /**
   * What happens from a resource version on, until the API server ends the watch. Throws {@link ApiError}: with code 410
   * when the version is too old, whether the API server says so at once or later; `TimedOut` when it says nothing more.
   */
  async *watch(resource: ApiResource, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { namespace, signal, margin = 10_000, onOpen, ...query } = options
    const deadline = new AbortController()
    const stalled = new ApiError('The watch stalled', { code: 0, reason: 'TimedOut' })
    const timer = setTimeout(() => deadline.abort(stalled), options.timeoutSeconds * 1000 + margin)
    const ends = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal])
    try {
      const path = resourcePath(resource, { namespace })
      const all = { ...query, watch: true, allowWatchBookmarks: true }
      const response = await this.#send({ method: 'GET', path, query: all, signal: ends })
      onOpen?.()
      for await (const line of readJsonLines(response.body)) yield readEvent(line)
    } catch (error) {
      throw translate(error, ends, this.#connection.server.origin)
    } finally {
      clearTimeout(timer)
      // Frees the connection when the reader stops early.
      deadline.abort()
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy()
    this.#dispatcher = undefined
  }

  #within(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(this.#timeout)
    return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  }

  async #ask(call: Call): Promise<unknown> {
    try {
      const response = await this.#send(call)
      return await response.body.json()
    } catch (error) {
      throw translate(error, call.signal, this.#connection.server.origin)
    }
  }

  async #send(call: Call): Promise<Dispatcher.ResponseData> {
    const response = await this.#sendOnce(call, false)
    if (response.statusCode < 300) return response
    if (response.statusCode !== 401) throw await readError(response)
    await response.body.dump()
    const second = await this.#sendOnce(call, true)
    if (second.statusCode < 300) return second
    throw await readError(second)
  }

  async #sendOnce(call: Call, renew: boolean): Promise<Dispatcher.ResponseData> {
    const credentials = await this.#connection.credentials(renew)
    call.signal.throwIfAborted()
    const { pathname, origin } = this.#connection.server
    return this.#dispatcherFor(credentials).request({
      origin,
      method: call.method,
      path: pathname.replace(/\/$/, '') + call.path + queryString(call.query),
      headers: {
        accept: 'application/json',
        'user-agent': this.#userAgent,
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
        ...credentials.headers,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal,
      headersTimeout: this.#timeout,
      bodyTimeout: 0,
    })
  }

  /** Connections live as long as the certificates they were made with. */
  #dispatcherFor(credentials: Credentials): Dispatcher {
    if (this.#dispatcher === undefined || !sameTls(this.#tls, credentials.tls)) {
      void this.#dispatcher?.close()
      this.#tls = credentials.tls
      this.#dispatcher = createDispatcher(this.#connection, credentials.tls)
    }
    return this.#dispatcher
  }
}

function queryString(query: Call['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

async function readError(response: Dispatcher.ResponseData): Promise<ApiError> {
  const retryAfter = response.headers['retry-after']
  const status = await response.body.json().catch(() => undefined)
  return errorFromStatus(status, response.statusCode, typeof retryAfter === 'string' ? retryAfter : undefined)
}

/** Whatever went wrong on the way, as one type of error; an abort keeps the reason that was given for it. */
function translate(error: unknown, signal: AbortSignal, origin: string): unknown {
  if (error instanceof ApiError) return error
  if (signal.aborted && signal.reason?.name !== 'TimeoutError') return signal.reason
  const code = isRecord(error) && typeof error.code === 'string' ? ` (${error.code})` : ''
  const details = { code: 0, cause: error }
  const server = `The API server at ${origin}`
  if (error instanceof SyntaxError) {
    return new ApiError(`${server} sent something that is not JSON`, { ...details, reason: 'BadAnswer' })
  }
  const timedOut = signal.aborted || /TIMEOUT/.test(code)
  return timedOut
    ? new ApiError(`${server} did not answer in time${code}`, { ...details, reason: 'TimedOut' })
    : new ApiError(`${server} cannot be reached${code}`, { ...details, reason: 'Unreachable' })
}
