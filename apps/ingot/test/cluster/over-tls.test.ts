import { createSecureServer, type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { plainConnection } from '../../src/cluster/api-connection.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { ingressClasses, ingresses, secrets } from '../../src/cluster/api-resources.ts'
import { classOwnership } from '../../src/cluster/class-ownership.ts'
import { ClusterSource } from '../../src/cluster/cluster-source.ts'
import { inCluster } from './in-cluster.ts'
import { type TestCertificates, testCertificates } from './test-certificates.ts'
import { freshName, ingress, ingressClass, secret } from './test-clusters.ts'

inCluster('over TLS, before $name', cluster => {
  it('more Secrets than one connection has streams are followed each by its name', async () => {
    const { author: client, namespace } = cluster
    const ourClass = freshName('class')
    const count = 120
    const names = Array.from({ length: count }, (_, i) => `s${i}`)
    await client.create(ingressClasses, ingressClass(ourClass, 'ingot.dev/test-controller'))
    await Promise.all(
      names.map(async name => {
        const tls = [{ hosts: [`${name}.example.com`], secretName: name }]
        await client.create(secrets, secret(namespace, name))
        await client.create(ingresses, ingress(namespace, name, { ingressClassName: ourClass, tls }))
      }),
    )
    const ownership = classOwnership({ controller: 'ingot.dev/test-controller' })
    const source = new ClusterSource({ client, ownership, signal: cluster.signal, namespaces: [namespace] })
    const batches = source[Symbol.asyncIterator]()
    const { value: first } = (await batches.next()) as { value: readonly { origin: string }[] }
    expect(first.filter(({ origin }) => origin.startsWith('Secret/'))).toHaveLength(count)
    for (const name of ['s0', `s${count - 1}`]) {
      await client.patch(secrets, { namespace, name }, { metadata: { labels: { renewed: 'yes' } } })
      const { value } = (await batches.next()) as { value: readonly { origin: string }[] }
      expect(value.map(change => change.origin)).toEqual([`Secret/${namespace}/${name}`])
    }
  })
})

describe('an API server that speaks HTTP/2', () => {
  let server: Http2SecureServer
  let client: ApiClient
  let sessions: ServerHttp2Session[]
  let streams: ServerHttp2Stream[]
  let certificates: TestCertificates

  beforeAll(async () => {
    certificates = await testCertificates()
    server = createSecureServer(certificates.server)
    server.on('session', session => sessions.push(session))
    server.on('stream', stream => {
      streams.push(stream)
      stream.on('error', () => undefined)
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.write(`${bookmark}\n`)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await client.close()
    for (const session of sessions) session.destroy()
  })
  afterAll(() => {
    server.close()
  })

  const bookmark = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}'

  async function watch(): Promise<{ next(): Promise<string> }> {
    const events = client.watch(secrets, { resourceVersion: '1', timeoutSeconds: 60 })
    const next = () =>
      events.next().then(
        result => (result.done ? 'end' : result.value.type),
        error => (error instanceof ApiError ? error.reason : String(error)),
      )
    expect(await next()).toBe('BOOKMARK')
    return { next }
  }

  function connect(): void {
    sessions = []
    streams = []
    const { port } = server.address() as AddressInfo
    const credentials = { headers: {}, tls: { ca: certificates.ca } }
    client = new ApiClient(plainConnection(`https://127.0.0.1:${port}`, credentials))
  }

  it('is watched many times over one connection', async () => {
    connect()
    await watch()
    await Promise.all(Array.from({ length: 20 }, watch))
    expect(sessions).toHaveLength(1)
  })

  it('may reset one watch, and the others go on', async () => {
    connect()
    const first = await watch()
    const second = await watch()
    streams[0]?.close(2)
    expect(await first.next()).not.toBe('BOOKMARK')
    streams[1]?.write(`${bookmark}\n`)
    expect(await second.next()).toBe('BOOKMARK')
  })

  it('may end a watch in good order', async () => {
    connect()
    const first = await watch()
    streams[0]?.end()
    expect(await first.next()).toBe('end')
  })

  it('may lose a connection, and is reached over another', async () => {
    connect()
    const first = await watch()
    sessions[0]?.destroy()
    expect(await first.next()).not.toBe('BOOKMARK')
    await watch()
    expect(sessions).toHaveLength(2)
  })

  it('may ask to be left, as it does to spread its load: new watches go over another connection', async () => {
    connect()
    const first = await watch()
    sessions[0]?.goaway()
    await new Promise(resolve => setTimeout(resolve, 50))
    await watch()
    expect(sessions).toHaveLength(2)
    streams[0]?.write(`${bookmark}\n`)
    expect(['BOOKMARK', 'Unreachable', 'end']).toContain(await first.next())
  })
})
