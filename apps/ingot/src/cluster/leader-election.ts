import type { ApiClient } from './api-client.ts'
import { ApiError, hasCode } from './api-error.ts'
import type { ApiObject } from './api-object.ts'
import { leases } from './api-resources.ts'
import { pause } from './backoff.ts'
import { type LeaseRecord, leaseSpec, microTime, readLease } from './lease.ts'

/** Times in milliseconds; the defaults are those of Kubernetes' own controllers. */
export interface ElectionTiming {
  /** How long others wait after the last sign of life of a leader. Whole seconds. Default: 15,000. */
  readonly leaseDuration?: number
  /** How long a leader that cannot renew goes on leading. Less than `leaseDuration`. Default: 10,000. */
  readonly renewDeadline?: number
  /** Between two tries, up to a fifth more at random. Default: 2,000. */
  readonly retryPeriod?: number
}

export interface LeaderElectionOptions {
  readonly client: ApiClient
  /** The Lease. */
  readonly namespace: string
  readonly name: string
  /** Tells this replica from the others: the name of the Pod and something random. */
  readonly identity: string
  /** Lets go of the lease and ends the election. */
  readonly signal: AbortSignal
  readonly timing?: ElectionTiming
  /** Called when this replica begins or ceases to lead. */
  readonly onChange?: (leading: boolean) => void
  /** Called when the Lease could not be read or written. */
  readonly onError?: (error: ApiError) => void
}

/** How many tries every other replica has had before a replica takes itself for the last one. */
const triesOfOthers = 3

/** What is in the Lease, and since when that is so by our own clock. */
interface Observation {
  readonly lease: ApiObject
  readonly record: LeaseRecord
  readonly at: number
}

