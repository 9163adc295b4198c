import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smugglingCases } from './smuggling.cases.ts'
import { type RunningProxy, startProxy } from './support/proxy.ts'
import { exchangeRaw } from './support/raw-client.ts'
import { type RecordingUpstream, recordingUpstream } from './support/recording-upstream.ts'

let upstream: RecordingUpstream
let admin: RecordingUpstream

const routes = [
  { host: 'a.test', path: '/', pathType: 'Prefix', target: 'upstream' },
  { host: 'a.test', path: '/admin', pathType: 'Prefix', target: 'admin' },
] as const

beforeAll(async () => {
  upstream = await recordingUpstream()
  admin = await recordingUpstream()
})

afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
  await admin[Symbol.asyncDispose]()
})

const expand = (text: string) =>
  text.replace(/\{(\d+)\*([^}]*)\}/g, (_, count, piece: string) => piece.repeat(Number(count)))

describe.each([
  ['a parser from the start', undefined],
  ['one when a head has come', 0],
])('on a connection that gets %s', (_, free) => {
  let proxy: RunningProxy

  beforeAll(async () => {
    proxy = await startProxy({ backends: { upstream: upstream.port, admin: admin.port }, routes, free })
  })

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
  })

  for (const [topic, cases] of Object.entries(smugglingCases)) {
    describe(topic, () => {
      it.each(cases)('$name', async ({ send, refused, forwarded, incomplete }) => {
        upstream.forget()
        const { text, closed } = await exchangeRaw(proxy.port, expand(send), 40)
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))?.[1])
        if (refused !== undefined) {
          expect(refused).toContain(status)
          expect(closed).toBe(true)
          expect(upstream.bytes()).toBe('')
        } else if (forwarded !== undefined) {
          expect(status).toBe(200)
          expect(upstream.requests()).toEqual(forwarded)
        } else {
          expect(incomplete).toBe(true)
          expect(status === 200).toBe(false)
          expect(upstream.requests()).toEqual([])
        }
        expect(admin.bytes()).toBe('')
        await expect.poll(() => proxy.inFlight()).toBe(0)
      })
    })
  }

  it('leaves no connection or request behind, whatever was sent', async () => {
    const served = await exchangeRaw(proxy.port, 'GET /after HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
    expect(served.text).toMatch(/^HTTP\/1\.1 200 OK/)
    const connections = () => new Promise(done => proxy.server.getConnections((_, count) => done(count)))
    await expect.poll(connections).toBe(0)
    for (const { endpoint } of proxy.registry.endpoints()) expect(endpoint.transport.stats.running).toBe(0)
  })
})
