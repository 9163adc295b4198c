import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { hasCode } from '../../src/cluster/api-error.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '../../src/cluster/api-resources.ts'
import { beforeEachKind, InCluster } from '../cluster/in-cluster.ts'
import { type ClusterKind, endpointSlice, freshName, ingressClass } from '../cluster/test-clusters.ts'
import { Backends } from './backends.ts'
import { IngotProcess } from './ingot-process.ts'
import { kubeconfigText } from './kubeconfig.ts'

/** Describes the program in each kind of cluster that can be had: started before the tests, and stopped after them. */
export function programInCluster(
  title: string,
  tests: (cluster: ClusterFixture) => void,
  kinds?: readonly ClusterKind[],
): void {
  const started = (kind: ClusterKind) => {
    const cluster = new ClusterFixture(kind)
    beforeAll(() => cluster.start())
    afterAll(() => cluster.stop())
    tests(cluster)
  }
  beforeEachKind(title, started, kinds)
}

/** A namespace for all tests of a file, Services that lead to small backends, and `ingot serve --cluster`. */
export class ClusterFixture extends InCluster {
  /** A class that the program is made to take for its own. */
  readonly className = freshName('class')
  /** The controller that this class names. */
  readonly controller = `ingot.dev/${this.className}`
  readonly backends = new Backends()
  /** For the environment of the program. */
  env: Readonly<Record<string, string>> = {}
  #folder = ''
  /** Flags that say where Services are, where EndpointSlices cannot. */
  readonly resolve: string[] = []
  readonly #running: IngotProcess[] = []

  override async start(): Promise<void> {
    await super.start()
    await this.begin()
    this.#folder = await mkdtemp(join(tmpdir(), 'ingot-cluster-'))
  }

  /** A Service whose port is named `http`, with backends that tell their names: one by its own name, if none is said. */
  async service(name: string, backendNames: readonly string[] = [name], port = 80): Promise<void> {
    await this.backends.start(...backendNames)
    const { namespace } = this
    const spec = { type: 'ClusterIP', ports: [{ name: 'http', port, protocol: 'TCP' }] }
    await this.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec })
    const addresses = backendNames.map(backend => this.backends.address(backend))
    // There are no endpoints with loopback addresses where they are refused.
    if (this.validates) this.resolve.push('--resolve', `${namespace}/${name}=${addresses.join(',')}`)
    else for (const [index, address] of addresses.entries()) await this.#slice(name, index, address)
  }

  async ingress(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const metadata = { name, namespace: this.namespace, annotations }
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec }
    await this.create(ingresses, object as unknown as ApiObject)
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
    await this.create(secrets, secret).catch(error => {
      if (!hasCode(error, 409)) throw error
      return this.patch(secrets, name, { data })
    })
    return issuer.pem
  }

  /** The addresses in the status of an Ingress. */
  async addressesOf(name: string): Promise<string[]> {
    const { status } = await this.get(ingresses, name)
    const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: { ip: string }[] } }
    return (loadBalancer?.ingress ?? []).map(({ ip }) => ip)
  }

  /** Other endpoints for a Service with one: those of another backend. */
  async moveService(name: string, backendName: string): Promise<void> {
    await this.backends.start(backendName)
    const slice = await this.get(endpointSlices, `${name}-0`)
    await this.update(endpointSlices, { ...slice, ...leadingTo(this.backends.address(backendName)) })
  }

  /** The class of this cluster; one that is there stays as it is. */
  async ownClass(parameters?: Readonly<Record<string, unknown>>): Promise<void> {
    const made = ingressClass(this.className, this.controller, parameters)
    await this.create(ingressClasses, made).catch(error => {
      if (!hasCode(error, 409)) throw error
    })
  }

  /** Starts the program for this namespace and the class of this cluster alone, and resolves when it is ready. */
  async serve(...flags: string[]): Promise<IngotProcess> {
    const ingot = await this.launch(this.url, ...flags)
    await ingot.ready()
    return ingot
  }

  /** The same by a way of its own to the API server, and without waiting. */
  async launch(server: string, ...flags: string[]): Promise<IngotProcess> {
    await this.ownClass()
    const kubeconfig = join(this.#folder, `kubeconfig-${this.#running.length}`)
    await writeFile(kubeconfig, kubeconfigText({ server }, {}, this.namespace))
    const ours = ['--namespace', this.namespace, '--controller', this.controller, ...this.resolve]
    const ingot = IngotProcess.launch({ env: this.env }, '--cluster', '--kubeconfig', kubeconfig, ...ours, ...flags)
    this.#running.push(ingot)
    return ingot
  }

  override async stop(): Promise<void> {
    await Promise.all(this.#running.map(ingot => ingot.stop('SIGKILL')))
    await this.backends.stop()
    if (this.#folder === '') return super.stop()
    await this.end()
    await super.stop()
    await rm(this.#folder, { recursive: true })
  }

  /** Each backend has a port of its own, and a slice has one port for all its endpoints. */
  async #slice(service: string, index: number, address: string): Promise<void> {
    const slice = endpointSlice(this.namespace, `${service}-${index}`, [], service)
    await this.create(endpointSlices, { ...slice, ...leadingTo(address) })
  }
}

function leadingTo(address: string): object {
  const [ip, port] = address.split(':')
  return {
    ports: [{ name: 'http', port: Number(port), protocol: 'TCP' }],
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
  }
}

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}
