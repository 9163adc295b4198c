import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type ClassOptions,
  DEFAULT_CONTROLLER,
  formatName,
  type KubernetesObject,
  type ObjectReference,
} from '@ingot/kubernetes'
import type { GenerationChanges } from '../control/control-loop.ts'
import { takesTurns } from '../control/in-slices.ts'
import { LaterCall } from '../control/later-call.ts'
import type { Source, SourceChange } from '../sources/source.ts'
import { ApiClient } from './api-client.ts'
import type { ApiConnection } from './api-connection.ts'
import type { ApiError } from './api-error.ts'
import { isRecord } from './api-object.ts'
import type { BackoffOptions } from './backoff.ts'
import { classOwnership } from './class-ownership.ts'
import { ClusterSource, type Ownership } from './cluster-source.ts'
import { EventRecorder } from './event-recorder.ts'
import { type ElectionTiming, LeaderElection } from './leader-election.ts'
import type { PublishedAddress } from './publish-addresses.ts'
import { PublishedService } from './published-service.ts'
import type { ReflectorHealth, ReflectorTuning } from './reflector.ts'
import { RoutedIngresses } from './routed-ingresses.ts'
import { StatusWriter } from './status-writer.ts'
import type { EventSubject } from './trouble.ts'

/** What `ingot serve --cluster` can be told about the cluster. */
export interface ClusterModeOptions {
  readonly connection: ApiConnection
  /** Which Ingresses are ours. */
  readonly classes: Omit<ClassOptions, 'mode' | 'namespaces'>
  /** The namespaces to look at; all of them, if empty. */
  readonly namespaces: readonly string[]
  readonly ingressSelector?: string | undefined
  /** Secrets to be read although no Ingress names them. */
  readonly secrets?: readonly { readonly namespace: string; readonly name: string }[]
  readonly publish: PublishOptions
  /** Whether findings are told as Events. Default: true. */
  readonly events?: boolean
  readonly lease?: LeaseOptions
  readonly tuning?: ClusterTuning
  readonly onNews: (news: ClusterNews) => void
}

/** Where requests come in, for the status of our Ingresses. Without either, no status is written. */
interface PublishOptions {
  readonly addresses?: readonly PublishedAddress[]
  /** The Service that brings requests here. Only asked if there are no `addresses`. */
  readonly service?: { readonly namespace: string; readonly name: string } | undefined
  /** Take the addresses off when the last replica stops. Default: false. */
  readonly clearOnStop?: boolean
}

/** The Lease that makes one replica the leader. */
interface LeaseOptions {
  /** Default: the namespace this runs in. */
  readonly namespace?: string
  /** The same for all replicas that share their Ingresses, and for no others. Default: `ingot-leader`. */
  readonly name?: string
  /** Default: the host name and something random. */
  readonly identity?: string
}

interface ClusterTuning {
  readonly reflector?: ReflectorTuning
  readonly election?: ElectionTiming
  /** Between writes that fail. */
  readonly backoff?: BackoffOptions
}

/** Something worth a line in the log or a metric. */
export type ClusterNews =
  | { readonly about: 'connection'; readonly health: ReflectorHealth }
  | { readonly about: 'leadership'; readonly leading: boolean }
  | { readonly about: 'failure'; readonly doing: 'election' | 'status' | 'event'; readonly error: ApiError }

/** What has gone live, as far as the cluster is told of it. */
export interface LiveRouting {
  readonly changes: GenerationChanges
}

/** The cluster side of `ingot serve --cluster`: brings its objects, and tells it what became of them. */
export class ClusterMode {
  readonly #options: ClusterModeOptions
  readonly #client: ApiClient
  readonly #stopped = new AbortController()
  readonly #ownership: Ownership
  readonly #source: ClusterSource
  readonly #election: LeaderElection
  readonly #status: StatusWriter
  readonly #published: PublishedService | undefined
  readonly #events: EventRecorder
  readonly #work: Promise<void>[]
  /** By origin, as the control loop was last given them. */
  readonly #ingresses = new Map<string, KubernetesObject>()
  readonly #classes = new Map<string, KubernetesObject>()
  #addresses: readonly PublishedAddress[] | undefined
  readonly #routed = new RoutedIngresses()
  #isLive = false
  readonly #telling = new LaterCall(() => this.#tell(), { quiet: 100, limit: 1_000 })
  /** Ingresses that have changed since the status writer was last told, by origin. */
  #changed = new Set<string>()
  /** Whether anything else has on which all statuses depend. */
  #isAllStale = true

