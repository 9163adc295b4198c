import { beforeEach, expect, it } from 'vitest'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import {
  configMaps,
  endpointSlices,
  ingressClasses,
  ingresses,
  secrets,
  services,
} from '../../src/cluster/api-resources.ts'
import { classOwnership } from '../../src/cluster/class-ownership.ts'
import { ClusterSource, type ClusterSourceOptions } from '../../src/cluster/cluster-source.ts'
import type { SourceChange } from '../../src/sources/source.ts'
import { eventually, inCluster } from './in-cluster.ts'
import {
  configMap,
  endpointSlice,
  freshName,
  freshNamespace,
  ingress,
  ingressClass,
  secret,
  service,
} from './test-clusters.ts'

/** What a source has told, as a control loop would keep it. */
class Picture {
  batches = 0
  readonly history: string[] = []
  readonly origins = new Map<string, SourceChange>()

  async read(source: ClusterSource): Promise<void> {
    for await (const batch of source) {
      this.batches += 1
      for (const change of batch) {
        this.history.push(`${change.objects.length === 0 ? '-' : '+'}${change.origin}`)
        if (change.objects.length === 0) this.origins.delete(change.origin)
        else this.origins.set(change.origin, change)
      }
    }
  }

  /** The origins in a namespace, without it. */
  within(namespace: string): string[] {
    const found = [...this.origins.keys()].filter(origin => origin.split('/')[1] === namespace)
    return found
      .map(origin => origin.replace(`/${namespace}/`, ' '))
      .filter(origin => !/kube-/.test(origin))
      .sort()
  }
}

