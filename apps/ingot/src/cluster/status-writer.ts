import type { KubernetesObject } from '@ingot/kubernetes'
import { takesTurns } from '../control/in-slices.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError, hasCode } from './api-error.ts'
import { type ApiObject, asKubernetesObject, isApiObject, isRecord } from './api-object.ts'
import { ingresses } from './api-resources.ts'
import { type BackoffOptions, pause } from './backoff.ts'
import { addressName, type PublishedAddress, stableAddresses } from './publish-addresses.ts'
import { RetryTimes } from './retry-times.ts'

export interface StatusWriterOptions {
  readonly client: ApiClient
  /** Whether this replica may write at this moment. Asked before each write. */
  readonly leading: () => boolean
  /** Whether an Ingress is ours as it is now. Asked again of the newest version when a write was in conflict. */
  readonly owns: (ingress: KubernetesObject) => boolean
  readonly signal: AbortSignal
  /** Writes under way at once. Default: 4. */
  readonly concurrency?: number
  readonly backoff?: BackoffOptions
  /** Called when a status could not be written; it is tried again. */
  readonly onError?: (ingress: string, error: ApiError) => void
}

const aDay = 86_400_000

/** What the writer goes by. */
export interface StatusState {
  /** Every Ingress that is seen, ours or not. */
  readonly ingresses: Iterable<KubernetesObject>
  /** Absent while they are not known: then our Ingresses keep what they have. */
  readonly addresses?: readonly PublishedAddress[] | undefined
  /** Whether requests can reach at least one route of an Ingress of ours (semantics 13.4). Default: always. */
  readonly isLive?: (ingress: KubernetesObject) => boolean
}

/** What is different since the writer was last told. */
export interface StatusChanges {
  /** Ingresses that have changed, by namespace and name; `undefined` for those that are gone. */
  readonly ingresses: ReadonlyMap<string, KubernetesObject | undefined>
  /** Those for which `isLive` may say something else. */
  readonly others: Iterable<string>
}

