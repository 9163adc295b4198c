import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import {
  endpointSlices,
  ingressClasses,
  ingresses,
  namespaces,
  secrets,
  services,
} from '../../src/cluster/api-resources.ts'
import { type ApiServer, startApiServer } from '../cluster/api-server.ts'
import { clientOf } from '../cluster/test-clusters.ts'
import { IngotProcess } from './ingot-process.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web', 'cart')
const host = 'shop.example.com'
const namespace = 'shop'
let cluster: ApiServer
let author: ApiClient

beforeAll(async () => {
  cluster = await startApiServer({ bookmarkInterval: 100 })
  author = clientOf(cluster)
})
afterAll(async () => {
  await author.close()
  await cluster.stop()
})

const kubeconfig = () =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    clusters: [{ name: 'test', cluster: { server: cluster.url } }],
    users: [{ name: 'test', user: {} }],
  })

function slice(name: string, address: string) {
  const [ip, port] = address.split(':')
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: '', port: Number(port), protocol: 'TCP' }],
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
  }
}

function service(name: string) {
  const spec = { type: 'ClusterIP', ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

it('follows a cluster: routes, endpoints, certificates and status', async () => {
  const ca = await authority()
  const pair = await ca.issue([host])
  const data = {
    'tls.crt': Buffer.from(pair.cert).toString('base64'),
    'tls.key': Buffer.from(pair.key).toString('base64'),
  }
  await author.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } as never)
  await author.create(ingressClasses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'ingot' },
    spec: { controller: 'ingot.dev/ingress-controller' },
  } as never)
  await author.create(services, service('web') as never)
  await author.create(endpointSlices, slice('web', serve.backends.address('web')) as never)
  const tls = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace },
    type: 'kubernetes.io/tls',
    data,
  }
  await author.create(secrets, tls as never)
  const backend = { service: { name: 'web', port: { number: 80 } } }
  await author.create(ingresses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace },
    spec: {
      ingressClassName: 'ingot',
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      tls: [{ hosts: [host], secretName: 'tls' }],
    },
  } as never)
  const file = join(serve.folder, 'kubeconfig')
  await writeFile(file, kubeconfig())

  const ingot = new IngotProcess([
    ...['serve', '--cluster', '--kubeconfig', file, '--host', '127.0.0.1', '--port', '0', '--admin-port', '0'],
    ...['--https-port', '0', '--no-https-redirect', '--publish-address', '192.0.2.1'],
  ])
  try {
    await ingot.logged(line => line.msg === 'ready')
    expect(await serve.ask(ingot, host, '/')).toBe('web')
    await ingot.logged(line => line.msg === 'listening' && line.listener === 'https')
    await status(async () => JSON.stringify(await author.get(ingresses, { namespace, name: 'shop' })), '192.0.2.1')

    // Other endpoints, without another route.
    await author.update(endpointSlices, await renewed(slice('web', serve.backends.address('cart'))))
    await until(async () => (await serve.ask(ingot, host, '/')) === 'cart')

    // The API server away: what is live stays live.
    await cluster.goAway()
    expect(await serve.ask(ingot, host, '/')).toBe('cart')
    await cluster.comeBack()
    expect(await ingot.stop()).toBe(0)
    expect(ingot.output).not.toContain(String(data['tls.key']).slice(40, 100))
  } finally {
    await ingot.stop('SIGKILL')
  }
})

async function renewed(object: ReturnType<typeof slice>): Promise<never> {
  const { namespace, name } = object.metadata
  const present = await author.get(endpointSlices, { namespace, name })
  const { resourceVersion, uid } = present.metadata as { resourceVersion?: string; uid?: string }
  return { ...object, metadata: { ...object.metadata, resourceVersion, uid } } as never
}

async function status(read: () => Promise<string>, text: string): Promise<void> {
  await until(async () => (await read()).includes(text))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 20))
}
