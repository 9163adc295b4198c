import { createServer } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { listen, startProxy, transports, useTransport } from './support/proxy.ts'
import { exchangeRaw, rawConnection } from './support/raw-client.ts'
import { rawUpstream } from './support/upstream.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'

async function closedPort() {
  const server = createServer()
  const port = await listen(server)
  await new Promise(done => server.close(done))
  return port
}

describe.each(transports)('by %s', (_, transport) => {
  beforeAll(() => useTransport(transport))

  describe('what an endpoint does wrong becomes', () => {
    it('502 connection-refused if nothing listens', async () => {
      await using proxy = await startProxy({ backends: { upstream: await closedPort() } })
      const client = await rawConnection(proxy.port, GET)
      const text = await client.until(received => received.endsWith('connection-refused\n'))
      expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]*\r\n\r\n502 connection-refused\n$/)
      expect(client.closed).toBe(false)
      client.socket.destroy()
      expect(proxy.records[0]).toMatchObject({ status: 502, failure: { code: 'connection-refused' }, attempts: 1 })
    })

    it('nothing if another endpoint is there to take its place', async () => {
      await using upstream = await rawUpstream((_, socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
      )
      await using proxy = await startProxy({ backends: { upstream: [await closedPort(), upstream.port] } })
      const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc'
      for (const request of [GET, GET, post, post]) {
        expect((await exchangeRaw(proxy.port, request, 30)).text).toMatch(/^HTTP\/1\.1 200 OK/)
      }
      expect(upstream.received.join('')).toContain('\r\n\r\nabc')
      expect(proxy.records.map(record => record.attempts).sort()).toEqual([1, 1, 2, 2])
    })

    it('504 head-timeout if it never answers', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { headTimeout: 100 } })
      expect((await exchangeRaw(proxy.port, GET, 1_500)).text).toMatch(/^HTTP\/1\.1 504 [\s\S]*504 head-timeout\n$/)
      await expect.poll(() => proxy.inFlight()).toBe(0)
    })

    it('a response cut off if its body stops', async () => {
      await using upstream = await rawUpstream((_, socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsome'),
      )
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { bodyIdleTimeout: 100 } })
      const { text, closed } = await exchangeRaw(proxy.port, GET, 1_500)
      expect(text).toMatch(/some$/)
      expect(closed).toBe(true)
      await expect.poll(() => proxy.records[0]?.failure?.code).toBe('body-timeout')
    })

    it('a repeated request if it closed the idle connection just then, and 502 if it does so every time', async () => {
      let connections = 0
      await using upstream = await rawUpstream((received, socket) => {
        if (received.match(/\r\n\r\n/g)?.length === 1 && connections++ < 1) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        } else if (connections > 1 && connections < 3) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        } else socket.destroy()
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      expect((await exchangeRaw(proxy.port, GET, 30)).text).toMatch(/^HTTP\/1\.1 200 OK/)
      // The same connection is used; the endpoint closes it on sight of the request, and another one is made.
      expect((await exchangeRaw(proxy.port, GET, 60)).text).toMatch(/^HTTP\/1\.1 200 OK/)
      connections = 9
      expect((await exchangeRaw(proxy.port, GET, 60)).text).toMatch(/^HTTP\/1\.1 502 /)
    })
  })

  describe('a response that can be read in two ways is a 502', () => {
    it.each([
      ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
      ['the same length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'],
      ['a length list', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok'],
      ['a signed length', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok'],
      ['an empty length', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok'],
      [
        'a length and an encoding',
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['a folded field', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok'],
      ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
      ['a bare CR in a value', 'HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok'],
      ['a NUL in a value', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok'],
      ['a space before a colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok'],
      ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok'],
      ['a chunk size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n'],
      [
        'an unasked 101',
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfree bytes',
      ],
      ['no HTTP at all', 'SSH-2.0-OpenSSH_9.9\r\n'],
      ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok'],
      ['a status beyond 999', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok'],
      ['another version', 'HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
      ['a head without end', `HTTP/1.1 200 OK\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(100)}`],
    ])('%s', async (_, response) => {
      await using upstream = await rawUpstream((_, socket) => socket.write(response, 'latin1'))
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { headTimeout: 1_000 } })
      const { text } = await exchangeRaw(proxy.port, GET, 60)
      // Where the head was beyond doubt it has gone out; then the connection is cut within the body.
      if (text.startsWith('HTTP/1.1 200')) expect(text).not.toContain('0\r\n\r\n')
      else expect(text).toMatch(/^HTTP\/1\.1 502 [\s\S]*502 (bad-response|connection-reset)/)
      expect(text).not.toContain('free bytes')
      await expect.poll(() => proxy.inFlight()).toBe(0)
    })
  })
})
