import { Translator } from '@ingot/kubernetes'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { plainConnection } from '../../src/cluster/api-connection.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import {
  endpointSlices,
  events,
  ingressClasses,
  ingresses,
  leases,
  nodes,
  services,
} from '../../src/cluster/api-resources.ts'
import { ClusterMode, type ClusterModeOptions, type ClusterNews } from '../../src/cluster/cluster-mode.ts'
import { ManifestSet } from '../../src/control/manifest-set.ts'
import { eventually, inCluster } from './in-cluster.ts'
import { OwnWay } from './own-way.ts'
import { endpointSlice, freshName, ingress, ingressClass, service } from './test-clusters.ts'

/** A replica with the control loop that it has in earnest, save for the proxy. */
class Replica {
  readonly mode: ClusterMode
  readonly news: ClusterNews[] = []
  readonly way: OwnWay
  readonly #loop: Promise<void>
  routes: string[] = []

  static async start(
    cluster: { readonly url: string },
    options: Omit<ClusterModeOptions, 'connection' | 'onNews'>,
  ): Promise<Replica> {
    return new Replica(await OwnWay.to(cluster.url), options)
  }

  constructor(way: OwnWay, options: Omit<ClusterModeOptions, 'connection' | 'onNews'>) {
    this.way = way
    this.mode = new ClusterMode({
      ...options,
      connection: plainConnection(way.url),
      onNews: news => this.news.push(news),
    })
    this.#loop = this.#run(options)
  }

  async #run({ classes }: Pick<ClusterModeOptions, 'classes'>): Promise<void> {
    const manifests = new ManifestSet()
    const translator = new Translator({ ...classes, mode: 'cluster' })
    let isWhole = true
    for await (const batch of this.mode.source) {
      const touched = new Set(batch.flatMap(change => [...(manifests.apply(change) ?? [])]))
      const { table, changes, defaultTarget } = translator.update(manifests.under(touched))
      this.routes = table.routes.map(route => `${route.host}${route.path}`)
      this.mode.live({ changes: { ...changes, isWhole, defaultTarget } })
      isWhole = false
    }
  }

  async stop(): Promise<void> {
    await this.mode.stop()
    await this.#loop
    await this.way.close()
  }
}