/**
 * Makes one replica of several the leader. No clock is compared with another's: a leader counts from when it sent its
 * last renewal that was taken, the others from when they last saw the Lease change, which is never earlier; so a leader
 * that is cut off has stepped down before another one can take over, however wrong the clocks are.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions
  readonly #timing: Required<ElectionTiming>
  #observed: Observation | undefined
  /** Until when this replica may lead, by the monotonic clock. */
  #leadsUntil = Number.NEGATIVE_INFINITY
  #deadline: NodeJS.Timeout | undefined
  #reported = false

  /** Throws a `RangeError` if the times do not leave room for a leader to step down. */
  constructor(options: LeaderElectionOptions) {
    this.#options = options
    this.#timing = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000, ...options.timing }
    const { leaseDuration, renewDeadline, retryPeriod } = this.#timing
    if (leaseDuration % 1000 !== 0) throw new RangeError('leaseDuration must be whole seconds')
    if (leaseDuration <= renewDeadline) throw new RangeError('leaseDuration must be more than renewDeadline')
    if (renewDeadline <= 1.2 * retryPeriod) throw new RangeError('renewDeadline must be more than 1.2 retryPeriod')
  }

  /** Whether this replica leads at this moment: right even if the process was just held up and no timer has run yet. */
  get leading(): boolean {
    return performance.now() < this.#leadsUntil
  }

  /** Takes part until the signal is aborted, then lets go. Never throws. */
  async run(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      await this.#tryOnce()
      await pause(this.#timing.retryPeriod * (1 + Math.random() / 5), signal)
    }
    await this.#release()
  }

  /**
   * For when `run` has ended: waits whether another replica takes the Lease, and if none does, leads once more, for as
   * long as a leader may without renewing. Never throws.
   */
  async leadAsTheLast(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = AbortSignal.timeout(triesOfOthers * this.#timing.retryPeriod + this.#timing.renewDeadline)
    try {
      const lease = await this.#unclaimed(signal)
      if (lease === undefined) return
      const sentAt = performance.now()
      // Refused if somebody has taken it since.
      this.#lead(await this.#write(lease, signal), sentAt)
      await work(signal)
      await this.#release()
    } catch (error) {
      this.#stepDown()
      this.#options.onError?.(asApiError(error))
    }
  }

  /** The Lease, after others had time to take it; `undefined` if one has, or there is no Lease. */
  async #unclaimed(signal: AbortSignal): Promise<ApiObject | undefined> {
    const { retryPeriod } = this.#timing
    const end = performance.now() + triesOfOthers * retryPeriod
    for (;;) {
      const lease = await this.#read(signal)
      if (lease === undefined || readLease(lease).holder !== '') return undefined
      if (performance.now() > end) return lease
      await pause(retryPeriod / 2, signal)
    }
  }

  async #tryOnce(): Promise<void> {
    const sentAt = performance.now()
    // A request must not outlive the leadership that it renews.
    const limit = AbortSignal.any([this.#options.signal, AbortSignal.timeout(this.#timing.renewDeadline)])
    try {
      const lease = await this.#read(limit)
      if (lease === undefined) return this.#lead(await this.#create(limit), sentAt)
      this.#observe(lease)
      if (this.#mayTake()) this.#lead(await this.#write(lease, limit), sentAt)
      else this.#stepDown()
    } catch (error) {
      if (this.#options.signal.aborted) return
      // Somebody else wrote in between: the next try sees who, and that need not be another leader.
      if (!hasCode(error, 409)) this.#options.onError?.(asApiError(error))
    }
  }

  async #read(signal: AbortSignal): Promise<ApiObject | undefined> {
    const { client, namespace, name } = this.#options
    return client.get(leases, { namespace, name }, signal).catch(error => {
      if (hasCode(error, 404)) return undefined
      throw error
    })
  }

  async #create(signal: AbortSignal): Promise<ApiObject> {
    const { client, namespace, name } = this.#options
    const { apiVersion, kind } = leases
    const spec = leaseSpec(this.#record(undefined))
    return client.create(leases, { apiVersion, kind, metadata: { namespace, name }, spec }, signal)
  }

  /** Carries the resource version that was read: the API server refuses it if somebody else has written since. */
  async #write(lease: ApiObject, signal: AbortSignal): Promise<ApiObject> {
    const spec = { ...(lease.spec as object), ...leaseSpec(this.#record(readLease(lease))) }
    return this.#options.client.update(leases, { ...lease, spec }, { signal })
  }

  #record(before: LeaseRecord | undefined): LeaseRecord {
    const holder = this.#options.identity
    const now = microTime()
    const again = before?.holder === holder
    return {
      holder,
      durationSeconds: this.#timing.leaseDuration / 1000,
      renewTime: now,
      acquireTime: again && before.acquireTime !== '' ? before.acquireTime : now,
      transitions: before === undefined ? 0 : before.transitions + (again ? 0 : 1),
    }
  }

  #observe(lease: ApiObject): void {
    if (this.#observed?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return
    this.#observed = { lease, record: readLease(lease), at: performance.now() }
  }

  #mayTake(): boolean {
    const { record, at } = this.#observed!
    if (record.holder === '' || record.holder === this.#options.identity) return true
    const patience = Math.max(record.durationSeconds * 1000, this.#timing.leaseDuration)
    return performance.now() - at > patience
  }

  #lead(lease: ApiObject, sentAt: number): void {
    this.#observe(lease)
    this.#leadsUntil = sentAt + this.#timing.renewDeadline
    this.#armDeadline()
    this.#report()
  }

  #armDeadline(): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(
      () => {
        // A timer may come a moment too early.
        if (this.leading) this.#armDeadline()
        else this.#stepDown()
      },
      Math.max(1, this.#leadsUntil - performance.now()),
    )
  }

  #stepDown(): void {
    this.#leadsUntil = Number.NEGATIVE_INFINITY
    clearTimeout(this.#deadline)
    this.#report()
  }

  #report(): void {
    const { leading } = this
    if (leading === this.#reported) return
    this.#reported = leading
    this.#options.onChange?.(leading)
  }

  /** So that the next leader need not wait. Reads again, because a renewal may have been taken without our knowing. */
  async #release(): Promise<void> {
    const held = this.#observed?.record.holder === this.#options.identity
    this.#stepDown()
    if (held) await this.#letGo(AbortSignal.timeout(this.#timing.retryPeriod)).catch(() => undefined)
  }

  async #letGo(signal: AbortSignal): Promise<void> {
    const lease = await this.#read(signal)
    if (lease === undefined) return
    const record = readLease(lease)
    if (record.holder !== this.#options.identity) return
    const spec = leaseSpec({ ...record, holder: '', durationSeconds: 1, renewTime: microTime() })
    await this.#options.client.update(leases, { ...lease, spec }, { signal })
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('The Lease cannot be read or written', { code: 0, reason: 'Unreachable', cause: error })
}