/**
 * Keeps `status.loadBalancer` of our Ingresses at the addresses where they can be reached (semantics 13). Writes only what
 * differs. An Ingress that was ours and is not any more loses the addresses that we gave it, and no others (10.8);
 * any other Ingress is never written.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions
  /** What was last seen of each Ingress, by namespace and name. */
  #ingresses = new Map<string, KubernetesObject>()
  /** Those that may have to be written. */
  #due = new Set<string>()
  #addresses: readonly PublishedAddress[] | undefined
  #isLive: (ingress: KubernetesObject) => boolean = () => true
  /** Ingresses that were ours at any time, and the addresses that they may have from us. */
  readonly #given = new Map<string, Map<string, PublishedAddress>>()
  readonly #retries: RetryTimes
  #signal: AbortSignal
  #wake = Promise.withResolvers<void>()

  constructor(options: StatusWriterOptions) {
    this.#options = options
    this.#retries = new RetryTimes(options.backoff)
    this.#signal = options.signal
  }

  /** Takes over what there is now. Every replica has to do so, so that the next leader knows what was ours. */
  update(state: StatusState): void {
    this.#ingresses = new Map([...state.ingresses].map(ingress => [keyOf(ingress), ingress]))
    this.#addresses = state.addresses && stableAddresses(state.addresses)
    this.#isLive = state.isLive ?? (() => true)
    for (const ingress of this.#ingresses.values()) this.remember(ingress, this.#addresses)
    for (const key of this.#given.keys()) if (!this.#ingresses.has(key)) this.#given.delete(key)
    this.poke()
  }

  /** Takes over what is different. */
  change({ ingresses, others }: StatusChanges): void {
    for (const [key, ingress] of ingresses) this.#change(key, ingress)
    for (const key of others) this.#due.add(key)
    this.#wake.resolve()
  }

  #change(key: string, ingress: KubernetesObject | undefined): void {
    if (ingress === undefined) {
      this.#ingresses.delete(key)
      this.#given.delete(key)
      return
    }
    this.#ingresses.set(key, ingress)
    this.remember(ingress, this.#addresses)
    this.#due.add(key)
  }

  /** An Ingress that is ours may have these addresses from us, also when it ceases to be before `update` is called. */
  remember(ingress: KubernetesObject, addresses: readonly PublishedAddress[] | undefined): void {
    if (!this.#options.owns(ingress)) return
    const key = keyOf(ingress)
    const given = this.#given.get(key) ?? new Map<string, PublishedAddress>()
    for (const address of addresses ?? []) given.set(addressName(address), address)
    this.#given.set(key, given)
  }

  /** Looks again at everything: to be called when this replica begins to lead. */
  poke(): void {
    this.#due = new Set(this.#ingresses.keys())
    this.#wake.resolve()
  }

  /** Writes until the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      await this.#nextLook()
      this.#wake = Promise.withResolvers<void>()
      await this.#writeAll()
    }
  }

  /** Takes our addresses off all our Ingresses, once: for when `run` has ended and no other replica is left. */
  async clear(signal: AbortSignal): Promise<void> {
    this.#signal = signal
    this.#addresses = []
    this.poke()
    await this.#writeAll()
  }

  async #nextLook(): Promise<void> {
    const timer = new AbortController()
    const either = AbortSignal.any([this.#options.signal, timer.signal])
    await Promise.race([this.#wake.promise, pause(this.#retries.untilNext() ?? aDay, either)])
    timer.abort()
  }

  async #writeAll(): Promise<void> {
    const queue = new Set([...this.#due, ...this.#retries.due()]).values()
    this.#due = new Set()
    const takeTurns = takesTurns()
    const work = async () => {
      // One iterator for all: each takes what nobody has taken.
      for (const key of queue) {
        if (!this.#options.leading()) return
        const ingress = this.#ingresses.get(key)
        if (ingress !== undefined && this.#isToBeWritten(key, ingress)) await this.#write(key, ingress)
        await takeTurns()
      }
    }
    await Promise.all(Array.from({ length: this.#options.concurrency ?? 4 }, work))
  }

  #isToBeWritten(key: string, ingress: KubernetesObject): boolean {
    return this.#retries.mayTry(key) && this.#wanted(key, ingress) !== undefined
  }

  async #write(key: string, ingress: KubernetesObject): Promise<void> {
    try {
      await this.#put(key, ingress).catch(error => {
        // Somebody else wrote in between: the newest version decides.
        if (hasCode(error, 409)) return this.#putNewest(key)
        throw error
      })
      this.#retries.succeeded(key)
    } catch (error) {
      if (hasCode(error, 404)) this.#retries.succeeded(key)
      else this.#failed(key, error)
    }
  }

  #failed(key: string, error: unknown): void {
    if (this.#signal.aborted) return
    this.#retries.failed(key, error)
    this.#options.onError?.(key, error instanceof ApiError ? error : unreachable(error))
  }

  async #putNewest(key: string): Promise<void> {
    const [namespace, name] = key.split('/')
    const newest = await this.#options.client.get(ingresses, { namespace, name }, this.#signal)
    await this.#put(key, asKubernetesObject(newest))
  }

  async #put(key: string, ingress: KubernetesObject): Promise<void> {
    const wanted = this.#wanted(key, ingress)
    if (wanted === undefined || !this.#options.leading()) return
    const { client } = this.#options
    const status = { ...(isRecord(ingress.raw.status) ? ingress.raw.status : {}), loadBalancer: { ingress: wanted } }
    const changed = { ...ingress.raw, status } as unknown as ApiObject
    const written = await client.update(ingresses, changed, { subresource: 'status', signal: this.#signal })
    // Until the watch brings it: what was written need not be written again.
    if (this.#ingresses.get(key) === ingress && isApiObject(written))
      this.#ingresses.set(key, asKubernetesObject(written))
  }

  /** The entries that the Ingress should have; `undefined` if they are right already, or not our business. */
  #wanted(key: string, ingress: KubernetesObject): readonly unknown[] | undefined {
    const present = entriesOf(ingress)
    const wanted = this.#options.owns(ingress)
      ? this.#wantedOfOurs(ingress)
      : present.filter(entry => !this.#wasGiven(key, entry))
    return wanted === undefined || sameEntries(present, wanted) ? undefined : wanted
  }

  #wantedOfOurs(ingress: KubernetesObject): readonly PublishedAddress[] | undefined {
    return this.#addresses === undefined || this.#isLive(ingress) ? this.#addresses : []
  }

  #wasGiven(key: string, entry: unknown): boolean {
    const given = this.#given.get(key)
    return stableAddresses([entry]).some(address => given?.has(addressName(address)) === true)
  }
}

function entriesOf(ingress: KubernetesObject): readonly unknown[] {
  const status = isRecord(ingress.raw.status) ? ingress.raw.status : {}
  const balancer = isRecord(status.loadBalancer) ? status.loadBalancer : {}
  return Array.isArray(balancer.ingress) ? balancer.ingress : []
}

function sameEntries(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function keyOf(ingress: KubernetesObject): string {
  return `${ingress.metadata.namespace}/${ingress.metadata.name}`
}

function unreachable(cause: unknown): ApiError {
  return new ApiError('The status cannot be written', { code: 0, reason: 'Unreachable', cause })
}