inCluster('a cluster source before $name', cluster => {
  let ourClass: string
  const controller = 'ingot.dev/test-controller'
  const mine = { client: 'source' }

  beforeEach(async () => {
    ourClass = freshName('class')
    await cluster.create(ingressClasses, ingressClass(ourClass, controller))
  })

  async function follow(
    options: Partial<ClusterSourceOptions> = {},
  ): Promise<{ picture: Picture; source: ClusterSource }> {
    const client = cluster.client('source')
    const tuning = { watchSeconds: 30, watchMargin: 200, backoff: { base: 10, limit: 100 } }
    const ownership = classOwnership({ controller })
    const { signal } = cluster
    const source = new ClusterSource({ client, ownership, signal, tuning, namespaces: [cluster.namespace], ...options })
    const picture = new Picture()
    cluster.background(picture.read(source))
    await eventually(() => picture.batches).toBeGreaterThan(0)
    return { picture, source }
  }

  const ours = (name: string, spec: object = {}): ApiObject =>
    ingress(cluster.namespace, name, { ingressClassName: ourClass, ...spec })
  const tls = (secretName: string) => ({ tls: [{ hosts: ['shop.example.com'], secretName }] })

  it('begins with every kind in one batch', async () => {
    await cluster.create(ingresses, ours('shop'))
    await cluster.create(services, service(cluster.namespace, 'web'))
    await cluster.create(endpointSlices, endpointSlice(cluster.namespace, 'web-1', ['192.0.2.1']))
    const { picture } = await follow()
    expect(picture.batches).toBe(1)
    expect(picture.within(cluster.namespace)).toEqual(['EndpointSlice web-1', 'Ingress shop', 'Service web'])
    expect(picture.origins.get(`IngressClass/${ourClass}`)?.objects[0]).toMatchObject({
      kind: 'IngressClass',
      metadata: { namespace: '', name: ourClass },
      raw: { spec: { controller } },
    })
  })

  it('does not begin before every kind was read', async () => {
    await cluster.create(ingresses, ours('shop'))
    const block = cluster.faults.add({ ...mine, verb: 'list', plural: 'endpointslices' }, { answer: 500 })
    const begun = follow()
    await eventually(() => cluster.requests(mine)).toBeGreaterThan(6)
    let ready = false
    void begun.then(() => {
      ready = true
    })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(ready).toBe(false)
    block()
    await begun
  })

  it('goes on with each object that changes or goes', async () => {
    await cluster.create(services, service(cluster.namespace, 'web'))
    const { picture } = await follow()
    await cluster.create(ingresses, ours('shop'))
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Service web'])
    await cluster.delete(services, 'web')
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop'])
  })

  it('sees all namespaces, or those it is told to', async () => {
    const other = await freshNamespace(cluster.author)
    await cluster.create(services, service(cluster.namespace, 'web'))
    await cluster.create(services, service(other, 'web'))
    const { picture: one } = await follow()
    expect(one.within(other)).toEqual([])
    const { picture: two } = await follow({ namespaces: [cluster.namespace, other] })
    expect([two.within(cluster.namespace), two.within(other)]).toEqual([['Service web'], ['Service web']])
    const { picture: all } = await follow({ namespaces: [] })
    expect([all.within(cluster.namespace), all.within(other)]).toEqual([['Service web'], ['Service web']])
  })

  it('sees only the Ingresses with the labels it is told', async () => {
    await cluster.create(ingresses, ingress(cluster.namespace, 'in', {}, { labels: { edge: 'yes' } }))
    await cluster.create(ingresses, ingress(cluster.namespace, 'out'))
    const { picture } = await follow({ ingressSelector: 'edge=yes' })
    expect(picture.within(cluster.namespace)).toEqual(['Ingress in'])
    await cluster.patch(ingresses, 'in', { metadata: { labels: { edge: 'no' } } })
    await eventually(() => picture.within(cluster.namespace)).toEqual([])
  })

  it('brings Namespaces if it is told to', async () => {
    const { picture } = await follow({ watchNamespaces: true })
    expect(picture.origins.has(`Namespace/${cluster.namespace}`)).toBe(true)
  })

  it('reads the Secrets that our Ingresses name, and no others', async () => {
    for (const name of ['cert', 'foreign', 'unnamed']) await cluster.create(secrets, secret(cluster.namespace, name))
    await cluster.create(ingresses, ours('shop', tls('cert')))
    await cluster.create(
      ingresses,
      ingress(cluster.namespace, 'other', { ingressClassName: 'not-ours', ...tls('foreign') }),
    )
    const first = cluster.faults.requests.length
    const { picture } = await follow()
    expect(picture.batches).toBe(1)
    expect(picture.within(cluster.namespace)).toEqual(['Ingress other', 'Ingress shop', 'Secret cert'])
    await cluster.patch(secrets, 'cert', { metadata: { labels: { renewed: 'yes' } } })
    await eventually(() => picture.history.filter(line => line === `+Secret/${cluster.namespace}/cert`).length).toBe(2)
    const asked = cluster.faults.requests
      .slice(first)
      .filter(({ kind, userAgent }) => kind.plural === 'secrets' && userAgent === 'source')
    expect(new Set(asked.map(request => request.query.get('fieldSelector')))).toEqual(new Set(['metadata.name=cert']))
    expect(new Set(asked.map(request => request.namespace))).toEqual(new Set([cluster.namespace]))
  })

  it('follows the Secret of an Ingress that comes later, and forgets it with the last that names it', async () => {
    await cluster.create(secrets, secret(cluster.namespace, 'cert'))
    const { picture, source } = await follow()
    await cluster.create(ingresses, ours('one', tls('cert')))
    await cluster.create(ingresses, ours('two', tls('cert')))
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress one', 'Ingress two', 'Secret cert'])
    await cluster.delete(ingresses, 'one')
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress two', 'Secret cert'])
    await cluster.delete(ingresses, 'two')
    await eventually(() => picture.within(cluster.namespace)).toEqual([])
    await eventually(() => cluster.faults.watches({ ...mine, plural: 'secrets' })).toBe(0)
    expect(source.health().some(health => health.kind === 'Secret')).toBe(false)
  })

  it('brings a Secret that it is told to bring, and keeps it when an Ingress that names it goes', async () => {
    for (const name of ['standard', 'private']) await cluster.create(secrets, secret(cluster.namespace, name))
    await cluster.create(ingresses, ours('shop', tls('standard')))
    const { picture } = await follow({ secrets: [{ kind: 'Secret', namespace: cluster.namespace, name: 'standard' }] })
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Secret standard'])
    await cluster.delete(ingresses, 'shop')
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Secret standard'])
    await cluster.delete(secrets, 'standard')
    await eventually(() => picture.within(cluster.namespace)).toEqual([])
  })

  it('brings an Ingress that changes to another Secret together with that Secret', async () => {
    await cluster.create(secrets, secret(cluster.namespace, 'old'))
    await cluster.create(secrets, secret(cluster.namespace, 'new'))
    const shop = await cluster.create(ingresses, ours('shop', tls('old')))
    const { picture } = await follow()
    cluster.faults.add({ ...mine, plural: 'secrets', name: 'new', verb: 'list' }, { delay: 300 }, 1)
    await cluster.update(ingresses, { ...shop, spec: { ...(shop.spec as object), ...tls('new') } })
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Secret new'])
    const order = picture.history.slice(-3)
    expect(order.indexOf(`+Secret/${cluster.namespace}/new`)).toBe(0)
    expect(order.indexOf(`-Secret/${cluster.namespace}/old`)).toBe(2)
  })

  it('begins without a Secret that it may not read or that is not there', async () => {
    await cluster.create(ingresses, ours('shop', tls('missing')))
    await cluster.create(ingresses, ours('shut', tls('forbidden')))
    cluster.faults.add({ ...mine, plural: 'secrets', name: 'forbidden' }, { answer: 403, reason: 'Forbidden' })
    const { picture, source } = await follow()
    expect(picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Ingress shut'])
    expect(source.health().filter(health => !health.synced)).toMatchObject([{ kind: 'Secret', error: { code: 403 } }])
    await cluster.create(secrets, secret(cluster.namespace, 'missing'))
    await eventually(() => picture.within(cluster.namespace)).toEqual([
      'Ingress shop',
      'Ingress shut',
      'Secret missing',
    ])
  })

  it('never asks for a Secret by a name that could select others', async () => {
    const strange = ours('shop', tls('a'))
    const names = ['a,metadata.name!=b', '../other', '', 7, null]
    const { secretsOf } = await import('../../src/cluster/referenced-objects.ts')
    const spec = { ...(strange.spec as object), tls: names.map(secretName => ({ secretName })) }
    expect(secretsOf({ ...strange, metadata: cluster.at('shop'), raw: { ...strange, spec } })).toEqual([])
  })

  it('takes up the Secrets of an Ingress whose class becomes ours, and drops them when it ceases to be', async () => {
    const name = freshName('late')
    await cluster.create(secrets, secret(cluster.namespace, 'cert'))
    await cluster.create(ingresses, ingress(cluster.namespace, 'shop', { ingressClassName: name, ...tls('cert') }))
    const { picture } = await follow()
    expect(picture.within(cluster.namespace)).toEqual(['Ingress shop'])
    await cluster.create(ingressClasses, ingressClass(name, controller))
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Secret cert'])
    await cluster.delete(ingressClasses, { name })
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop'])
  })

  it('reads the ConfigMap with the parameters of our class', async () => {
    const name = freshName('with-parameters')
    await cluster.create(configMaps, configMap(cluster.namespace, 'settings', { maxBody: '1m' }))
    await cluster.create(configMaps, configMap(cluster.namespace, 'unrelated', {}))
    const parameters = { kind: 'ConfigMap', name: 'settings', namespace: cluster.namespace, scope: 'Namespace' }
    await cluster.create(ingressClasses, ingressClass(name, controller, parameters))
    const { picture } = await follow()
    expect(picture.within(cluster.namespace)).toEqual(['ConfigMap settings'])
    await cluster.patch(configMaps, 'settings', { data: { maxBody: '2m' } })
    const data = () =>
      (picture.origins.get(`ConfigMap/${cluster.namespace}/settings`)?.objects[0]?.raw as ApiObject | undefined)?.data
    await eventually(data).toEqual({ maxBody: '2m' })
  })

  it('keeps everything while the API server is away, tells who asks, and catches up', async () => {
    await cluster.create(services, service(cluster.namespace, 'web'))
    await cluster.create(ingresses, ours('shop'))
    const { picture, source } = await follow()
    const before = picture.history.length
    await cluster.goAway()
    await eventually(() => source.health().every(health => !health.connected)).toBe(true)
    expect(picture.history.length).toBe(before)
    await cluster.comeBack()
    await cluster.delete(services, 'web')
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop'])
    await eventually(() => source.health().every(health => health.connected)).toBe(true)
    expect(picture.history.slice(before)).toEqual([`-Service/${cluster.namespace}/web`])
  })

  it('has nothing to tell after every version is gone and nothing has changed', async () => {
    await cluster.create(ingresses, ours('shop'))
    const { picture } = await follow()
    const before = picture.history.length
    const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 }
    const lists = () => cluster.requests({ ...mine, verb: 'list' })
    // Before a real API server not all of them are open yet. Classes of other tests may bring ConfigMaps besides.
    for (const { plural } of [ingressClasses, ingresses, services, endpointSlices]) {
      await eventually(() => cluster.faults.watches({ ...mine, plural })).toBe(1)
    }
    const listed = lists()
    cluster.faults.say({ type: 'ERROR', object: gone }, mine)
    await eventually(() => lists() - listed).toBeGreaterThanOrEqual(4)
    await cluster.create(services, service(cluster.namespace, 'web'))
    await eventually(() => picture.within(cluster.namespace)).toEqual(['Ingress shop', 'Service web'])
    expect(picture.history.slice(before)).toEqual([`+Service/${cluster.namespace}/web`])
  })

  it('falls behind by no more than there are objects when its reader is slow', async () => {
    await cluster.create(ingresses, ours('shop'))
    const client = cluster.client('source')
    const { signal } = cluster
    const source = new ClusterSource({
      client,
      ownership: classOwnership({ controller }),
      signal,
      namespaces: [cluster.namespace],
    })
    const reader = source[Symbol.asyncIterator]()
    await reader.next()
    for (let i = 0; i < 20; i += 1) {
      await cluster.patch(ingresses, 'shop', { metadata: { labels: { turn: String(i) } } })
    }
    await cluster.create(services, service(cluster.namespace, 'web'))
    await new Promise(resolve => setTimeout(resolve, 300))
    const { value } = (await reader.next()) as { value: readonly SourceChange[] }
    expect(value.map(change => change.origin)).toEqual([
      `Ingress/${cluster.namespace}/shop`,
      `Service/${cluster.namespace}/web`,
    ])
    expect(value[0]?.objects[0]?.raw).toMatchObject({ metadata: { labels: { turn: '19' } } })
  })
})
