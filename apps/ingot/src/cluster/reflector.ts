import type { WatchEvent } from './api-answers.ts'
import type { ApiClient, ListOptions, Selection } from './api-client.ts'
import { ApiError, hasCode } from './api-error.ts'
import { type ApiObject, isApiObject } from './api-object.ts'
import type { ApiResource } from './api-resources.ts'
import { Backoff, type BackoffOptions, pause } from './backoff.ts'
import { KnownVersions, type ObjectChange } from './known-versions.ts'

/** How a reflector goes about it; the defaults are for production. */
export interface ReflectorTuning {
  /** Objects in a page of a list. Default: 500. */
  readonly pageSize?: number
  /** How long a watch is kept open, in seconds; up to a quarter more, at random. Default: 240. */
  readonly watchSeconds?: number
  /** How much longer before a watch counts as stalled, in milliseconds. Default: 10,000. */
  readonly watchMargin?: number
  readonly backoff?: BackoffOptions
}

export interface ReflectorOptions extends Selection {
  readonly client: ApiClient
  readonly resource: ApiResource
  /** Ends the reflector; nothing else does. */
  readonly signal: AbortSignal
  readonly tuning?: ReflectorTuning
  /** Called when `health` changes. */
  readonly onHealth?: ((health: ReflectorHealth) => void) | undefined
}

/** How a reflector is doing. */
export interface ReflectorHealth {
  readonly kind: string
  readonly namespace?: string | undefined
  /** The whole state was read once. */
  readonly synced: boolean
  /** The last thing that was tried succeeded. */
  readonly connected: boolean
  /** Failures since the last success. */
  readonly failures: number
  readonly error?: ApiError | undefined
}

/** A watch that ends sooner than this, in milliseconds, and brought nothing, is a failure. */
const shortWatch = 1_000

/** After so many failed watches in a row the version is given up, in case it is what the API server cannot stand. */
const watchFailuresBeforeRelist = 4

/**
 * Follows the objects of one resource, whatever happens to the API server or to the way to it. Yields batches of what
 * has changed; the first is the whole state. Lists again only when it must, and then yields only what differs.
 * Reads nothing more while its reader is busy.
 */
export class Reflector implements AsyncIterable<readonly ObjectChange[]> {
  readonly #options: ReflectorOptions
  readonly #tuning: Required<Omit<ReflectorTuning, 'backoff'>>
  readonly #backoff: Backoff
  readonly #known = new KnownVersions()
  readonly #synced = Promise.withResolvers<void>()
  readonly #tried = Promise.withResolvers<void>()
  /** Where the next watch goes on; `undefined` to list first. */
  #position: string | undefined
  #watchFailures = 0
  #health: ReflectorHealth

  constructor(options: ReflectorOptions) {
    this.#options = options
    this.#tuning = { pageSize: 500, watchSeconds: 240, watchMargin: 10_000, ...options.tuning }
    this.#backoff = new Backoff(options.tuning?.backoff)
    const { resource, namespace } = options
    this.#health = { kind: resource.kind, namespace, synced: false, connected: false, failures: 0 }
  }

  /** Resolved once the reader has dealt with the first batch. */
  get synced(): Promise<void> {
    return this.#synced.promise
  }

  /** Resolved once the reader has dealt with the first batch, or the first try to get one has failed. */
  get tried(): Promise<void> {
    return this.#tried.promise
  }

  get health(): ReflectorHealth {
    return this.#health
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly ObjectChange[]> {
    const { signal } = this.#options
    while (!signal.aborted) {
      const failure = yield* this.#listOrWatch()
      if (failure === undefined || signal.aborted) continue
      this.#tried.resolve()
      const wait = this.#backoff.failed(failure)
      this.#report({ connected: false, failures: this.#backoff.failures, error: failure })
      await pause(wait, signal)
    }
  }

  /** One step; returns why it failed, if it did. */
  async *#listOrWatch(): AsyncGenerator<readonly ObjectChange[], ApiError | undefined> {
    if (this.#position === undefined) {
      const listed = await this.#listAll().catch(asApiError)
      if (listed instanceof ApiError) return listed
      const first = !this.#health.synced
      this.#succeeded()
      if (first || listed.length > 0) yield listed
      this.#synced.resolve()
      this.#tried.resolve()
      return undefined
    }
    return yield* this.#watch(this.#position)
  }

