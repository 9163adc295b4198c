import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { plainConnection } from '../../src/cluster/api-connection.ts'
import { ingressClasses, ingresses, services } from '../../src/cluster/api-resources.ts'
import { startApiServer } from '../cluster/api-server.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { clientOf, ingress, ingressClass, service } from '../cluster/test-clusters.ts'
import { programInCluster } from './cluster-fixture.ts'
import { askSecurely } from './https-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { whoServes } from './who-serves.ts'

programInCluster('the program and the faults of $name:', cluster => {
  let ingot: IngotProcess
  let standardAuthority = ''

  beforeAll(async () => {
    const { faults } = cluster
    for (const name of ['web', 'cart']) await cluster.service(name)
    await cluster.route('shop', 'shop.example.com', 'web')
    await cluster.route('standard', 'standard.example.com', 'web')
    standardAuthority = await cluster.certificate('standard', 'standard.example.com')
    await cluster.certificate('forbidden', 'secret.example.com')
    const tls = [{ hosts: ['secret.example.com'], secretName: 'forbidden' }]
    await cluster.route('secret', 'secret.example.com', 'web', { tls })
    // It meets all of this while it starts.
    faults.add({ plural: 'ingresses', verb: 'list' }, { answer: 429, reason: 'TooManyRequests', retryAfter: 1 }, 1)
    faults.add({ plural: 'services', verb: 'list' }, { delay: 300 }, 1)
    faults.add({ plural: 'services', verb: 'list' }, { answer: 503 }, 1)
    faults.add({ plural: 'endpointslices', verb: 'list' }, { reset: true }, 2)
    faults.add({ plural: 'ingressclasses', verb: 'watch' }, { reset: true }, 2)
    faults.add({ plural: 'secrets', name: 'forbidden' }, { answer: 403, reason: 'Forbidden' })
    const standard = `${cluster.namespace}/standard`
    const flags = ['--https-port', '0', '--no-https-redirect', '--default-certificate', standard]
    ingot = await cluster.serve(...flags)
  })
  afterEach(async () => {
    expect(await whoServes(ingot, 'shop.example.com')).toMatch(/^(web|cart)$/)
  })

  async function moveTo(service: string): Promise<void> {
    const { spec } = ingress(cluster.namespace, 'shop')
    const [rule] = (spec as { rules: { http: { paths: object[] } }[] }).rules
    const paths = [{ ...rule?.http.paths[0], backend: { service: { name: service, port: { number: 80 } } } }]
    const rules = [{ host: 'shop.example.com', http: { paths } }]
    await cluster.patch(ingresses, 'shop', { spec: { rules } })
  }

  const cannotFollow = (kind: string, why = /a fault/) =>
    ingot.logged(line => line.kind === kind && /cannot be followed/.test(line.msg) && why.test(String(line.error)))

  it('it begins when an API server that is slow, busy and drops connections lets it', async () => {
    expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
    expect(cluster.requests({ verb: 'list', plural: 'ingresses' })).toBeGreaterThan(1)
  })

  it('a certificate that it may not read leaves its host with the default one, and says so', async () => {
    const shown = askSecurely(ingot.port('https'), 'secret.example.com', standardAuthority)
    await expect(shown).rejects.toThrow(/altnames/)
    expect(await whoServes(ingot, 'secret.example.com')).toBe('web')
    await cannotFollow('Secret')
  })

  it('the default certificate is the Secret that it was told, and another one when that is renewed', async () => {
    const ask = async (ca: string) =>
      (await askSecurely(ingot.port('https'), 'standard.example.com', ca).catch(() => undefined))?.backend
    expect(await ask(standardAuthority)).toBe('web')
    const renewed = await cluster.certificate('standard', 'standard.example.com')
    await eventually(() => ask(renewed)).toBe('web')
  })

  it.each(['reset', 'end'] as const)('watches that are %s in the middle lose nothing', async how => {
    cluster.faults.cut(how)
    await moveTo('cart')
    await eventually(() => whoServes(ingot, 'shop.example.com')).toBe('cart')
    cluster.faults.cut(how)
    await moveTo('web')
    await eventually(() => whoServes(ingot, 'shop.example.com')).toBe('web')
  })

  it('events that come again, too late or as nonsense lead nowhere else', async () => {
    const { faults } = cluster
    const older = await cluster.get(ingresses, 'shop')
    await moveTo('cart')
    await eventually(() => whoServes(ingot, 'shop.example.com')).toBe('cart')
    for (const type of ['MODIFIED', 'ADDED']) faults.say({ type, object: older }, { plural: 'ingresses' })
    faults.say('{"type":"MODIFIED"', { plural: 'ingresses' })
    await cluster.route('marker', 'marker.example.com', 'web')
    await eventually(() => whoServes(ingot, 'marker.example.com')).toBe('web')
    expect(await whoServes(ingot, 'shop.example.com')).toBe('cart')
  })

  it('of a kind that may not be read any more it keeps what it had', async () => {
    const { faults } = cluster
    const allow = faults.add({ plural: 'services' }, { answer: 403, reason: 'Forbidden' })
    faults.cut('reset', { plural: 'services' })
    await cannotFollow('Service')
    await moveTo('web')
    await eventually(() => whoServes(ingot, 'shop.example.com')).toBe('web')
    allow()
  })

  it('what was live stays live while the API server is away, and is caught up with when all versions are gone', async () => {
    await cluster.goAway()
    await cannotFollow('Ingress', /cannot be reached/)
    await moveTo('cart')
    if (cluster.compacts) await cluster.compact()
    expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
    await cluster.comeBack()
    await eventually(() => whoServes(ingot, 'shop.example.com')).toBe('cart')
  })
})

