import type { Diagnostic } from '@ingot/kubernetes'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import { events, ingresses } from '../../src/cluster/api-resources.ts'
import { EventRecorder, type EventRecorderOptions } from '../../src/cluster/event-recorder.ts'
import { Background, clientOf, clusterKinds, freshNamespace, ingress, type TestCluster } from './test-clusters.ts'

describe.each(clusterKinds)('an event recorder before $name', { timeout: 60_000 }, ({ missing, start }) => {
  if (missing !== undefined) return it.skip(missing, () => undefined)
  let cluster: TestCluster
  let author: ApiClient
  let namespace: string
  let uid: string
  let background: Background

  beforeAll(async () => {
    cluster = await start()
    author = clientOf(cluster, { userAgent: 'author' })
  }, 120_000)
  beforeEach(async () => {
    namespace = await freshNamespace(author)
    const shop = await author.create(ingresses, ingress(namespace, 'shop'))
    uid = shop.metadata.uid!
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

  function begin(options: Partial<EventRecorderOptions> = {}): EventRecorder {
    const client = clientOf(cluster, { userAgent: 'recorder', timeout: 2_000 })
    const recorder = new EventRecorder({
      client,
      controller: 'ingot.dev/ingress-controller',
      instance: 'ingot-0',
      leading: () => true,
      subject: object => (object.name === 'gone' ? undefined : { apiVersion: 'networking.k8s.io/v1', uid }),
      signal: background.signal,
      backoff: { base: 10, limit: 100 },
      ...options,
    })
    background.add(recorder.run().finally(() => client.close()))
    return recorder
  }

  function trouble(message: string, changes: Partial<Diagnostic> = {}): Diagnostic {
    const object = { kind: 'Ingress', namespace, name: 'shop' }
    return { code: 'service-not-found', severity: 'error', message, object, field: 'spec.rules[0]', ...changes }
  }

  async function told(): Promise<string[]> {
    const { items } = await author.list(events, { namespace })
    return items
      .map(({ type, reason, note, series }) => {
        const count = (series as { count?: number } | undefined)?.count ?? 1
        return `${type} ${reason} ${note} ${count}`
      })
      .sort()
  }

  it('makes an Event of each diagnostic, on the object that it is about', async () => {
    const recorder = begin()
    recorder.update([
      trouble('There is no Service web.'),
      trouble('A path is shadowed.', { code: 'shadowed-path', severity: 'warning' }),
      trouble('An annotation does nothing.', { code: 'unsupported-annotation', severity: 'info', field: undefined }),
      trouble('Nobody to tell.', { object: undefined }),
      trouble('Gone.', { object: { kind: 'Ingress', namespace, name: 'gone' } }),
    ])
    await eventually(told).toEqual([
      'Normal UnsupportedAnnotation An annotation does nothing. 1',
      'Warning ServiceNotFound spec.rules[0]: There is no Service web. 1',
      'Warning ShadowedPath spec.rules[0]: A path is shadowed. 1',
    ])
    const [event] = (await author.list(events, { namespace })).items
    expect(event).toMatchObject({
      regarding: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: 'shop', uid },
      reportingController: 'ingot.dev/ingress-controller',
      reportingInstance: 'ingot-0',
      action: 'Translate',
    })
    expect(recorder.dropped).toBe(0)
  })

  it('tells trouble that stays only once', async () => {
    const recorder = begin()
    for (let i = 0; i < 10; i += 1) recorder.update([trouble('one'), trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 1'])
    recorder.update([trouble('one'), trouble('two')])
    await eventually(async () => (await told()).length).toBe(2)
    expect((await told())[0]).toBe('Warning ServiceNotFound spec.rules[0]: one 1')
  })

  it('counts trouble that comes back in the Event that there is', async () => {
    const recorder = begin()
    recorder.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 1'])
    recorder.update([])
    recorder.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 2'])
    recorder.update([])
    recorder.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 3'])
  })

  it('counts trouble that lasts, from time to time', async () => {
    const recorder = begin({ limits: { repeatAfter: 100 } })
    recorder.update([trouble('one')])
    await eventually(async () => Number((await told())[0]?.split(' ').at(-1))).toBeGreaterThanOrEqual(3)
    expect(await told()).toHaveLength(1)
  })

  it('makes an Event again that the API server has forgotten', async () => {
    const recorder = begin()
    recorder.update([trouble('one')])
    await eventually(told).toHaveLength(1)
    const [event] = (await author.list(events, { namespace })).items
    await author.delete(events, { namespace, name: event!.metadata.name })
    recorder.update([])
    recorder.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 1'])
  })

  it('goes on in the Events of another replica, when it begins to lead', async () => {
    let leads = false
    const standby = begin({ instance: 'ingot-1', leading: () => leads })
    const leader = begin()
    standby.update([trouble('one')])
    leader.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 1'])
    leads = true
    standby.poke()
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 2'])
  })

  it('drops what is more than one object may have, and tells of others all the same', async () => {
    const recorder = begin({ limits: { objectBurst: 3, objectRate: 0 } })
    const object = { kind: 'Ingress', namespace, name: 'calm' }
    const flood = Array.from({ length: 20 }, (_, i) => trouble(`flood ${i}`))
    recorder.update([...flood, trouble('calm', { object })])
    await eventually(told).toHaveLength(4)
    expect((await told()).some(line => line.includes('calm'))).toBe(true)
    expect(recorder.dropped).toBe(17)
  })

  it('drops what is too much in all', async () => {
    const recorder = begin({ limits: { burst: 5, rate: 0 } })
    recorder.update(Array.from({ length: 8 }, (_, i) => trouble(`n ${i}`)))
    await eventually(() => recorder.dropped).toBe(3)
    expect(await told()).toHaveLength(5)
  })

  it('cuts what is longer than an Event may be, between two characters', async () => {
    begin().update([trouble('ä'.repeat(2_000))])
    await eventually(told).toHaveLength(1)
    const [event] = (await author.list(events, { namespace })).items
    expect(Buffer.byteLength(String(event!.note))).toBeLessThanOrEqual(1024)
    expect(event!.note).toMatch(/^spec\.rules\[0\]: ä+…$/)
  })

  it('tells of objects without a namespace in the default one', async () => {
    const object = { kind: 'IngressClass', namespace: '', name: `class-${namespace}` }
    begin().update([trouble('parameters', { object, code: 'invalid-class' })])
    const found = async () =>
      (await author.list(events, { namespace: 'default' })).items.filter(event =>
        event.metadata.name.startsWith(object.name),
      )
    await eventually(async () => (await found()).length).toBe(1)
    expect((await found())[0]).toMatchObject({
      reason: 'InvalidClass',
      regarding: { kind: 'IngressClass', name: object.name },
    })
  })

  it('tries again after errors, and gives up what is refused for good', async () => {
    const failures: string[] = []
    const recorder = begin({ onError: error => failures.push(`${error.code} ${error.reason}`) })
    const create = { client: 'recorder', verb: 'create' } as const
    cluster.faults.add(create, { answer: 429, reason: 'TooManyRequests' }, 1)
    cluster.faults.add(create, { loseAnswer: true }, 1)
    recorder.update([trouble('one')])
    await eventually(told).toEqual(['Warning ServiceNotFound spec.rules[0]: one 2'])
    cluster.faults.add(create, { answer: 403, reason: 'Forbidden' }, 1)
    recorder.update([trouble('two')])
    await eventually(() => recorder.dropped).toBe(1)
    expect(failures).toEqual(['429 TooManyRequests', '0 Unreachable', '403 Forbidden'])
  })
})
