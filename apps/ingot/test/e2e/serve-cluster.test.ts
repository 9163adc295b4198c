import { beforeAll, expect, it } from 'vitest'
import { secrets } from '../../src/cluster/api-resources.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { programInCluster } from './cluster-fixture.ts'
import { askSecurely } from './https-client.ts'
import type { IngotProcess } from './ingot-process.ts'
import { whoServes } from './who-serves.ts'

const host = 'shop.example.com'

programInCluster('the program in a cluster, before $name,', cluster => {
  let ingot: IngotProcess
  let ca: string

  beforeAll(async () => {
    await cluster.service('web')
    ca = await cluster.certificate('tls', host)
    await cluster.route('shop', host, 'web', { tls: [{ hosts: [host], secretName: 'tls' }] })
    ingot = await cluster.serve('--https-port', '0', '--no-https-redirect', '--publish-address', '192.0.2.1')
  })

  it('serves routes, with their certificates, and says where', async () => {
    expect(await whoServes(ingot, host)).toBe('web')
    expect((await askSecurely(ingot.port('https'), host, ca)).backend).toBe('web')
    await eventually(() => cluster.addressesOf('shop')).toEqual(['192.0.2.1'])
  })

  // Where loopback addresses are refused there are no EndpointSlices that could change.
  it('follows endpoints', async context => {
    if (cluster.validates) context.skip()
    await cluster.moveService('web', 'cart')
    await eventually(() => whoServes(ingot, host)).toBe('cart')
    await cluster.moveService('web', 'web')
    await eventually(() => whoServes(ingot, host)).toBe('web')
  })

  it('serves what is live while the API server is away', async () => {
    await cluster.goAway()
    expect(await whoServes(ingot, host)).toBe('web')
    await cluster.comeBack()
  })

  it('ends in good order, and has told nobody a key', async () => {
    const { data } = await cluster.get(secrets, 'tls')
    expect(await ingot.stop()).toBe(0)
    expect(ingot.output).not.toContain((data as Record<string, string>)['tls.key']?.slice(40, 100))
  })
})
