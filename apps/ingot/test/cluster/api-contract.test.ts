import { beforeEach, expect, it } from 'vitest'
import type { WatchEvent } from '../../src/cluster/api-answers.ts'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { configMaps, events, ingresses, leases, secrets } from '../../src/cluster/api-resources.ts'
import { microTime } from '../../src/cluster/lease.ts'
import { inCluster } from './in-cluster.ts'
import { configMap, freshNamespace, ingress, secret } from './test-clusters.ts'

/** The error that a promise ends in, as code and reason. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    error => error,
  )
  return error instanceof ApiError ? `${error.code} ${error.reason}` : String(error)
}

async function take(watch: AsyncIterable<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = []
  for await (const event of watch) {
    taken.push(event)
    if (taken.length === count) break
  }
  return taken
}

const names = (objects: readonly ApiObject[]) => objects.map(object => object.metadata.name)

inCluster('$name keeps the contract:', cluster => {
  let client: ApiClient

  beforeEach(() => {
    client = cluster.client('contract', { timeout: 30_000 })
  })

  it('an object gets a uid, a version and a time, and is read as it was written', async () => {
    const created = await client.create(configMaps, configMap(cluster.namespace, 'written', { key: 'value' }))
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(created.metadata.resourceVersion).toMatch(/^\d+$/)
    expect(await client.get(configMaps, cluster.at('written'))).toEqual(created)
  })

  it('a generated name begins as asked', async () => {
    const generated = configMap(cluster.namespace, 'x', {})
    const { name: _, ...metadata } = { ...generated.metadata, generateName: 'made-' }
    const created = await client.create(configMaps, { ...generated, metadata } as unknown as ApiObject)
    expect(created.metadata.name).toMatch(/^made-[a-z0-9]{5}$/)
  })

  it('a second object of the same name is refused, and so is a namespace that is not there', async () => {
    await client.create(configMaps, configMap(cluster.namespace, 'twice', {}))
    expect(await refusal(client.create(configMaps, configMap(cluster.namespace, 'twice', {})))).toBe(
      '409 AlreadyExists',
    )
    expect(await refusal(client.create(configMaps, configMap('no-such-namespace', 'x', {})))).toBe('404 NotFound')
    expect(await refusal(client.get(configMaps, cluster.at('missing')))).toBe('404 NotFound')
    expect(await refusal(client.delete(configMaps, cluster.at('missing')))).toBe('404 NotFound')
  })

  it('an update with an old version is a conflict, and one that changes nothing makes no new version', async () => {
    const first = await client.create(configMaps, configMap(cluster.namespace, 'locked', { n: '1' }))
    const second = await client.update(configMaps, { ...first, data: { n: '2' } })
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion)
    expect(await refusal(client.update(configMaps, { ...first, data: { n: '3' } }))).toBe('409 Conflict')
    expect((await client.update(configMaps, second)).metadata.resourceVersion).toBe(second.metadata.resourceVersion)
  })

  it('an update of another incarnation of an object is a conflict', async () => {
    const created = await client.create(configMaps, configMap(cluster.namespace, 'reborn', {}))
    const { resourceVersion: _, ...metadata } = created.metadata
    const other = { ...metadata, uid: '00000000-0000-4000-8000-000000000000' }
    expect(await refusal(client.update(configMaps, { ...created, metadata: other }))).toBe('409 Conflict')
  })

  it('the status changes through /status alone, and the rest only otherwise', async () => {
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }
    const created = await client.create(ingresses, { ...ingress(cluster.namespace, 'status'), status })
    expect(created.status).toEqual({ loadBalancer: {} })
    const plain = await client.update(ingresses, { ...created, status })
    expect(plain.status).toEqual({ loadBalancer: {} })
    const both = { ...plain, spec: ingress(cluster.namespace, 'other').spec, status }
    const written = await client.update(ingresses, both, { subresource: 'status' })
    expect(written.status).toEqual(status)
    expect(written.spec).toEqual(created.spec)
  })

  it('the generation counts changes of the spec and no others', async () => {
    const created = await client.create(ingresses, ingress(cluster.namespace, 'generation'))
    expect(created.metadata.generation).toBe(1)
    const labelled = await client.patch(ingresses, cluster.at('generation'), { metadata: { labels: { a: 'b' } } })
    expect(labelled.metadata.generation).toBe(1)
    const patched = await client.patch(ingresses, cluster.at('generation'), {
      spec: ingress(cluster.namespace, 'other').spec,
    })
    expect(patched.metadata.generation).toBe(2)
  })

  it('an Ingress without rules and a status with a wrong address are refused', async () => {
    const empty = { ...ingress(cluster.namespace, 'empty'), spec: {} }
    expect(await refusal(client.create(ingresses, empty))).toBe('422 Invalid')
    const created = await client.create(ingresses, ingress(cluster.namespace, 'address'))
    const status = { loadBalancer: { ingress: [{ ip: 'nowhere' }] } }
    const written = client.update(ingresses, { ...created, status }, { subresource: 'status' })
    expect(await refusal(written)).toBe('422 Invalid')
  })

  it('a merge patch changes what it names, removes what is null, and minds the version it carries', async () => {
    await client.create(configMaps, configMap(cluster.namespace, 'patched', { a: '1', b: '2' }))
    const patched = await client.patch(configMaps, cluster.at('patched'), { data: { a: null, c: '3' } })
    expect(patched.data).toEqual({ b: '2', c: '3' })
    const stale = { metadata: { resourceVersion: '1' }, data: { d: '4' } }
    expect(await refusal(client.patch(configMaps, cluster.at('patched'), stale))).toBe('409 Conflict')
  })

  it('a Lease needs a version to be updated, and whole microseconds', async () => {
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: microTime(), acquireTime: microTime() }
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: cluster.at('lease'), spec }
    const created = await client.create(leases, lease)
    expect(created.spec).toEqual(spec)
    expect(await refusal(client.update(leases, lease))).toBe('422 Invalid')
    const wrong = { ...created, spec: { ...spec, leaseDurationSeconds: 0 } }
    expect(await refusal(client.update(leases, wrong))).toBe('422 Invalid')
  })

  it('an Event on an object without a namespace belongs into the default one, and each says who reports it', async () => {
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: cluster.at('event'),
      eventTime: microTime(),
      type: 'Warning',
      reason: 'ServiceNotFound',
      action: 'Translate',
      note: 'There is no Service web.',
      regarding: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: cluster.namespace, name: 'shop' },
      reportingController: 'ingot.dev/ingress-controller',
      reportingInstance: 'ingot-0',
    }
    await client.create(events, event)
    const { namespace: _, ...regarding } = event.regarding
    const elsewhere = { ...event, metadata: cluster.at('elsewhere'), regarding }
    expect(await refusal(client.create(events, elsewhere))).toBe('422 Invalid')
    const anonymous = { ...event, metadata: cluster.at('anonymous'), reportingInstance: '' }
    expect(await refusal(client.create(events, anonymous))).toBe('422 Invalid')
  })

  it('a list comes in pages that all show the same moment', async () => {
    const own = await freshNamespace(client)
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(configMaps, configMap(own, name, {}))
    const selection = { namespace: own, fieldSelector: 'metadata.name!=kube-root-ca.crt' }
    const first = await client.list(configMaps, { ...selection, limit: 2 })
    await client.delete(configMaps, { namespace: own, name: 'd' })
    await client.create(configMaps, configMap(own, 'f', {}))
    const rest = [first]
    while (rest.at(-1)?.continue !== undefined) {
      rest.push(await client.list(configMaps, { ...selection, limit: 2, continue: rest.at(-1)?.continue }))
    }
    expect(rest.flatMap(page => names(page.items))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(new Set(rest.map(page => page.resourceVersion)).size).toBe(1)
  })

  it('objects are selected by name and by label', async () => {
    const own = await freshNamespace(client)
    for (const [name, tier] of Object.entries({ a: 'web', b: 'web', c: 'data' })) {
      await client.create(secrets, { ...secret(own, name), metadata: { namespace: own, name, labels: { tier } } })
    }
    const listed = async (options: object) => names((await client.list(secrets, { namespace: own, ...options })).items)
    expect(await listed({ fieldSelector: 'metadata.name=b' })).toEqual(['b'])
    expect(await listed({ labelSelector: 'tier=web' })).toEqual(['a', 'b'])
    expect(await listed({ labelSelector: 'tier!=web' })).toEqual(['c'])
    expect(await listed({ labelSelector: 'tier in (data, cache)' })).toEqual(['c'])
    expect(await listed({ labelSelector: 'tier notin (data),tier' })).toEqual(['a', 'b'])
    expect(await listed({ labelSelector: '!tier' })).toEqual([])
    expect(await refusal(client.list(secrets, { namespace: own, fieldSelector: 'data.token=x' }))).toBe(
      '400 BadRequest',
    )
  })

  it('a watch goes on from a version: nothing is lost and nothing comes twice', async () => {
    const own = await freshNamespace(client)
    const { resourceVersion } = await client.list(secrets, { namespace: own })
    const first = await client.create(secrets, secret(own, 'a'))
    const second = await client.update(secrets, { ...first, data: { n: 'MQ==' } })
    const options = { namespace: own, timeoutSeconds: 10 }
    const later = take(client.watch(secrets, { ...options, resourceVersion: second.metadata.resourceVersion! }), 1)
    const all = take(client.watch(secrets, { ...options, resourceVersion }), 3)
    await client.delete(secrets, { namespace: own, name: 'a' })
    expect((await all).map(event => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
    expect((await later).map(event => event.type)).toEqual(['DELETED'])
  })

  it('for a watch with a selector, an object appears and goes with its labels', async () => {
    const own = await freshNamespace(client)
    const { resourceVersion } = await client.list(secrets, { namespace: own })
    const options = { namespace: own, resourceVersion, timeoutSeconds: 10, labelSelector: 'on=yes' }
    const events = take(client.watch(secrets, options), 2)
    await client.create(secrets, secret(own, 'a'))
    await client.patch(secrets, { namespace: own, name: 'a' }, { metadata: { labels: { on: 'yes' } } })
    await client.patch(secrets, { namespace: own, name: 'a' }, { metadata: { labels: null } })
    expect((await events).map(event => event.type)).toEqual(['ADDED', 'DELETED'])
  })

  it('a watch ends when its time is up', async () => {
    const { resourceVersion } = await client.list(secrets, { namespace: cluster.namespace })
    const watch = client.watch(secrets, { namespace: cluster.namespace, resourceVersion, timeoutSeconds: 1 })
    for await (const event of watch) expect(event.type).toBe('BOOKMARK')
  })

  it.skipIf(!cluster.compacts)(
    'a version that was compacted is gone, for watches and for pages that are left',
    async () => {
      const own = await freshNamespace(client)
      for (const name of ['a', 'b', 'c']) await client.create(secrets, secret(own, name))
      const first = await client.list(secrets, { namespace: own, limit: 1 })
      for (const name of ['d', 'e']) await client.create(secrets, secret(own, name))
      await cluster.compact()
      const rest = client.list(secrets, { namespace: own, limit: 1, continue: first.continue })
      expect(await refusal(rest)).toBe('410 Expired')
      const watch = client.watch(secrets, {
        namespace: own,
        resourceVersion: first.resourceVersion,
        timeoutSeconds: 10,
      })
      expect(await refusal(take(watch, 1))).toBe('410 Expired')
    },
  )
})
