import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { hasCode } from '../../src/cluster/api-error.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '../../src/cluster/api-resources.ts'
import {
  type ClusterKind,
  freshName,
  freshNamespace,
  ingressClass,
  type TestCluster,
} from '../cluster/test-clusters.ts'
import { Backends } from './backends.ts'
import { IngotProcess } from './ingot-process.ts'

/** A cluster with a namespace of its own, Services that lead to small backends, and `ingot serve --cluster`. */
export class ClusterFixture {
  readonly author: ApiClient
  readonly namespace: string
  /** A class that the program is made to take for its own by {@link serveOwn}. */
  readonly className = freshName('class')
  readonly backends = new Backends()
  readonly cluster: TestCluster
  readonly #folder: string
  readonly #resolves: boolean
  readonly #resolve: string[] = []
  readonly #running: IngotProcess[] = []

  constructor(cluster: TestCluster, author: ApiClient, namespace: string, folder: string, resolves: boolean) {
    this.cluster = cluster
    this.author = author
    this.namespace = namespace
    this.#folder = folder
    this.#resolves = resolves
  }

  static async start(kind: ClusterKind): Promise<ClusterFixture> {
    const cluster = await kind.start()
    const author = new ApiClient(cluster.direct)
    const namespace = await freshNamespace(author)
    const folder = await mkdtemp(join(tmpdir(), 'ingot-cluster-'))
    // A real API server refuses EndpointSlices with loopback addresses, which is where the backends are.
    return new ClusterFixture(cluster, author, namespace, folder, kind.name.includes('real'))
  }

  /** A Service with as many backends as it has names; backends tell their names. */
  async service(name: string, ports: readonly object[], ...backendNames: string[]): Promise<void> {
    await this.backends.start(...backendNames)
    const { namespace } = this
    const spec = { type: 'ClusterIP', ports }
    await this.author.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec })
    const addresses = backendNames.map(backend => this.backends.address(backend))
    if (this.#resolves) this.#resolve.push('--resolve', `${namespace}/${name}=${addresses.join(',')}`)
    else await this.#slices(name, ports, addresses)
  }

  async ingress(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const metadata = { name, namespace: this.namespace, annotations }
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec }
    await this.author.create(ingresses, object as unknown as ApiObject)
  }

  /** An Ingress of the class of this cluster's own that brings a host to a Service, whose port is 80. */
  async route(name: string, host: string, service: string, spec: object = {}): Promise<void> {
    const backend = { service: { name: service, port: { number: 80 } } }
    const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }]
    await this.ingress(name, { ingressClassName: this.className, rules, ...spec })
  }

  /** A Secret with a certificate; one that is there gets another. Returns the authority that vouches for it. */
  async certificate(name: string, ...hosts: string[]): Promise<string> {
    const issuer = await authority()
    const pair = await issuer.issue(hosts)
    const data = { 'tls.crt': base64(pair.cert), 'tls.key': base64(pair.key) }
    const { namespace } = this
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'kubernetes.io/tls', data }
    await this.author.create(secrets, secret).catch(error => {
      if (!hasCode(error, 409)) throw error
      return this.author.patch(secrets, { namespace, name }, { data })
    })
    return issuer.pem
  }

  /** The addresses in the status of an Ingress. */
  async addressesOf(name: string): Promise<string[]> {
    const { status } = await this.author.get(ingresses, { namespace: this.namespace, name })
    const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: { ip: string }[] } }
    return (loadBalancer?.ingress ?? []).map(({ ip }) => ip)
  }

  /** Starts the program for this namespace alone, and resolves when it is ready. */
  async serve(...flags: string[]): Promise<IngotProcess> {
    const kubeconfig = join(this.#folder, 'kubeconfig')
    await writeFile(kubeconfig, kubeconfigOf(this.cluster.url, this.namespace))
    const ingot = await IngotProcess.serve(
      ...['--cluster', '--kubeconfig', kubeconfig, '--namespace', this.namespace],
      ...[...this.#resolve, ...flags],
    )
    this.#running.push(ingot)
    return ingot
  }

  /** The same, for Ingresses of the class of this cluster alone. */
  async serveOwn(...flags: string[]): Promise<IngotProcess> {
    await this.#createClass()
    return this.serve('--controller', controllerOf(this.className), ...flags)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(ingot => ingot.stop('SIGKILL')))
    await this.backends.stop()
    await this.author.close()
    await this.cluster.stop()
    await rm(this.#folder, { recursive: true })
  }

  async #createClass(): Promise<void> {
    const made = this.author.create(ingressClasses, ingressClass(this.className, controllerOf(this.className)))
    await made.catch(error => {
      if (!hasCode(error, 409)) throw error
    })
  }

  /** Each backend has a port of its own, and a slice has one port for all its endpoints. */
  async #slices(service: string, ports: readonly object[], addresses: readonly string[]): Promise<void> {
    for (const [index, address] of addresses.entries()) {
      const [ip, port] = address.split(':')
      const metadata = {
        name: `${service}-${index}`,
        namespace: this.namespace,
        labels: { 'kubernetes.io/service-name': service },
      }
      await this.author.create(endpointSlices, {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4' },
        ports: ports.map(written => ({
          name: (written as { name?: string }).name ?? '',
          port: Number(port),
          protocol: 'TCP',
        })),
        endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      })
    }
  }
}

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}

function controllerOf(className: string): string {
  return `ingot.dev/${className}`
}

function kubeconfigOf(server: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: {} }],
  })
}
