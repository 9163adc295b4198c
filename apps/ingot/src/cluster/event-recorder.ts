import type { Diagnostic } from '@ingot/kubernetes'
import { CountedFindings, type FindingNews } from '../control/counted-findings.ts'
import { takesTurns } from '../control/in-slices.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError, hasCode } from './api-error.ts'
import { type ApiObject, isRecord } from './api-object.ts'
import { events } from './api-resources.ts'
import { Backoff, type BackoffOptions, pause } from './backoff.ts'
import { microTime } from './lease.ts'
import { TokenBucket } from './token-bucket.ts'
import { type EventReporter, type EventSubject, eventOf, type Trouble, troubleKey } from './trouble.ts'

export interface EventRecorderOptions extends EventReporter {
  readonly client: ApiClient
  /** Whether this replica may write at this moment: of several that see the same trouble, one tells of it. */
  readonly leading: () => boolean
  /** What the cluster holds under that name; `undefined` if it is gone, or no Event is wanted on it. */
  readonly subject: (object: NonNullable<Diagnostic['object']>) => EventSubject | undefined
  readonly signal: AbortSignal
  readonly limits?: EventLimits
  readonly backoff?: BackoffOptions
  readonly onError?: (error: ApiError) => void
}

/** Against a flood of Events. Times in milliseconds. */
export interface EventLimits {
  /** Events on one object: at once, and then in a second. Default: 25 and one in five minutes. */
  readonly objectBurst?: number
  readonly objectRate?: number
  /** Events in all. Default: 50 and 5. */
  readonly burst?: number
  readonly rate?: number
  /** How often trouble that lasts is told again; the API server forgets Events after an hour. Default: 30 minutes. */
  readonly repeatAfter?: number
}

const defaultLimits: Required<EventLimits> = {
  objectBurst: 25,
  objectRate: 1 / 300,
  burst: 50,
  rate: 5,
  repeatAfter: 30 * 60_000,
}

/** How often an Event that could not be written is tried again. */
const tries = 4

/**
 * Tells the authors of Ingresses what is wrong with them: an Event for each diagnostic, once it is new; trouble that lasts, or comes back, is counted in the series of the Event that there is, also
 * when another replica made it. Never holds anybody up: what is over the limits is dropped and counted.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #limits: Required<EventLimits>
  readonly #all: TokenBucket
  readonly #byObject = new Map<string, TokenBucket>()
  /** Trouble that was told, and when: what was told longest ago comes first. */
  readonly #told = new Map<string, number>()
  readonly #findings = new CountedFindings(troubleKey)
  /** What was there when `tell` was last called. */
  readonly #present = new Set<string>()
  readonly #queue = new Set<string>()
  #wake = Promise.withResolvers<void>()
  #dropped = 0

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#all = new TokenBucket(this.#limits.burst, this.#limits.rate)
  }

  /** How many Events were not written: over a limit, or refused. */
  get dropped(): number {
    return this.#dropped
  }

  /** Takes over how trouble has changed; `tell` tells of it. */
  take(news: FindingNews): void {
    this.#findings.take(news)
  }

  /** Tells of what is new since it was last called, and is still there. */
  tell(): void {
    for (const [key, diagnostic] of this.#findings.touched()) {
      if (diagnostic === undefined) this.#forget(key)
      else if (!this.#present.has(key) || this.#isDue(key)) this.#queue.add(key)
      if (diagnostic !== undefined) this.#present.add(key)
    }
    this.#wake.resolve()
  }

  /** Tells of everything again: to be called when this replica begins to lead, or when other objects are its business. */
  poke(): void {
    for (const key of this.#present) if (this.#isDue(key)) this.#queue.add(key)
    this.#wake.resolve()
  }

  /** Writes until the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { signal, leading } = this.#options
    const takeTurns = takesTurns()
    while (!signal.aborted) {
      const woken = this.#wake.promise.then(() => true)
      const isWoken = await Promise.race([woken, pause(this.#limits.repeatAfter, signal).then(() => false)])
      this.#wake = Promise.withResolvers<void>()
      if (isWoken) this.#queueOldest()
      else this.poke()
      for (const key of this.#queue) {
        if (!leading() || signal.aborted) break
        this.#queue.delete(key)
        await this.#tell(key)
        await takeTurns()
      }
      this.#forgetOld()
    }
  }

  /** What was told so long ago that it is to be told again. */
  #queueOldest(): void {
    for (const key of this.#told.keys()) {
      if (!this.#isDue(key)) return
      if (this.#present.has(key)) this.#queue.add(key)
    }
  }

  #forget(key: string): void {
    this.#present.delete(key)
    this.#queue.delete(key)
  }

  #isDue(key: string): boolean {
    const toldAt = this.#told.get(key)
    return toldAt === undefined || performance.now() - toldAt >= this.#limits.repeatAfter
  }

  async #tell(key: string): Promise<void> {
    const diagnostic = this.#findings.get(key)
    const object = diagnostic?.object
    const subject = object && this.#options.subject(object)
    if (diagnostic === undefined || subject === undefined) return
    const trouble = { diagnostic, object: object! }
    this.#told.delete(key)
    this.#told.set(key, performance.now())
    if (!this.#mayWrite(trouble.object)) {
      this.#dropped += 1
      return
    }
    const backoff = new Backoff(this.#options.backoff)
    for (let left = tries; left > 0 && !this.#options.signal.aborted; left -= 1) {
      const failure = await this.#write(trouble, subject)
      if (failure === undefined) return
      this.#options.onError?.(failure)
      // Refused for good: the namespace is on its way out, say.
      if (failure.code >= 400 && failure.code < 500 && failure.code !== 429) break
      await pause(backoff.failed(failure), this.#options.signal)
    }
    this.#dropped += 1
  }

  #mayWrite(object: Trouble['object']): boolean {
    const name = `${object.kind}/${object.namespace}/${object.name}`
    const bucket = this.#byObject.get(name) ?? new TokenBucket(this.#limits.objectBurst, this.#limits.objectRate)
    this.#byObject.set(name, bucket)
    return bucket.take() && this.#all.take()
  }

  async #write(trouble: Trouble, subject: EventSubject): Promise<ApiError | undefined> {
    const { client, signal, controller, instance } = this.#options
    const event = eventOf(trouble, subject, { controller, instance })
    try {
      await client.create(events, event, signal)
    } catch (error) {
      if (hasCode(error, 409)) return this.#countOn(event)
      return asApiError(error)
    }
    return undefined
  }

  /** One more of an Event that there is already. */
  async #countOn({ metadata: { namespace, name } }: ApiObject): Promise<ApiError | undefined> {
    const { client, signal } = this.#options
    try {
      const present = await client.get(events, { namespace, name }, signal)
      const series = isRecord(present.series) ? present.series : { count: 1 }
      const next = { count: Number(series.count) + 1, lastObservedTime: microTime() }
      await client.patch(events, { namespace, name }, { series: next }, signal)
    } catch (error) {
      return asApiError(error)
    }
    return undefined
  }

  #forgetOld(): void {
    for (const [key, toldAt] of this.#told) {
      if (performance.now() - toldAt <= 2 * this.#limits.repeatAfter) break
      if (!this.#present.has(key)) this.#told.delete(key)
    }
    for (const [name, bucket] of this.#byObject) if (bucket.full) this.#byObject.delete(name)
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('The Event cannot be written', { code: 0, reason: 'Unreachable', cause: error })
}
