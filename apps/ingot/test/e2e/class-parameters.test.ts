import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { configMaps, events, ingressClasses } from '../../src/cluster/api-resources.ts'
import { clusterKinds, configMap, freshName, ingressClass } from '../cluster/test-clusters.ts'
import { ClusterFixture } from './cluster-fixture.ts'
import { sendRaw } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'

describe.each(clusterKinds)('parameters of a class, before $name', { timeout: 60_000 }, kind => {
  if (kind.missing !== undefined) return it.skip(kind.missing, () => undefined)
  let cluster: ClusterFixture
  let ingot: IngotProcess
  const className = freshName('class')
  const eventually = (read: () => unknown) => expect.poll(read, { timeout: 30_000 })

  beforeAll(async () => {
    cluster = await ClusterFixture.start(kind)
    const { author, namespace } = cluster
    const reference = { kind: 'ConfigMap', scope: 'Namespace', namespace, name: 'parameters' }
    await author.create(ingressClasses, ingressClass(className, `ingot.dev/${className}`, reference))
    await author.create(
      configMaps,
      configMap(namespace, 'parameters', { 'ingot.yaml': 'routes: { maxBodyBytes: 10 }' }),
    )
    await cluster.service('web', [{ name: 'http', port: 80, protocol: 'TCP' }], 'web')
    const paths = [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }]
    await cluster.ingress('shop', {
      ingressClassName: className,
      rules: [{ host: 'shop.example.com', http: { paths } }],
    })
    ingot = await cluster.serve('--controller', `ingot.dev/${className}`)
  }, 120_000)
  afterAll(() => cluster.stop())

  async function send(length: number): Promise<number> {
    const head = `POST / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`
    return (await sendRaw(ingot.port('http'), head + 'x'.repeat(length))).status
  }

  async function change(text: string): Promise<void> {
    const place = { namespace: cluster.namespace, name: 'parameters' }
    await cluster.author.patch(configMaps, place, { data: { 'ingot.yaml': text } })
  }

  it('are followed, and the last good ones stay when they are spoilt, with an Event on the class', async () => {
    expect([await send(10), await send(11)]).toEqual([200, 413])
    await change('routes: { maxBodyBytes: 20 }')
    await eventually(() => send(11)).toBe(200)
    await change('routes: { maxBodyBytes: plenty }')
    const ofClass = async () =>
      (await cluster.author.list(events, {})).items.filter(
        event => (event.regarding as ApiObject | undefined)?.name === className,
      )
    await eventually(async () => (await ofClass()).map(({ reason }) => reason)).toEqual(['InvalidClassParameters'])
    expect([await send(20), await send(21)]).toEqual([200, 413])
  })
})