programInCluster('the program that starts while $name is away', cluster => {
  it('waits until it comes, and says why', async () => {
    await cluster.service('web')
    await cluster.route('shop', 'shop.example.com', 'web')
    await cluster.ownClass()
    await cluster.goAway()
    const ingot = await cluster.launch(cluster.url)
    await ingot.logged(line => /cannot be followed/.test(line.msg) && /cannot be reached/.test(String(line.error)))
    expect(ingot.log.some(line => line.msg === 'ready')).toBe(false)
    await cluster.comeBack()
    await ingot.ready()
    expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
  })
})

it('a token that has run out is read again from its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-token-'))
  const server = await startApiServer({ bookmarkInterval: 100 })
  const author = clientOf({ url: server.url }, { userAgent: 'author' })
  const tokenFile = join(folder, 'token')
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(tokenFile, 'first')
  await writeFile(kubeconfig, kubeconfigText({ server: server.url }, { tokenFile }))
  await author.create(ingressClasses, ingressClass('ingot', 'ingot.dev/ingress-controller'))
  await author.create(services, service('default', 'web'))
  await author.create(ingresses, ingress('default', 'shop', { ingressClassName: 'ingot' }))
  server.tokens.add('first')
  const ingot = await IngotProcess.serve('--cluster', '--kubeconfig', kubeconfig)
  try {
    expect(await whoServes(ingot, 'shop.example.com')).toBe(503)
    await writeFile(tokenFile, 'second')
    server.tokens.delete('first')
    server.tokens.add('second')
    server.faults.cut('reset')
    const second = new ApiClient(plainConnection(server.url, { headers: { authorization: 'Bearer second' } }))
    await second.create(ingresses, ingress('default', 'later', { ingressClassName: 'ingot' }))
    await second.close()
    await eventually(() => whoServes(ingot, 'later.example.com')).toBe(503)
    expect(ingot.output).not.toMatch(/first|second/)
  } finally {
    await ingot.stop('SIGKILL')
    await author.close()
    await server.stop()
    await rm(folder, { recursive: true })
  }
})
