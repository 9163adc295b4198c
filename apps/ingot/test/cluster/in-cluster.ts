import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ApiClient, type ApiClientOptions } from '../../src/cluster/api-client.ts'
import type { ApiConnection } from '../../src/cluster/api-connection.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import type { ApiResource, ResourcePlace } from '../../src/cluster/api-resources.ts'
import { type Faults, matches, type When } from './api-server/faults.ts'
import {
  Background,
  type ClusterKind,
  clientOf,
  clusterKinds,
  freshNamespace,
  type TestCluster,
} from './test-clusters.ts'

/** Waits until what is read is as expected; far longer than it takes, for busy machines. */
export const eventually = (read: () => unknown) => expect.poll(read, { timeout: 60_000, interval: 20 })

/** Describes something before each kind of API server that can be had, and says of the others why they cannot. */
export function beforeEachKind(
  title: string,
  tests: (kind: ClusterKind) => void,
  kinds: readonly ClusterKind[] = clusterKinds,
): void {
  describe.each(kinds)(title, kind => {
    if (kind.missing !== undefined) return void it.skip(kind.missing, () => undefined)
    tests(kind)
  })
}

/** The same with the API server started, and stopped at the end: `$name` in the title stands for which one it is. */
export function inCluster(title: string, tests: (cluster: InCluster) => void, kinds?: readonly ClusterKind[]): void {
  const started = (kind: ClusterKind) => {
    const cluster = new InCluster(kind)
    beforeAll(() => cluster.start())
    beforeEach(() => cluster.begin())
    afterEach(() => cluster.end())
    afterAll(() => cluster.stop())
    tests(cluster)
  }
  beforeEachKind(title, started, kinds)
}

/** What that of the tests cannot show: it validates little, and lets everybody do everything. */
export function inRealCluster(title: string, tests: (cluster: InCluster) => void): void {
  inCluster(title, tests, clusterKinds.slice(1))
}

/** An API server behind faults; each test has a namespace of its own in it, and work in the background that ends with it. */
export class InCluster {
  readonly #kind: ClusterKind
  #cluster: TestCluster | undefined
  #author: ApiClient | undefined
  #namespace = ''
  #background = new Background()
  readonly #clients: ApiClient[] = []

  constructor(kind: ClusterKind) {
    this.#kind = kind
  }

  async start(): Promise<void> {
    this.#cluster = await this.#kind.start()
    this.#author = new ApiClient(this.#cluster.direct)
  }

  async begin(): Promise<void> {
    this.#namespace = await freshNamespace(this.author)
    this.#background = new Background()
  }

  async end(): Promise<void> {
    this.faults.clear()
    await this.#background.end()
    await Promise.all(this.#clients.splice(0).map(client => client.close()))
  }

  async stop(): Promise<void> {
    await this.#author?.close()
    await this.#cluster?.stop()
  }

  /** Whether `compact` works. */
  get compacts(): boolean {
    return this.#kind.compacts
  }

  /** Whether wrong objects are refused, such as endpoints with addresses of the loopback interface. */
  get validates(): boolean {
    return this.#kind.validates
  }

  /** For what the test itself does: meets no faults. */
  get author(): ApiClient {
    return this.#author!
  }

  /** That of this test. */
  get namespace(): string {
    return this.#namespace
  }

  /** The place of an object of this test. */
  at(name: string): { namespace: string; name: string } {
    return { namespace: this.#namespace, name }
  }

  create(resource: ApiResource, object: ApiObject): Promise<ApiObject> {
    return this.author.create(resource, object)
  }

  update(resource: ApiResource, object: ApiObject, options?: { subresource: 'status' }): Promise<ApiObject> {
    return this.author.update(resource, object, options)
  }

  /** Of this test's namespace, if only its name is said; the same for those below. */
  get(resource: ApiResource, place: string | ResourcePlace): Promise<ApiObject> {
    return this.author.get(resource, this.#placed(place))
  }

  patch(
    resource: ApiResource,
    place: string | ResourcePlace,
    changes: Readonly<Record<string, unknown>>,
  ): Promise<ApiObject> {
    return this.author.patch(resource, this.#placed(place), changes)
  }

  async delete(resource: ApiResource, place: string | ResourcePlace): Promise<void> {
    await this.author.delete(resource, this.#placed(place))
  }

  /** Those of a namespace: this test's, if none is said. */
  async list(resource: ApiResource, namespace = this.#namespace): Promise<readonly ApiObject[]> {
    return (await this.author.list(resource, { namespace })).items
  }

  get url(): string {
    return this.#running.url
  }

  /** The API server itself, over TLS, without faults. */
  get direct(): ApiConnection {
    return this.#running.direct
  }

  get faults(): Faults {
    return this.#running.faults
  }

  /** How many such requests have come so far. */
  requests(when: When): number {
    return this.faults.requests.filter(request => matches(request, when)).length
  }

  /** A client that meets faults, told from others by its user agent, until the test ends. */
  client(userAgent: string, options: ApiClientOptions = {}): ApiClient {
    const client = clientOf(this.#running, { userAgent, timeout: 2_000, ...options })
    this.#clients.push(client)
    return client
  }

  /** Ends with the test. */
  get signal(): AbortSignal {
    return this.#background.signal
  }

  /** Work that ends with {@link signal}. */
  background(work: Promise<unknown>): void {
    this.#background.add(work)
  }

  /** What the test began ends before the test does. */
  endBackground(): Promise<void> {
    return this.#background.end()
  }

  compact(resourceVersion?: string): Promise<void> {
    return this.#running.compact(resourceVersion)
  }

  goAway(): Promise<void> {
    return this.#running.goAway()
  }

  comeBack(): Promise<void> {
    return this.#running.comeBack()
  }

  #placed(place: string | ResourcePlace): ResourcePlace {
    return typeof place === 'string' ? this.at(place) : place
  }

  get #running(): TestCluster {
    return this.#cluster!
  }
}
