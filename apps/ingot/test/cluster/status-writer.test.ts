import type { KubernetesObject } from '@ingot/kubernetes'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import { type ApiObject, asKubernetesObject } from '../../src/cluster/api-object.ts'
import { ingresses } from '../../src/cluster/api-resources.ts'
import type { PublishedAddress } from '../../src/cluster/publish-addresses.ts'
import { StatusWriter, type StatusWriterOptions } from '../../src/cluster/status-writer.ts'
import { Background, clientOf, clusterKinds, freshNamespace, ingress, type TestCluster } from './test-clusters.ts'

describe.each(clusterKinds)('a status writer before $name', { timeout: 60_000 }, ({ missing, start }) => {
  if (missing !== undefined) return it.skip(missing, () => undefined)
  let cluster: TestCluster
  let author: ApiClient
  let namespace: string
  let background: Background
  const mine = { client: 'writer' }
  const here: PublishedAddress[] = [{ ip: '192.0.2.1' }, { hostname: 'edge.example.com' }]
  /** In the order in which they are written. */
  const written = [{ hostname: 'edge.example.com' }, { ip: '192.0.2.1' }]

  beforeAll(async () => {
    cluster = await start()
    author = clientOf(cluster, { userAgent: 'author' })
  }, 120_000)
  beforeEach(async () => {
    namespace = await freshNamespace(author)
    background = new Background()
  })
  afterEach(async () => {
    cluster.faults.clear()
    await background.end()
  })
  afterAll(async () => {
    await author?.close()
    await cluster?.stop()
  })

  const eventually = (read: () => unknown) => expect.poll(read, { timeout: 20_000 })
  const ours = (name: string) => ingress(namespace, name, { ingressClassName: 'ours' })
  const owns = ({ raw }: KubernetesObject) =>
    (raw as { spec?: { ingressClassName?: string } }).spec?.ingressClassName === 'ours'
  const writes = () =>
    cluster.faults.requests.filter(({ verb, userAgent }) => verb === 'update' && userAgent === 'writer').length
  const read = async () => (await author.list(ingresses, { namespace })).items.map(asKubernetesObject)

  async function statusOf(name: string): Promise<unknown> {
    const object = await author.get(ingresses, { namespace, name })
    return (object.status as { loadBalancer: { ingress?: unknown } }).loadBalancer.ingress ?? []
  }

  const setStatus = (object: ApiObject, addresses: readonly object[]) =>
    author.update(ingresses, { ...object, status: { loadBalancer: { ingress: addresses } } }, { subresource: 'status' })

  function begin(options: Partial<StatusWriterOptions> = {}): { writer: StatusWriter; errors: string[] } {
    const client = clientOf(cluster, { userAgent: 'writer', timeout: 2_000 })
    const errors: string[] = []
    const writer = new StatusWriter({
      client,
      owns,
      leading: () => true,
      signal: background.signal,
      backoff: { base: 10, limit: 100 },
      onError: (ingress, error) => errors.push(`${ingress} ${error.code} ${error.reason}`),
      ...options,
    })
    background.add(writer.run().finally(() => client.close()))
    return { writer, errors }
  }

  it('gives our Ingresses the addresses, in a stable order, and leaves others alone', async () => {
    const foreign = await author.create(ingresses, ingress(namespace, 'foreign', { ingressClassName: 'other' }))
    for (const name of ['a', 'b']) await author.create(ingresses, ours(name))
    begin().writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await eventually(() => statusOf('b')).toEqual(written)
    expect(await author.get(ingresses, { namespace, name: 'foreign' })).toEqual(foreign)
  })

  it('writes nothing that is right already, and nothing twice', async () => {
    await author.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    const before = writes()
    // What it wrote has not come back through the watch yet, or has.
    writer.poke()
    writer.update({ ingresses: await read(), addresses: here.toReversed() })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(writes()).toBe(before)
  })

  it('follows the addresses', async () => {
    await author.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    writer.update({ ingresses: await read(), addresses: [{ ip: '192.0.2.2' }] })
    await eventually(() => statusOf('a')).toEqual([{ ip: '192.0.2.2' }])
  })

  it('changes nothing while the addresses are not known', async () => {
    await setStatus(await author.create(ingresses, ours('a')), [{ ip: '192.0.2.7' }])
    begin().writer.update({ ingresses: await read() })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(await statusOf('a')).toEqual([{ ip: '192.0.2.7' }])
  })

  it('gives no address to an Ingress that no request can reach', async () => {
    for (const name of ['dead', 'live']) await author.create(ingresses, ours(name))
    const isLive = ({ metadata }: KubernetesObject) => metadata.name === 'live'
    begin().writer.update({ ingresses: await read(), addresses: here, isLive })
    await eventually(() => statusOf('live')).toEqual(written)
    expect(await statusOf('dead')).toEqual([])
  })

  it('takes back what it gave when an Ingress becomes another controller’s, and no more', async () => {
    await author.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await author.patch(ingresses, { namespace, name: 'a' }, { spec: { ingressClassName: 'other' } })
    await setStatus(await author.get(ingresses, { namespace, name: 'a' }), [...written, { ip: '198.51.100.1' }])
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual([{ ip: '198.51.100.1' }])
  })

  it('does not take from a foreign Ingress an address that happens to be ours', async () => {
    const foreign = await author.create(ingresses, ingress(namespace, 'foreign', { ingressClassName: 'other' }))
    await setStatus(foreign, here)
    await author.create(ingresses, ours('a'))
    begin().writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    expect(await statusOf('foreign')).toEqual(here)
  })

  it('writes only while it leads, and catches up when it begins to', async () => {
    await author.create(ingresses, ours('a'))
    let leads = false
    const before = writes()
    const { writer } = begin({ leading: () => leads })
    writer.update({ ingresses: await read(), addresses: here })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(writes()).toBe(before)
    expect(await statusOf('a')).toEqual([])
    leads = true
    writer.poke()
    await eventually(() => statusOf('a')).toEqual(written)
  })

  it('when somebody else has written in between, goes by the newest version', async () => {
    await author.create(ingresses, ours('changed'))
    await author.create(ingresses, ours('taken'))
    const old = await read()
    await author.patch(ingresses, { namespace, name: 'changed' }, { metadata: { labels: { a: 'b' } } })
    await author.patch(ingresses, { namespace, name: 'taken' }, { spec: { ingressClassName: 'other' } })
    const { writer, errors } = begin()
    writer.update({ ingresses: old, addresses: here })
    await eventually(() => statusOf('changed')).toEqual(written)
    expect((await author.get(ingresses, { namespace, name: 'changed' })).metadata.labels).toEqual({ a: 'b' })
    expect(await statusOf('taken')).toEqual([])
    expect(errors).toEqual([])
  })

  it('forgets an Ingress that is gone', async () => {
    await author.create(ingresses, ours('a'))
    const old = await read()
    await author.delete(ingresses, { namespace, name: 'a' })
    await author.create(ingresses, ours('b'))
    const { writer, errors } = begin()
    writer.update({ ingresses: [...old, ...(await read())], addresses: here })
    await eventually(() => statusOf('b')).toEqual(written)
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(errors).toEqual([])
  })

  it('tries again until it succeeds, and is not held up by one that it may not write', async () => {
    for (const name of ['a', 'b', 'refused']) await author.create(ingresses, ours(name))
    cluster.faults.add({ ...mine, name: 'refused' }, { answer: 403, reason: 'Forbidden' })
    cluster.faults.add({ ...mine, name: 'a', verb: 'update' }, { answer: 500 }, 2)
    cluster.faults.add({ ...mine, name: 'b', verb: 'update' }, { reset: true }, 2)
    const { writer, errors } = begin({ concurrency: 1 })
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await eventually(() => statusOf('b')).toEqual(written)
    expect(errors).toContain(`${namespace}/refused 403 Forbidden`)
  })

  it('does not hammer an API server that refuses', async () => {
    await author.create(ingresses, ours('refused'))
    cluster.faults.add({ ...mine, name: 'refused' }, { answer: 403, reason: 'Forbidden' })
    const before = writes()
    const { writer } = begin({ backoff: { base: 60_000, limit: 60_000, random: () => 1 } })
    for (let i = 0; i < 20; i += 1) {
      writer.update({ ingresses: await read(), addresses: here })
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect(writes() - before).toBe(1)
  })

  it('takes its addresses off when it goes for good', async () => {
    await author.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await writer.clear(AbortSignal.timeout(10_000))
    expect(await statusOf('a')).toEqual([])
  })
})
