import { ApiClient, type ApiClientOptions } from '../../src/cluster/api-client.ts'
import { type ApiConnection, plainConnection } from '../../src/cluster/api-connection.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { namespaces } from '../../src/cluster/api-resources.ts'
import type { Faults } from './api-server/faults.ts'
import { startApiServer } from './api-server.ts'
import { canCompact, startRealCluster, whyNoRealCluster } from './real-api-server/real-cluster.ts'

/** An API server behind faults. */
export interface TestCluster {
  readonly url: string
  /** The API server itself, over TLS, without faults. */
  readonly direct: ApiConnection
  readonly faults: Faults
  /** Makes all versions before this one too old; before the newest, if absent. */
  compact(resourceVersion?: string): Promise<void>
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

export interface ClusterKind {
  readonly name: string
  /** Why it cannot be had; `undefined` if it can. */
  readonly missing: string | undefined
  /** Whether `compact` works. */
  readonly compacts: boolean
  /** Whether wrong objects are refused, such as endpoints with addresses of the loopback interface. */
  readonly validates: boolean
  start(): Promise<TestCluster>
}

/** What every cluster test runs against. */
export const clusterKinds: readonly ClusterKind[] = [
  {
    name: 'the API server of the tests',
    missing: undefined,
    compacts: true,
    validates: false,
    start: startTestCluster,
  },
  {
    ...{ name: 'a real API server', missing: whyNoRealCluster(), start: startRealCluster },
    ...{ compacts: canCompact, validates: true },
  },
]

async function startTestCluster(): Promise<TestCluster> {
  const { url, direct, faults, store, goAway, comeBack, stop } = await startApiServer({ bookmarkInterval: 100 })
  return {
    url,
    direct,
    faults,
    goAway,
    comeBack,
    stop,
    compact: async version => store.compact(version === undefined ? undefined : Number(version)),
  }
}

/** A client of its own for each who is to be told from others by its user agent. */
export function clientOf(cluster: { readonly url: string }, options: ApiClientOptions = {}): ApiClient {
  return new ApiClient(plainConnection(cluster.url), options)
}

const run = Math.random().toString(36).slice(2)

/** Marks what one run of the tests leaves outside of its namespaces. */
export const testLabel = { labels: { 'ingot.dev/test': run }, selector: `ingot.dev/test=${run}` }

let counter = 0

/** A name that no other test uses. */
export function freshName(prefix = 'test'): string {
  counter += 1
  return `${prefix}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 8)}-${counter}`
}

/** A namespace that no other test uses. */
export async function freshNamespace(client: ApiClient): Promise<string> {
  const name = freshName()
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: testLabel.labels } })
  return name
}

type Fields = Readonly<Record<string, unknown>>

/** An object that a real API server accepts too. */
export function ingress(namespace: string, name: string, spec: Fields = {}, metadata: Fields = {}): ApiObject {
  const service = { name: 'web', port: { number: 80 } }
  const paths = [{ path: '/', pathType: 'Prefix', backend: { service } }]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace, name, ...metadata },
    spec: { rules: [{ host: `${name}.example.com`, http: { paths } }], ...spec },
  }
}

export function ingressClass(name: string, controller: string, parameters?: Fields): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, labels: testLabel.labels },
    spec: { controller, ...(parameters && { parameters }) },
  }
}

export function service(namespace: string, name: string, spec: Fields = {}): ApiObject {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP' }]
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec: { ports, ...spec } }
}

export function endpointSlice(namespace: string, name: string, addresses: readonly string[], of = 'web'): ApiObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
  }
}

export function configMap(namespace: string, name: string, data: Fields): ApiObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data }
}

export function secret(namespace: string, name: string, text = 'one'): ApiObject {
  const data = { token: Buffer.from(text).toString('base64') }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data }
}

/** Runs a test's background work and ends it. */
export class Background {
  readonly #controller = new AbortController()
  readonly #work: Promise<unknown>[] = []

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  add(work: Promise<unknown>): void {
    this.#work.push(work)
  }

  async end(): Promise<void> {
    this.#controller.abort()
    await Promise.all(this.#work)
  }
}
