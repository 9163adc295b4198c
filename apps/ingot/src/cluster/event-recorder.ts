import type { Diagnostic } from '@ingot/kubernetes'
import type { ApiClient } from './api-client.ts'
import { ApiError, hasCode } from './api-error.ts'
import { type ApiObject, isRecord } from './api-object.ts'
import { events } from './api-resources.ts'
import { Backoff, type BackoffOptions, pause } from './backoff.ts'
import { microTime } from './lease.ts'
import { TokenBucket } from './token-bucket.ts'
import { type EventReporter, type EventSubject, eventOf, readTrouble, type Trouble } from './trouble.ts'

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
 * Tells the authors of Ingresses what is wrong with them: an Event for each diagnostic. Takes the whole list each time and
 * writes only what is new; trouble that lasts, or comes back, is counted in the series of the Event that there is, also
 * when another replica made it. Never holds anybody up: what is over the limits is dropped and counted.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #limits: Required<EventLimits>
  readonly #all: TokenBucket
  readonly #byObject = new Map<string, TokenBucket>()
  /** Trouble that was told, and when. */
  readonly #told = new Map<string, number>()
  #present = new Map<string, Trouble>()
  #queue = new Map<string, Trouble>()
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

  /** Takes over all trouble that there is now. */
  update(diagnostics: readonly Diagnostic[]): void {
    const before = this.#present
    this.#present = new Map(diagnostics.flatMap(diagnostic => readTrouble(diagnostic)))
    for (const [key, trouble] of this.#present) {
      if (!before.has(key) || this.#isDue(key)) this.#queue.set(key, trouble)
    }
    for (const key of this.#queue.keys()) if (!this.#present.has(key)) this.#queue.delete(key)
    this.#wake.resolve()
  }

  /** Tells of everything again: to be called when this replica begins to lead. */
  poke(): void {
    for (const [key, trouble] of this.#present) if (this.#isDue(key)) this.#queue.set(key, trouble)
    this.#wake.resolve()
  }

  /** Writes until the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { signal, leading } = this.#options
    while (!signal.aborted) {
      await Promise.race([this.#wake.promise, pause(this.#limits.repeatAfter, signal)])
      this.#wake = Promise.withResolvers<void>()
      for (const [key, trouble] of this.#present) if (this.#isDue(key)) this.#queue.set(key, trouble)
      for (const [key, trouble] of this.#queue) {
        if (!leading() || signal.aborted) break
        this.#queue.delete(key)
        await this.#tell(trouble)
      }
      this.#forgetOld()
    }
  }

  #isDue(key: string): boolean {
    const toldAt = this.#told.get(key)
    return toldAt === undefined || performance.now() - toldAt >= this.#limits.repeatAfter
  }

  async #tell(trouble: Trouble): Promise<void> {
    const subject = this.#options.subject(trouble.object)
    if (subject === undefined) return
    this.#told.set(trouble.key, performance.now())
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
      if (!this.#present.has(key) && performance.now() - toldAt > 2 * this.#limits.repeatAfter) this.#told.delete(key)
    }
    for (const [name, bucket] of this.#byObject) if (bucket.full) this.#byObject.delete(name)
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('The Event cannot be written', { code: 0, reason: 'Unreachable', cause: error })
}