inCluster('cluster mode before $name', cluster => {
  let ourClass: string
  let leaseName: string
  let replicas: Replica[]

  beforeEach(async () => {
    ourClass = freshName('class')
    leaseName = freshName('lease')
    replicas = []
    await cluster.create(ingressClasses, ingressClass(ourClass, 'ingot.dev/test-controller'))
  })
  afterEach(async () => {
    await Promise.all(replicas.map(replica => replica.stop()))
  })

  /** Each with a Service of its own: of one that is missing only the first Ingress is told. */
  function ours(name: string): ApiObject {
    const backend = { service: { name: `${name}-service`, port: { number: 80 } } }
    const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] }
    return ingress(cluster.namespace, name, {
      ingressClassName: ourClass,
      rules: [{ host: `${name}.example.com`, http }],
    })
  }

  async function join(identity: string, publish: ClusterModeOptions['publish']): Promise<Replica> {
    const replica = await Replica.start(cluster, {
      classes: { controller: 'ingot.dev/test-controller' },
      namespaces: [cluster.namespace],
      publish,
      lease: { ...cluster.at(leaseName), identity },
      tuning: {
        reflector: { watchSeconds: 30, watchMargin: 200, backoff: { base: 10, limit: 100 } },
        election: { leaseDuration: 2_000, renewDeadline: 1_400, retryPeriod: 200 },
        backoff: { base: 10, limit: 100 },
      },
    })
    replicas.push(replica)
    return replica
  }

  async function statusOf(name: string): Promise<unknown> {
    const object = await cluster.get(ingresses, name)
    return (object.status as { loadBalancer: { ingress?: unknown } }).loadBalancer.ingress ?? []
  }

  async function reasons(): Promise<string[]> {
    const items = await cluster.list(events)
    return items.map(({ reason, regarding }) => `${reason} ${(regarding as { name: string }).name}`).sort()
  }

  const leaders = () => replicas.filter(({ mode }) => mode.leading)

  it('serves an Ingress, gives it an address, and tells its author what is wrong', async () => {
    await cluster.create(ingresses, ours('shop'))
    await cluster.create(ingresses, ingress(cluster.namespace, 'foreign', { ingressClassName: 'nobody-s' }))
    const replica = await join('a', { addresses: [{ ip: '192.0.2.1' }] })
    await eventually(() => replica.routes).toEqual(['shop.example.com/'])
    await eventually(() => statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
    await eventually(reasons).toEqual(['ServiceNotFound shop'])
    expect(await statusOf('foreign')).toEqual([])
  })

  it('publishes the addresses of its Service, and keeps them while the Service is away', async () => {
    await cluster.create(ingresses, ours('shop'))
    const edge = await cluster.create(services, service(cluster.namespace, 'edge', { externalIPs: ['198.51.100.1'] }))
    await join('a', { service: cluster.at('edge') })
    await eventually(() => statusOf('shop')).toEqual([{ ip: '198.51.100.1' }])
    await cluster.update(services, {
      ...edge,
      spec: { ...(edge.spec as object), externalIPs: ['198.51.100.2'] },
    })
    await eventually(() => statusOf('shop')).toEqual([{ ip: '198.51.100.2' }])
    await cluster.delete(services, 'edge')
    await cluster.create(ingresses, ours('later'))
    await eventually(() => replicas[0]?.routes.length).toBe(2)
    expect(await statusOf('shop')).toEqual([{ ip: '198.51.100.2' }])
  })

  it('publishes where the endpoints of a headless Service are, which is where nodes are if they share their network', async () => {
    await cluster.create(ingresses, ours('shop'))
    await cluster.create(services, service(cluster.namespace, 'edge', { clusterIP: 'None' }))
    await join('a', { service: cluster.at('edge') })
    const slice = endpointSlice(cluster.namespace, 'edge-1', ['198.51.100.2', '198.51.100.1'], 'edge')
    const made = await cluster.create(endpointSlices, slice)
    await eventually(() => statusOf('shop')).toEqual([{ ip: '198.51.100.1' }, { ip: '198.51.100.2' }])
    await cluster.update(endpointSlices, { ...made, endpoints: [{ addresses: ['198.51.100.3'] }] })
    await eventually(() => statusOf('shop')).toEqual([{ ip: '198.51.100.3' }])
  })

  // Nodes are not made in a cluster that is somebody's.
  it.skipIf(!cluster.compacts)(
    'publishes the addresses of the nodes where endpoints of a NodePort Service are',
    async () => {
      await cluster.create(ingresses, ours('shop'))
      const names = [freshName('node'), freshName('node')]
      for (const [index, name] of names.entries()) {
        const made = await cluster.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } })
        const addresses = [
          { type: 'InternalIP', address: `10.0.0.${index}` },
          ...(index === 0 ? [{ type: 'ExternalIP', address: '192.0.2.50' }] : []),
        ]
        await cluster.update(nodes, { ...made, status: { addresses } }, { subresource: 'status' })
      }
      await cluster.create(services, service(cluster.namespace, 'edge', { type: 'NodePort' }))
      await join('a', { service: cluster.at('edge') })
      const on = (...nodeNames: string[]) =>
        nodeNames.map((nodeName, index) => ({
          addresses: [`198.51.100.${index}`],
          nodeName,
          conditions: { ready: true },
        }))
      const slice = { ...endpointSlice(cluster.namespace, 'edge-1', [], 'edge'), endpoints: on(names[0]!) }
      const made = await cluster.create(endpointSlices, slice)
      await eventually(() => statusOf('shop')).toEqual([{ ip: '192.0.2.50' }])
      const both = await cluster.update(endpointSlices, { ...made, endpoints: on(...names) })
      await eventually(() => statusOf('shop')).toEqual([{ ip: '10.0.0.1' }, { ip: '192.0.2.50' }])
      // Nobody is ready for a moment: no reason to take the addresses away.
      const away = on(names[0]!).map(endpoint => ({ ...endpoint, conditions: { ready: false } }))
      await cluster.update(endpointSlices, { ...both, endpoints: away })
      await cluster.create(ingresses, ours('later'))
      await eventually(() => replicas[0]?.routes.length).toBe(2)
      expect(await statusOf('shop')).toEqual([{ ip: '10.0.0.1' }, { ip: '192.0.2.50' }])
      for (const name of names) await cluster.delete(nodes, { name })
    },
  )

  it('of several replicas the last one takes the addresses off when it stops, if it is to', async () => {
    await cluster.create(ingresses, ours('shop'))
    const publish = { addresses: [{ ip: '192.0.2.1' }], clearOnStop: true }
    const first = await join('a', publish)
    await eventually(() => statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
    const second = await join('b', publish)
    await eventually(() => second.routes).toEqual(['shop.example.com/'])
    await first.stop()
    await eventually(() => second.mode.leading).toBe(true)
    expect(await statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
    await second.stop()
    expect(await statusOf('shop')).toEqual([])
    const lease = await cluster.get(leases, leaseName)
    expect((lease.spec as { holderIdentity?: string }).holderIdentity ?? '').toBe('')
  })

  it('leaves the addresses when it stops, unless it is told otherwise', async () => {
    await cluster.create(ingresses, ours('shop'))
    const replica = await join('a', { addresses: [{ ip: '192.0.2.1' }] })
    await eventually(() => statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
    await replica.stop()
    expect(await statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
  })

  it('of three replicas all serve and one writes; when it is cut off another one does', async () => {
    await cluster.create(ingresses, ours('one'))
    for (const identity of ['a', 'b', 'c']) await join(identity, { addresses: [{ ip: '192.0.2.1' }] })
    await eventually(() => statusOf('one')).toEqual([{ ip: '192.0.2.1' }])
    const [first] = leaders()
    await first?.way.cut()
    await eventually(() => leaders().filter(leader => leader !== first).length).toBe(1)
    await cluster.create(ingresses, ours('two'))
    await eventually(() => statusOf('two')).toEqual([{ ip: '192.0.2.1' }])
    // What it had, the replica that is cut off goes on serving.
    expect(first?.routes).toEqual(['one.example.com/'])
    expect(first?.mode.health().every(health => !health.connected)).toBe(true)
    await first?.way.mend()
    for (const replica of replicas)
      await eventually(() => replica.routes.toSorted()).toEqual(['one.example.com/', 'two.example.com/'])
    await eventually(reasons).toEqual(['ServiceNotFound one', 'ServiceNotFound two'])
  })

  it('the next leader takes back what another one gave', async () => {
    await cluster.create(ingresses, ours('shop'))
    const first = await join('a', { addresses: [{ ip: '192.0.2.1' }] })
    await eventually(() => statusOf('shop')).toEqual([{ ip: '192.0.2.1' }])
    const second = await join('b', { addresses: [{ ip: '192.0.2.1' }] })
    await eventually(() => second.routes).toEqual(['shop.example.com/'])
    await first.stop()
    await cluster.patch(ingresses, 'shop', { spec: { ingressClassName: 'nobody-s' } })
    await eventually(() => statusOf('shop')).toEqual([])
    expect(second.routes).toEqual([])
  })

  it('lets go of the Lease when it stops', async () => {
    const replica = await join('a', {})
    await eventually(() => replica.mode.leading).toBe(true)
    await replica.stop()
    const lease = await cluster.get(leases, leaseName)
    expect((lease.spec as { holderIdentity?: string }).holderIdentity ?? '').toBe('')
    expect(replica.news.flatMap(news => (news.about === 'leadership' ? [news.leading] : []))).toEqual([true, false])
  })
})