  async #listAll(): Promise<ObjectChange[]> {
    const { items, resourceVersion } = await this.#readPages(this.#tuning.pageSize).catch(error => {
      // The pages that are left belong to a version that is gone: only one large page is certain to be whole.
      if (hasCode(error, 410)) return this.#readPages(undefined)
      throw error
    })
    const changes = this.#known.replaceAll(items)
    this.#position = resourceVersion
    this.#watchFailures = 0
    return changes
  }

  async #readPages(limit: number | undefined): Promise<{ items: ApiObject[]; resourceVersion: string }> {
    const { client, resource, signal } = this.#options
    const options: ListOptions = { ...this.#selection(), limit, signal }
    const items: ApiObject[] = []
    let page = await client.list(resource, options)
    for (;;) {
      for (const item of page.items) if (isApiObject(item)) items.push(withoutManagedFields(item))
      if (page.continue === undefined) return { items, resourceVersion: page.resourceVersion }
      page = await client.list(resource, { ...options, continue: page.continue })
    }
  }

  async *#watch(resourceVersion: string): AsyncGenerator<readonly ObjectChange[], ApiError | undefined> {
    const startedAt = performance.now()
    let events = 0
    try {
      for await (const event of this.#openWatch(resourceVersion)) {
        events += 1
        this.#watchFailures = 0
        const change = this.#take(event)
        this.#succeeded()
        if (change !== undefined) yield [change]
      }
    } catch (error) {
      return this.#watchFailed(asApiError(error))
    }
    // An API server that is starting or stopping may accept watches only to end them.
    if (events > 0 || performance.now() - startedAt >= shortWatch) return undefined
    return this.#watchFailed(new ApiError('The watch ended at once', { code: 0, reason: 'ShortWatch' }))
  }

  #openWatch(resourceVersion: string): AsyncGenerator<WatchEvent> {
    const { client, resource, signal } = this.#options
    const { watchSeconds, watchMargin } = this.#tuning
    return client.watch(resource, {
      ...this.#selection(),
      resourceVersion,
      // Not all at once, or the API server is asked for everything at the same moment again and again.
      timeoutSeconds: Math.ceil(watchSeconds * (1 + Math.random() / 4)),
      margin: watchMargin,
      signal,
      onOpen: () => this.#report({ connected: true }),
    })
  }

  #take(event: WatchEvent): ObjectChange | undefined {
    const { object } = event
    this.#position = object.metadata.resourceVersion ?? this.#position
    if (event.type === 'BOOKMARK' || !isApiObject(object)) return undefined
    return event.type === 'DELETED' ? this.#known.remove(object) : this.#known.put(withoutManagedFields(object))
  }

  #watchFailed(error: ApiError): ApiError {
    this.#watchFailures += 1
    const answered = error.code !== 0 || error.reason === 'BadAnswer'
    const tooOld = error.code === 410 || error.reason === 'Expired'
    if (tooOld || (answered && this.#watchFailures >= watchFailuresBeforeRelist)) this.#position = undefined
    return error
  }

  #selection(): Selection {
    const { namespace, labelSelector, fieldSelector } = this.#options
    return { namespace, labelSelector, fieldSelector }
  }

  #succeeded(): void {
    this.#backoff.succeeded()
    this.#report({ synced: true, connected: true, failures: 0, error: undefined })
  }

  #report(news: Partial<ReflectorHealth>): void {
    const before = this.#health
    this.#health = { ...before, ...news }
    const { connected, failures, synced } = this.#health
    if (connected !== before.connected || failures !== before.failures || synced !== before.synced) {
      this.#options.onHealth?.(this.#health)
    }
  }
}

/** Who set which field: often half of an object, and nothing that routing needs. */
function withoutManagedFields(object: ApiObject): ApiObject {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('The API server cannot be asked', { code: 0, reason: 'Unreachable', cause: error })
}
