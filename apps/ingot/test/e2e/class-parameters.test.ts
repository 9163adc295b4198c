import { beforeAll, expect, it } from 'vitest'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { configMaps, events } from '../../src/cluster/api-resources.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { configMap } from '../cluster/test-clusters.ts'
import { programInCluster } from './cluster-fixture.ts'
import { sendRaw } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'

programInCluster('parameters of a class, before $name', cluster => {
  let ingot: IngotProcess

  beforeAll(async () => {
    const { namespace } = cluster
    await cluster.ownClass({ kind: 'ConfigMap', scope: 'Namespace', namespace, name: 'parameters' })
    const limits = { 'ingot.yaml': 'routes: { maxBodyBytes: 10 }' }
    await cluster.create(configMaps, configMap(namespace, 'parameters', limits))
    await cluster.service('web')
    await cluster.route('shop', 'shop.example.com', 'web')
    ingot = await cluster.serve()
  })

  async function send(length: number): Promise<number> {
    const head = `POST / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`
    return (await sendRaw(ingot.port('http'), head + 'x'.repeat(length))).status
  }

  async function change(text: string): Promise<void> {
    await cluster.patch(configMaps, 'parameters', { data: { 'ingot.yaml': text } })
  }

  it('are followed, and the last good ones stay when they are spoilt, with an Event on the class', async () => {
    expect([await send(10), await send(11)]).toEqual([200, 413])
    await change('routes: { maxBodyBytes: 20 }')
    await eventually(() => send(11)).toBe(200)
    await change('routes: { maxBodyBytes: plenty }')
    const ofClass = async () =>
      (await cluster.author.list(events)).items.filter(
        event => (event.regarding as ApiObject | undefined)?.name === cluster.className,
      )
    await eventually(async () => (await ofClass()).map(({ reason }) => reason)).toEqual(['InvalidClassParameters'])
    expect([await send(20), await send(21)]).toEqual([200, 413])
  })
})
