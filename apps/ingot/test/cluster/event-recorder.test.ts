import type { Diagnostic } from '@ingot/kubernetes'
import { beforeEach, expect, it } from 'vitest'
import { events, ingresses } from '../../src/cluster/api-resources.ts'
import { EventRecorder, type EventRecorderOptions } from '../../src/cluster/event-recorder.ts'
import { eventually, inCluster } from './in-cluster.ts'
import { ingress } from './test-clusters.ts'

inCluster('an event recorder before $name', cluster => {
  let uid: string

  beforeEach(async () => {
    const shop = await cluster.create(ingresses, ingress(cluster.namespace, 'shop'))
    uid = shop.metadata.uid!
  })

  function begin(options: Partial<EventRecorderOptions> = {}) {
    const client = cluster.client('recorder')
    const recorder = new EventRecorder({
      client,
      controller: 'ingot.dev/ingress-controller',
      instance: 'ingot-0',
      leading: () => true,
      subject: object => (object.name === 'gone' ? undefined : { apiVersion: 'networking.k8s.io/v1', uid }),
      signal: cluster.signal,
      backoff: { base: 10, limit: 100 },
      ...options,
    })
    cluster.background(recorder.run())
    const update = (diagnostics: Diagnostic[]) => {
      recorder.take({ isWhole: true, added: diagnostics, gone: [] })
      recorder.tell()
    }
    return Object.assign(recorder, { update })
  }

  function trouble(message: string, changes: Partial<Diagnostic> = {}): Diagnostic {
    const object = { kind: 'Ingress', namespace: cluster.namespace, name: 'shop' }
    return { code: 'service-not-found', severity: 'error', message, object, field: 'spec.rules[0]', ...changes }
  }

  async function told(): Promise<string[]> {
    const items = await cluster.list(events)
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
      trouble('Gone.', { object: { kind: 'Ingress', namespace: cluster.namespace, name: 'gone' } }),
    ])
    await eventually(told).toEqual([
      'Normal UnsupportedAnnotation An annotation does nothing. 1',
      'Warning ServiceNotFound spec.rules[0]: There is no Service web. 1',
      'Warning ShadowedPath spec.rules[0]: A path is shadowed. 1',
    ])
    const [event] = await cluster.list(events)
    expect(event).toMatchObject({
      regarding: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        namespace: cluster.namespace,
        name: 'shop',
        uid,
      },
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
    const [event] = await cluster.list(events)
    await cluster.delete(events, event!.metadata.name)
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
    const object = { kind: 'Ingress', namespace: cluster.namespace, name: 'calm' }
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
    const [event] = await cluster.list(events)
    expect(Buffer.byteLength(String(event!.note))).toBeLessThanOrEqual(1024)
    expect(event!.note).toMatch(/^spec\.rules\[0\]: ä+…$/)
  })

  it('tells of objects without a namespace in the default one', async () => {
    const object = { kind: 'IngressClass', namespace: '', name: `class-${cluster.namespace}` }
    begin().update([trouble('parameters', { object, code: 'invalid-class' })])
    const found = async () =>
      (await cluster.list(events, 'default')).filter(event => event.metadata.name.startsWith(object.name))
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