  /** Begins to take part in the election at once; objects are read when `source` is. */
  constructor(options: ClusterModeOptions) {
    this.#options = options
    this.#client = new ApiClient(options.connection)
    this.#ownership = classOwnership(options.classes)
    this.#addresses = options.publish.addresses
    this.#source = this.#createSource()
    this.#election = this.#createElection()
    this.#status = this.#createStatusWriter()
    this.#events = this.#createEventRecorder()
    this.#published = this.#createPublishedService()
    this.#work = [this.#election.run(), this.#status.run(), this.#events.run()]
    if (this.#published !== undefined) this.#work.push(this.#published.run())
  }

  /** For the control loop. One reader. */
  get source(): Source {
    return this.#readSource()
  }

  get leading(): boolean {
    return this.#election.leading
  }

  /** How the way to the API server is, for each thing that is followed. */
  health(): ReflectorHealth[] {
    return [...this.#source.health(), ...(this.#published?.health() ?? [])]
  }

  /** To be called whenever a routing has gone live: writes status and Events, if this replica leads. */
  live({ changes }: LiveRouting): void {
    const { isWhole, findings } = changes
    this.#isLive = true
    this.#routed.take(changes)
    if (this.#options.events !== false) this.#events.take({ isWhole, ...findings })
    this.#telling.ask()
  }

  /** Of changes in a row only the outcome is told. */
  #tell(): void {
    // Before the first routing is live nothing is known of any Ingress.
    if (!this.#isLive) return
    this.#tellStatus()
    this.#events.tell()
  }

  /** Lets go of the Lease and ends everything. What went live stays live. */
  async stop(): Promise<void> {
    const { addresses, service, clearOnStop = false } = this.#options.publish
    const led = this.leading
    this.#telling.flush()
    this.#telling.cancel()
    this.#stopped.abort()
    await Promise.all(this.#work)
    // What was never published is not ours to take away.
    if (led && clearOnStop && (addresses ?? service) !== undefined) {
      await this.#election.leadAsTheLast(signal => this.#status.clear(signal))
    }
    await this.#client.close()
  }

  async *#readSource(): AsyncGenerator<readonly SourceChange[]> {
    for await (const batch of this.#source) {
      // By other classes what is about to change may not look like ours any more.
      if (batch.some(({ origin }) => origin.startsWith('IngressClass/'))) this.#telling.flush()
      // Until it is live, the Ingresses and the routes are of two times.
      this.#telling.hold()
      await this.#keepAll(batch)
      yield batch
      // A change of nothing but a status makes no routing go live.
      if (this.#isAllStale || this.#changed.size > 0) this.#telling.ask()
      this.#telling.release()
    }
  }

  async #keepAll(batch: readonly SourceChange[]): Promise<void> {
    const takeTurns = takesTurns()
    // First all: what is ours is so by the classes of before.
    for (const { origin } of batch) {
      this.#rememberOurs(origin)
      await takeTurns()
    }
    for (const change of batch) {
      this.#keep(change)
      await takeTurns()
    }
  }

  /** What is about to change may have been ours for so short a time that the status writer was not told. */
  #rememberOurs(origin: string): void {
    const before = this.#ingresses.get(origin)
    if (before !== undefined) this.#status.remember(before, this.#addresses)
  }

  #keep({ origin, objects: [object] }: SourceChange): void {
    const kept = origin.startsWith('Ingress/') ? this.#ingresses : this.#classes
    if (!/^Ingress(Class)?\//.test(origin)) return
    if (kept === this.#ingresses) this.#changed.add(origin)
    else this.#isAllStale = true
    if (object === undefined) kept.delete(origin)
    else kept.set(origin, object)
  }

  #tellStatus(): void {
    const others = this.#routed.touched()
    const changed = this.#changed
    this.#changed = new Set()
    if (!this.#isAllStale) {
      const ingresses = new Map([...changed].map(origin => [nameIn(origin), this.#ingresses.get(origin)]))
      this.#status.change({ ingresses, others })
      return
    }
    this.#isAllStale = false
    const isLive = ({ metadata }: KubernetesObject) => this.#routed.has(formatName(metadata))
    this.#status.update({ ingresses: this.#ingresses.values(), addresses: this.#addresses, isLive })
    // Trouble of Ingresses that were another's before is to be told now.
    this.#events.poke()
  }

  #createPublishedService(): PublishedService | undefined {
    const { publish, tuning = {}, onNews } = this.#options
    if (publish.addresses !== undefined || publish.service === undefined) return undefined
    return new PublishedService({
      client: this.#client,
      service: publish.service,
      signal: this.#stopped.signal,
      ...(tuning.reflector && { tuning: tuning.reflector }),
      onHealth: health => onNews({ about: 'connection', health }),
      onAddresses: addresses => {
        this.#addresses = addresses
        this.#isAllStale = true
        this.#telling.ask()
        this.#telling.flush()
      },
    })
  }

  #createSource(): ClusterSource {
    const { namespaces, ingressSelector, secrets = [], tuning = {}, onNews } = this.#options
    return new ClusterSource({
      client: this.#client,
      ownership: this.#ownership,
      signal: this.#stopped.signal,
      namespaces,
      ingressSelector,
      secrets: secrets.map(secret => ({ kind: 'Secret', ...secret })),
      ...(tuning.reflector && { tuning: tuning.reflector }),
      onHealth: health => onNews({ about: 'connection', health }),
    })
  }

  #createElection(): LeaderElection {
    const { lease = {}, tuning = {}, onNews } = this.#options
    return new LeaderElection({
      client: this.#client,
      namespace: lease.namespace ?? this.#client.namespace,
      name: lease.name ?? 'ingot-leader',
      identity: lease.identity ?? `${hostname()}_${randomUUID()}`,
      signal: this.#stopped.signal,
      ...(tuning.election && { timing: tuning.election }),
      onChange: leading => {
        onNews({ about: 'leadership', leading })
        if (!leading) return
        this.#status.poke()
        this.#events.poke()
      },
      onError: error => onNews({ about: 'failure', doing: 'election', error }),
    })
  }

  #createStatusWriter(): StatusWriter {
    const { tuning = {}, onNews } = this.#options
    return new StatusWriter({
      client: this.#client,
      leading: () => this.leading,
      owns: ingress => this.#owns(ingress),
      signal: this.#stopped.signal,
      ...(tuning.backoff && { backoff: tuning.backoff }),
      onError: (_, error) => onNews({ about: 'failure', doing: 'status', error }),
    })
  }

  #createEventRecorder(): EventRecorder {
    const { classes, lease = {}, tuning = {}, onNews } = this.#options
    return new EventRecorder({
      client: this.#client,
      controller: classes.controller ?? DEFAULT_CONTROLLER,
      instance: lease.identity ?? hostname(),
      leading: () => this.leading,
      subject: object => this.#subject(object),
      signal: this.#stopped.signal,
      ...(tuning.backoff && { backoff: tuning.backoff }),
      onError: error => onNews({ about: 'failure', doing: 'event', error }),
    })
  }

  #owns(ingress: KubernetesObject): boolean {
    return this.#ownership.ownsIngress(ingress, [...this.#classes.values()])
  }

  /** Events go to our own Ingresses and classes: what is wrong with others is for their controllers to tell. */
  #subject({ kind, namespace, name }: ObjectReference): EventSubject | undefined {
    const object =
      kind === 'Ingress'
        ? this.#ingresses.get(`Ingress/${namespace}/${name}`)
        : this.#classes.get(`IngressClass/${name}`)
    if (object === undefined || object.kind !== kind) return undefined
    const ours = kind === 'Ingress' ? this.#owns(object) : this.#ownership.ownsClass(object)
    if (!ours) return undefined
    const { uid } = isRecord(object.raw.metadata) ? object.raw.metadata : {}
    return { apiVersion: object.apiVersion, uid: typeof uid === 'string' ? uid : undefined }
  }
}

/** The namespace and name in an origin. */
function nameIn(origin: string): string {
  return origin.slice(origin.indexOf('/') + 1)
}
