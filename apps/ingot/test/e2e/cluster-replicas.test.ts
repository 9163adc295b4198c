import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../cluster/in-cluster.ts'
import { OwnWay } from '../cluster/own-way.ts'
import { programInCluster } from './cluster-fixture.ts'
import type { IngotProcess } from './ingot-process.ts'
import { RetryingLoad } from './retrying-load.ts'
import { TcpBalancer } from './tcp-balancer.ts'
import { whoServes } from './who-serves.ts'

const address = '192.0.2.1'
const host = 'shop.example.com'

programInCluster('three replicas behind a balancer, before $name', cluster => {
  let balancer: TcpBalancer
  let replicas: IngotProcess[]
  /** Of each replica to the API server. */
  let ways: OwnWay[]

  beforeAll(async () => {
    await cluster.service('web')
    await cluster.route('shop', host, 'web')
    const flags = ['--publish-address', address, '--drain-delay', '500ms', '--clear-status-on-shutdown']
    ways = await Promise.all(Array.from({ length: 3 }, () => OwnWay.to(cluster.url)))
    replicas = []
    for (const { url } of ways) replicas.push(await cluster.launch(url, ...flags))
    await Promise.all(replicas.map(replica => replica.ready()))
    balancer = await TcpBalancer.start()
    for (const replica of replicas) {
      await balancer.add({ port: replica.port('http'), readiness: replica.url('admin', '/readyz') })
    }
  })
  afterAll(async () => {
    balancer?.stop()
    await Promise.all(ways.map(way => way.close()))
  })

  const leads = ({ log, isRunning }: IngotProcess) =>
    isRunning && log.findLast(line => 'leading' in line)?.leading === true
  async function leader(): Promise<IngotProcess> {
    await eventually(() => replicas.filter(leads).length).toBe(1)
    return replicas.find(leads)!
  }

  async function nextLeader(before: IngotProcess): Promise<IngotProcess> {
    await eventually(() => replicas.filter(leads).filter(replica => replica !== before).length).toBe(1)
    // No two of them at the same time.
    expect(leads(before)).toBe(false)
    return leader()
  }

  /** The status of an Ingress that was not there before is written, and nobody's is taken away. */
  async function statusGoesOn(name: string): Promise<void> {
    await cluster.route(name, `${name}.example.com`, 'web')
    await eventually(() => cluster.addressesOf(name)).toEqual([address])
    expect(await cluster.addressesOf('shop')).toEqual([address])
  }

  it('lose no request at all when the leader is cut off from the API server, and another leads', async () => {
    const kept = new RetryingLoad(balancer.port, host, { clients: 8, keepAlive: true })
    const fresh = new RetryingLoad(balancer.port, host, { clients: 8, keepAlive: false })
    const more = () => Promise.all([kept.more(100), fresh.more(100)])
    const first = await leader()
    await ways[replicas.indexOf(first)]?.cut()
    await more()
    const second = await nextLeader(first)
    await statusGoesOn('cut-off')
    // What it had it goes on serving.
    expect(balancer.ready).toBe(3)
    expect(await whoServes(first, host)).toBe('web')
    expect(await whoServes(first, 'cut-off.example.com')).toBe(404)

    await ways[replicas.indexOf(first)]?.mend()
    await eventually(() => whoServes(first, 'cut-off.example.com')).toBe('web')
    await more()
    await Promise.all([kept.stop(), fresh.stop()])
    expect([kept.result, fresh.result]).toMatchObject([
      { repeated: 0, errors: [] },
      { repeated: 0, errors: [] },
    ])
    expect(replicas.filter(leads)).toEqual([second])
  })

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
    for (const name of ['shop', 'cut-off', 'before', 'drained', 'killed'])
      expect(await cluster.addressesOf(name)).toEqual([])
  })
})
