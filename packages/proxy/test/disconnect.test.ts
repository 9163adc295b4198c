import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { type RunningProxy, startProxy, transports, useTransport } from './support/proxy.ts'
import { rawConnection } from './support/raw-client.ts'
import { httpUpstream, rawUpstream } from './support/upstream.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
const upload = (length: number) => `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n\r\n`
const HEAD_ONLY = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'
const MEGABYTE = Buffer.alloc(1024 * 1024, 'x')

/** Every place at the endpoints is free again, and the next request is served as if nothing had happened. */
async function expectFree(proxy: RunningProxy) {
  await expect.poll(() => proxy.inFlight()).toBe(0)
  const running = () => [...proxy.registry.endpoints()].map(({ endpoint }) => endpoint.transport.stats.running)
  await expect.poll(running).toEqual(running().map(() => 0))
}

describe.each(transports)('by %s', (_, transport) => {
  beforeAll(() => useTransport(transport))

  describe('a client that leaves', () => {
    it.each(['destroy', 'resetAndDestroy'] as const)(
      'before the endpoint has answered (%s) frees its place and the connection',
      async leave => {
        await using upstream = await rawUpstream(() => {})
        await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { halfCloseTime: 50 } })
        const client = await rawConnection(proxy.port, GET)
        await expect.poll(() => upstream.received[0]?.endsWith('\r\n\r\n')).toBe(true)
        expect(proxy.inFlight()).toBe(1)
        client.socket[leave]()
        await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
        await expectFree(proxy)
        expect(proxy.records.at(-1)).toMatchObject({ status: 0, failure: { code: 'client-closed' } })
      },
    )

    it('by a reset before the endpoint has answered is noticed at once', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { halfCloseTime: 0 } })
      const client = await rawConnection(proxy.port, GET)
      await expect.poll(() => proxy.inFlight()).toBe(1)
      client.socket.resetAndDestroy()
      await expectFree(proxy)
    })

    it.each(['destroy', 'resetAndDestroy'] as const)(
      'while the endpoint takes nothing of its upload (%s) frees its place and the connection',
      async leave => {
        let isDeaf = true
        await using upstream = await rawUpstream((_, socket) => isDeaf && socket.pause())
        await using proxy = await startProxy({ backends: { upstream: upstream.port } })
        const client = await rawConnection(proxy.port, upload(100 * MEGABYTE.length))
        // As much as goes in: all that lies between the client and the endpoint is full.
        client.socket.on('error', () => {})
        client.socket.write(Buffer.alloc(8 * MEGABYTE.length))
        await expect.poll(() => upstream.sockets.length).toBe(1)
        await sleep(700)
        client.socket[leave]()
        await expect.poll(() => proxy.inFlight()).toBe(0)
        await expectFree(proxy)
        isDeaf = false
        upstream.sockets[0]?.resume()
        await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
      },
    )

    it('before the connection to the endpoint is up frees its place', async () => {
      // An address of TEST-NET-1: packets to it are answered by nobody, or by a router that knows no way.
      const nowhere = { endpoints: [{ address: '192.0.2.1', port: 9 }] }
      await using proxy = await startProxy({ backends: { upstream: nowhere }, options: { halfCloseTime: 50 } })
      const client = await rawConnection(proxy.port, GET)
      await expect.poll(() => proxy.inFlight() === 1 || proxy.records.length === 1).toBe(true)
      client.socket.destroy()
      await expectFree(proxy)
    })

    it('in the middle of its upload cuts the upload, so that nobody takes it for whole', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, `${upload(1000)}half`)
      await expect.poll(() => upstream.received[0]?.endsWith('half')).toBe(true)
      client.socket.resetAndDestroy()
      await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
      await expectFree(proxy)
    })

    it('in the middle of an upload that was answered early leaves no timer behind', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (received.includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
      const before = timers()
      for (let client = 0; client < 20; client++) {
        const { until, socket } = await rawConnection(proxy.port, `${upload(1000)}half`)
        await until(text => text.endsWith('ok'))
        socket.resetAndDestroy()
      }
      await expect.poll(timers).toBeLessThan(before + 10)
    })

    it('in the middle of a chunked upload never sends the last chunk', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const head = 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n'
      const client = await rawConnection(proxy.port, `${head}4\r\nhalf\r\n`)
      await expect.poll(() => upstream.received[0]?.includes('half')).toBe(true)
      client.socket.destroy()
      await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
      expect(upstream.received[0]).not.toContain('0\r\n\r\n')
      await expectFree(proxy)
    })

    it('after the head of the response frees its place', async () => {
      await using upstream = await rawUpstream((_, socket) => socket.write(HEAD_ONLY))
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { halfCloseTime: 50 } })
      const client = await rawConnection(proxy.port, GET)
      expect(await client.until(text => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200 OK/)
      client.socket.destroy()
      await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
      await expectFree(proxy)
    })

    it('while its response waits for it to read frees its place', async () => {
      await using upstream = await httpUpstream((_, response) => {
        response.on('error', () => {})
        const more = () => {
          while (response.writable && response.write(MEGABYTE)) {}
        }
        response.on('drain', more)
        more()
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port)
      client.socket.pause()
      client.socket.write(GET)
      await expect.poll(() => upstream.requests[0]?.socket.writableNeedDrain).toBe(true)
      client.socket.destroy()
      await expectFree(proxy)
    })

    it('never, but does not read either, is cut off when its time is up', async () => {
      await using upstream = await httpUpstream((_, response) => {
        response.on('error', () => {})
        const more = () => {
          while (response.writable && response.write(MEGABYTE)) {}
        }
        response.on('drain', more)
        more()
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { bodyIdleTimeout: 150 } })
      const client = await rawConnection(proxy.port)
      client.socket.pause()
      client.socket.write(GET)
      await expect.poll(() => proxy.records[0]?.failure).toMatchObject({ code: 'request-timeout', reason: 'reading' })
      await expectFree(proxy)
      client.socket.destroy()
    })

    it('with several pipelined requests frees the place of the first, and the others never take one', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, GET.repeat(5))
      await expect.poll(() => proxy.inFlight()).toBe(1)
      client.socket.resetAndDestroy()
      await expectFree(proxy)
      expect(proxy.records).toHaveLength(1)
      expect(upstream.received).toHaveLength(1)
    })

    it('again and again leaves the endpoint usable', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (received.startsWith('GET /ok')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { halfCloseTime: 50 } })
      for (let i = 0; i < 30; i++) {
        const client = await rawConnection(proxy.port, i % 2 === 0 ? GET : `${upload(100)}half`)
        await sleep(i % 5)
        client.socket.destroy()
      }
      await expectFree(proxy)
      const client = await rawConnection(proxy.port, 'GET /ok HTTP/1.1\r\nHost: a.test\r\n\r\n')
      expect(await client.until(text => text.endsWith('ok'))).toMatch(/^HTTP\/1\.1 200 OK/)
      client.socket.destroy()
    })
  })

  describe('a client that has ended its side of the connection', () => {
    const slow = (pieces: readonly string[], delay: number) =>
      rawUpstream(async (received, socket) => {
        if (!received.endsWith('\r\n\r\n')) return
        for (const piece of pieces) {
          await sleep(delay)
          socket.write(piece)
        }
      })
    const pieces = ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n', 'abc', 'def']

    it('gets its whole response, and then the end', async () => {
      await using upstream = await slow(pieces, 30)
      await using proxy = await startProxy({
        backends: { upstream: upstream.port },
        options: { halfCloseTime: 10_000 },
      })
      const client = await rawConnection(proxy.port)
      client.socket.end(GET)
      expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nabcdef$/)
      expect(client.wasReset).toBe(false)
      expect(proxy.records).toMatchObject([{ status: 200, failure: undefined, bytesSent: 6 }])
      await expectFree(proxy)
    })

    it('gets the responses to all that it has asked', async () => {
      await using upstream = await slow(['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'], 20)
      await using proxy = await startProxy({
        backends: { upstream: upstream.port },
        options: { halfCloseTime: 10_000 },
      })
      const client = await rawConnection(proxy.port)
      client.socket.end(GET.repeat(3))
      const text = await client.until(() => client.closed)
      expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
      await expectFree(proxy)
    })

    it('in the middle of its request is told so, and the upload is broken off', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({
        backends: { upstream: upstream.port },
        options: { halfCloseTime: 10_000 },
      })
      const client = await rawConnection(proxy.port)
      client.socket.end(`${upload(10)}half`)
      expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 400 /)
      await expect.poll(() => upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true)
      await expectFree(proxy)
    })

    it('has left once there was nothing to tell it for the time that was set', async () => {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { halfCloseTime: 60 } })
      const client = await rawConnection(proxy.port)
      client.socket.end(GET)
      await client.until(() => client.closed)
      expect(client.received()).toBe('')
      await expect.poll(() => proxy.records).toMatchObject([{ status: 0, failure: { code: 'client-closed' } }])
      await expectFree(proxy)
    })
  })

  describe('an endpoint that leaves', () => {
    const answering = (answer: string, end: 'end' | 'resetAndDestroy' | undefined) =>
      rawUpstream((received, socket) => {
        if (!received.includes('\r\n\r\n')) return
        socket.write(answer, () => {
          if (end !== undefined) setTimeout(() => socket[end](), 5)
        })
      })

    it.each(['end', 'resetAndDestroy'] as const)('before its head (%s) is a 502', async end => {
      await using upstream = await answering('', end)
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, `${upload(3)}abc`)
      expect(await client.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 502 [\s\S]*502 connection-reset\n$/)
      await expectFree(proxy)
      client.socket.destroy()
    })

    it.each(['end', 'resetAndDestroy'] as const)('within its head (%s) is a 502', async end => {
      await using upstream = await answering('HTTP/1.1 200 OK\r\nContent-Le', end)
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, GET)
      expect(await client.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 502 /)
      await expectFree(proxy)
      client.socket.destroy()
    })

    const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    it.each([
      ['a body with a length, orderly,', `${HEAD_ONLY}some`, 'end', GET],
      ['a body with a length, by a reset,', `${HEAD_ONLY}some`, 'resetAndDestroy', GET],
      ['a chunked body, between chunks,', `${chunkedHead}4\r\nsome\r\n`, 'end', GET],
      ['a chunked body, in a chunk,', `${chunkedHead}40\r\nsome`, 'end', GET],
      ['a chunked body for HTTP/1.0', `${chunkedHead}4\r\nsome\r\n`, 'end', 'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n'],
      [
        'a body with a length for HTTP/1.0',
        `${HEAD_ONLY}some`,
        'resetAndDestroy',
        'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n',
      ],
    ] as const)('within %s cuts the client off at once', async (_, answer, end, request) => {
      await using upstream = await answering(answer, end)
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, request)
      const text = await client.until(() => client.closed)
      expect(text).toMatch(/^HTTP\/1\.1 200 OK/)
      expect(client.closed).toBe(true)
      // Whatever tells the end of this body, it has not come: a length not reached, no last chunk, no orderly end.
      expect(text).not.toContain('0\r\n\r\n')
      const isDelimitedByClose = !/content-length|transfer-encoding/i.test(text)
      if (isDelimitedByClose) await expect.poll(() => client.wasReset).toBe(true)
      await expectFree(proxy)
      await expect.poll(() => proxy.records.at(-1)?.failure?.code).toBe('connection-reset')
    })

    it('closing its idle connection is not noticed by the next request', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (received.endsWith('\r\n\r\n')) {
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        }
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port)
      for (let i = 1; i <= 20; i++) {
        client.socket.write(GET)
        const text = await client.until(received => received.split('\r\n\r\nok').length > i)
        expect(text.split('HTTP/1.1 200 OK').length).toBe(i + 1)
      }
      client.socket.destroy()
    })

    it('closing idle connections at any time loses no request that may be repeated', async () => {
      let requests = 0
      await using upstream = await rawUpstream((received, socket) => {
        if (!received.endsWith('\r\n\r\n')) return
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        // Right away, at the end of this turn of the loop, or a little later: each in a third of all cases.
        const when = [(f: () => void) => f(), setImmediate, (f: () => void) => setTimeout(f, 1)][requests++ % 3]!
        when(() => socket[requests % 2 === 0 ? 'end' : 'resetAndDestroy']())
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port)
      for (let i = 1; i <= 300; i++) {
        client.socket.write(GET)
        const text = await client.until(received => received.split('\r\n\r\nok').length > i)
        expect(text.split('HTTP/1.1 200 OK').length).toBe(i + 1)
        if (i % 3 === 0) await sleep(1)
      }
      client.socket.destroy()
    })

    it('sending what nobody asked for on an idle connection loses the connection, and nothing else', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (!received.endsWith('\r\n\r\n')) return
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'), 5)
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port)
      for (let i = 1; i <= 5; i++) {
        client.socket.write(GET)
        const text = await client.until(received => received.split('\r\n\r\nok').length > i)
        expect(text).not.toContain('poison')
        expect(text.split('\r\n\r\nok').length).toBe(i + 1)
        await sleep(30)
      }
      client.socket.destroy()
    })
  })

  describe('an early answer', () => {
    it('reaches a client that is still sending, and the rest of its body is not taken for a request', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (received.includes('begin')) socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, `${upload(100_000)}begin`)
      const text = await client.until(received => received.endsWith('no'))
      expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden/)
      client.socket.write(GET.repeat(100))
      await sleep(30)
      expect(client.received()).toBe(text)
      expect(upstream.received.join('')).not.toContain('GET')
      await expectFree(proxy)
      client.socket.destroy()
    })

    it('does not make the proxy read for ever', async () => {
      await using proxy = await startProxy({ backends: {} })
      const client = await rawConnection(proxy.port, upload(100_000_000))
      expect(await client.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 503 /)
      for (let i = 0; i < 20 && !client.closed; i++) {
        client.socket.write(MEGABYTE)
        await sleep(5)
      }
      await expect.poll(() => client.closed).toBe(true)
    })
  })
})
