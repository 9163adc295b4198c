import type { KubernetesObject } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { type ApiObject, asKubernetesObject } from '../../src/cluster/api-object.ts'
import { ingresses } from '../../src/cluster/api-resources.ts'
import type { PublishedAddress } from '../../src/cluster/publish-addresses.ts'
import { StatusWriter, type StatusWriterOptions } from '../../src/cluster/status-writer.ts'
import { eventually, inCluster } from './in-cluster.ts'
import { ingress } from './test-clusters.ts'

inCluster('a status writer before $name', cluster => {
  const mine = { client: 'writer' }
  const here: PublishedAddress[] = [{ ip: '192.0.2.1' }, { hostname: 'edge.example.com' }]
  /** In the order in which they are written. */
  const written = [{ hostname: 'edge.example.com' }, { ip: '192.0.2.1' }]

  const ours = (name: string) => ingress(cluster.namespace, name, { ingressClassName: 'ours' })
  const owns = ({ raw }: KubernetesObject) =>
    (raw as { spec?: { ingressClassName?: string } }).spec?.ingressClassName === 'ours'
  const writes = () => cluster.requests({ ...mine, verb: 'update' })
  const read = async () => (await cluster.list(ingresses)).map(asKubernetesObject)

  async function statusOf(name: string): Promise<unknown> {
    const object = await cluster.get(ingresses, name)
    return (object.status as { loadBalancer: { ingress?: unknown } }).loadBalancer.ingress ?? []
  }

  const setStatus = (object: ApiObject, addresses: readonly object[]) =>
    cluster.update(
      ingresses,
      { ...object, status: { loadBalancer: { ingress: addresses } } },
      { subresource: 'status' },
    )

  function begin(options: Partial<StatusWriterOptions> = {}): { writer: StatusWriter; errors: string[] } {
    const client = cluster.client('writer')
    const errors: string[] = []
    const writer = new StatusWriter({
      client,
      owns,
      leading: () => true,
      signal: cluster.signal,
      backoff: { base: 10, limit: 100 },
      onError: (ingress, error) => errors.push(`${ingress} ${error.code} ${error.reason}`),
      ...options,
    })
    cluster.background(writer.run())
    return { writer, errors }
  }

  it('gives our Ingresses the addresses, in a stable order, and leaves others alone', async () => {
    const foreign = await cluster.create(
      ingresses,
      ingress(cluster.namespace, 'foreign', { ingressClassName: 'other' }),
    )
    for (const name of ['a', 'b']) await cluster.create(ingresses, ours(name))
    begin().writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await eventually(() => statusOf('b')).toEqual(written)
    expect(await cluster.get(ingresses, 'foreign')).toEqual(foreign)
  })

  it('writes nothing that is right already, and nothing twice', async () => {
    await cluster.create(ingresses, ours('a'))
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
    await cluster.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    writer.update({ ingresses: await read(), addresses: [{ ip: '192.0.2.2' }] })
    await eventually(() => statusOf('a')).toEqual([{ ip: '192.0.2.2' }])
  })

  it('changes nothing while the addresses are not known', async () => {
    await setStatus(await cluster.create(ingresses, ours('a')), [{ ip: '192.0.2.7' }])
    begin().writer.update({ ingresses: await read() })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(await statusOf('a')).toEqual([{ ip: '192.0.2.7' }])
  })

  it('gives no address to an Ingress that no request can reach', async () => {
    for (const name of ['dead', 'live']) await cluster.create(ingresses, ours(name))
    const isLive = ({ metadata }: KubernetesObject) => metadata.name === 'live'
    begin().writer.update({ ingresses: await read(), addresses: here, isLive })
    await eventually(() => statusOf('live')).toEqual(written)
    expect(await statusOf('dead')).toEqual([])
  })

  it('takes back what it gave when an Ingress becomes another controller’s, and no more', async () => {
    await cluster.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await cluster.patch(ingresses, 'a', { spec: { ingressClassName: 'other' } })
    await setStatus(await cluster.get(ingresses, 'a'), [...written, { ip: '198.51.100.1' }])
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual([{ ip: '198.51.100.1' }])
  })

  it('does not take from a foreign Ingress an address that happens to be ours', async () => {
    const foreign = await cluster.create(
      ingresses,
      ingress(cluster.namespace, 'foreign', { ingressClassName: 'other' }),
    )
    await setStatus(foreign, here)
    await cluster.create(ingresses, ours('a'))
    begin().writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    expect(await statusOf('foreign')).toEqual(here)
  })

  it('writes only while it leads, and catches up when it begins to', async () => {
    await cluster.create(ingresses, ours('a'))
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
    await cluster.create(ingresses, ours('changed'))
    await cluster.create(ingresses, ours('taken'))
    const old = await read()
    await cluster.patch(ingresses, 'changed', { metadata: { labels: { a: 'b' } } })
    await cluster.patch(ingresses, 'taken', { spec: { ingressClassName: 'other' } })
    const { writer, errors } = begin()
    writer.update({ ingresses: old, addresses: here })
    await eventually(() => statusOf('changed')).toEqual(written)
    expect((await cluster.get(ingresses, 'changed')).metadata.labels).toEqual({ a: 'b' })
    expect(await statusOf('taken')).toEqual([])
    expect(errors).toEqual([])
  })

  it('forgets an Ingress that is gone', async () => {
    await cluster.create(ingresses, ours('a'))
    const old = await read()
    await cluster.delete(ingresses, 'a')
    await cluster.create(ingresses, ours('b'))
    const { writer, errors } = begin()
    writer.update({ ingresses: [...old, ...(await read())], addresses: here })
    await eventually(() => statusOf('b')).toEqual(written)
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(errors).toEqual([])
  })

  it('tries again until it succeeds, and is not held up by one that it may not write', async () => {
    for (const name of ['a', 'b', 'refused']) await cluster.create(ingresses, ours(name))
    cluster.faults.add({ ...mine, name: 'refused' }, { answer: 403, reason: 'Forbidden' })
    cluster.faults.add({ ...mine, name: 'a', verb: 'update' }, { answer: 500 }, 2)
    cluster.faults.add({ ...mine, name: 'b', verb: 'update' }, { reset: true }, 2)
    const { writer, errors } = begin({ concurrency: 1 })
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await eventually(() => statusOf('b')).toEqual(written)
    expect(errors).toContain(`${cluster.namespace}/refused 403 Forbidden`)
  })

  it('does not hammer an API server that refuses', async () => {
    await cluster.create(ingresses, ours('refused'))
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
    await cluster.create(ingresses, ours('a'))
    const { writer } = begin()
    writer.update({ ingresses: await read(), addresses: here })
    await eventually(() => statusOf('a')).toEqual(written)
    await writer.clear(AbortSignal.timeout(10_000))
    expect(await statusOf('a')).toEqual([])
  })
})
