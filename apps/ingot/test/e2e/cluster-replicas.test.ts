import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../cluster/in-cluster.ts'
import { programInCluster } from './cluster-fixture.ts'
import type { IngotProcess } from './ingot-process.ts'
import { RetryingLoad } from './retrying-load.ts'
import { TcpBalancer } from './tcp-balancer.ts'

const address = '192.0.2.1'
const host = 'shop.example.com'

programInCluster('three replicas behind a balancer, before $name', cluster => {
  let balancer: TcpBalancer
  let replicas: IngotProcess[]

  beforeAll(async () => {
    await cluster.service('web')
    await cluster.route('shop', host, 'web')
    const flags = ['--publish-address', address, '--drain-delay', '500ms', '--clear-status-on-shutdown']
    replicas = await Promise.all(Array.from({ length: 3 }, () => cluster.serveOwn(...flags)))
    balancer = await TcpBalancer.start()
    for (const replica of replicas) {
      await balancer.add({ port: replica.port('http'), readiness: replica.url('admin', '/readyz') })
    }
  })
  afterAll(() => balancer?.stop())

  const leads = ({ log, isRunning }: IngotProcess) =>
    isRunning && log.findLast(line => 'leading' in line)?.leading === true
  async function leader(): Promise<IngotProcess> {
    await eventually(() => replicas.filter(leads).length).toBe(1)
    return replicas.find(leads)!
  }

  /** The status of an Ingress that was not there before is written, and nobody's is taken away. */
  async function statusGoesOn(name: string): Promise<void> {
    await cluster.route(name, `${name}.example.com`, 'web')
    await eventually(() => cluster.addressesOf(name)).toEqual([address])
    expect(await cluster.addressesOf('shop')).toEqual([address])
  }

  it('lose no request that is safe to repeat when one is drained and one is killed, and another leads', async () => {
    const kept = new RetryingLoad(balancer.port, host, { clients: 8, keepAlive: true })
    const fresh = new RetryingLoad(balancer.port, host, { clients: 8, keepAlive: false })
    const more = () => Promise.all([kept.more(100), fresh.more(100)])
    await more()
    expect(balancer.ready).toBe(3)
    await statusGoesOn('before')

    const first = await leader()
    expect(await first.stop('SIGTERM')).toBe(0)
    await more()
    // Who was drained took no connection that it did not answer.
    expect(fresh.result.repeated).toBe(0)
    const second = await leader()
    await statusGoesOn('drained')

    await second.stop('SIGKILL')
    await more()
    const third = await leader()
    expect(third).not.toBe(second)
    await statusGoesOn('killed')
    await more()
    await Promise.all([kept.stop(), fresh.stop()])
    expect([...kept.result.errors, ...fresh.result.errors]).toEqual([])
    expect(balancer.ready).toBe(1)

    expect(await third.stop('SIGTERM')).toBe(0)
    for (const name of ['shop', 'before', 'drained', 'killed']) expect(await cluster.addressesOf(name)).toEqual([])
  })
})
