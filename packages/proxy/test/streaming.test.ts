import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { startProxy, transports, useTransport } from './support/proxy.ts'
import { exchangeRaw, rawConnection } from './support/raw-client.ts'
import { httpUpstream, rawUpstream, textOf } from './support/upstream.ts'

const CHUNK = Buffer.alloc(64 * 1024, 'abcdefgh')
const LARGE = 64 * 1024 * 1024

/** Writes `size` bytes as fast as the other side takes them. */
function pour(target: NodeJS.WritableStream, size: number) {
  let left = size
  const more = () => {
    while (left > 0) {
      left -= CHUNK.length
      if (!target.write(CHUNK) && left > 0) return void target.once('drain', more)
    }
    target.end()
  }
  more()
}

async function digest(source: AsyncIterable<Buffer>) {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of source) {
    hash.update(chunk)
    size += chunk.length
  }
  return { hash: hash.digest('hex'), size }
}

const expected = (() => {
  const hash = createHash('sha256')
  for (let size = 0; size < LARGE; size += CHUNK.length) hash.update(CHUNK)
  return { hash: hash.digest('hex'), size: LARGE }
})()

function send(port: number, method: string, headers: Record<string, string | number> = {}) {
  const request = httpRequest({ port, host: '127.0.0.1', method, headers, agent: false })
  const response = new Promise<IncomingMessage>((done, failed) => request.on('response', done).on('error', failed))
  return { request, response }
}

describe.each(transports)('by %s', (_, transport) => {
  beforeAll(() => useTransport(transport))

  describe('large bodies', () => {
    it.each([['with a length'], ['in chunks']])('come down whole %s', async how => {
      await using upstream = await httpUpstream((_, response) => {
        if (how === 'with a length') response.setHeader('Content-Length', LARGE)
        pour(response, LARGE)
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { request, response } = send(proxy.port, 'GET')
      request.end()
      expect(await digest(await response)).toEqual(expected)
      await expect.poll(() => proxy.records[0]?.bytesSent).toBe(LARGE)
    })

    it.each([['with a length'], ['in chunks']])('go up whole %s', async how => {
      await using upstream = await httpUpstream(async (request, response) => {
        response.end(JSON.stringify(await digest(request)))
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { request, response } = send(proxy.port, 'PUT', how === 'with a length' ? { 'content-length': LARGE } : {})
      pour(request, LARGE)
      expect(JSON.parse(await textOf(await response))).toEqual(expected)
      await expect.poll(() => proxy.records[0]?.bytesReceived).toBe(LARGE)
    })

    it('are not held for a client that does not read', async () => {
      let written = 0
      await using upstream = await httpUpstream((_, response) => {
        response.on('error', () => {})
        const more = () => {
          do written += CHUNK.length
          while (written < LARGE * 4 && response.write(CHUNK))
        }
        response.on('drain', more)
        more()
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port)
      client.socket.pause()
      client.socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
      let before = -1
      while (before !== written) {
        before = written
        await sleep(50)
      }
      // What the kernel's buffers of four sockets take is all that moves.
      expect(written).toBeLessThan(LARGE / 2)
      client.socket.destroy()
      await expect.poll(() => proxy.inFlight()).toBe(0)
    })

    it('are not held for an endpoint that does not read', async () => {
      await using upstream = await rawUpstream((_, socket) => socket.pause())
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { headTimeout: 500 } })
      const { request, response } = send(proxy.port, 'PUT', { 'content-length': LARGE })
      response.catch(() => {})
      let written = 0
      while (written < LARGE) {
        written += CHUNK.length
        if (request.write(CHUNK)) continue
        const drained = new Promise(done => request.once('drain', () => done('drained')))
        if ((await Promise.race([drained, sleep(200)])) !== 'drained') break
      }
      expect(written).toBeLessThan(LARGE / 2)
      // A client whose bytes wait unread in the kernel cannot be seen to leave; the endpoint's silence has its limit.
      request.destroy()
      await expect.poll(() => proxy.inFlight()).toBe(0)
    })
  })

  describe('connections to an endpoint', () => {
    it('are used again', async () => {
      await using upstream = await httpUpstream((request, response) => response.end(String(request.socket.remotePort)))
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const ports = new Set<string>()
      const client = await rawConnection(proxy.port)
      for (let i = 1; i <= 20; i++) {
        client.socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
        const text = await client.until(received => (received.match(/\r\n\r\n\d+/g) ?? []).length === i)
        ports.add(/\d+$/.exec(text)![0])
      }
      expect(ports.size).toBe(1)
      client.socket.destroy()
    })

    it('are not used again after a response that only their end ended', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      for (let i = 0; i < 3; i++) {
        const client = await rawConnection(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
        const text = await client.until(received => received.endsWith('0\r\n\r\n'))
        expect(text).toMatch(/transfer-encoding: chunked\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n$/i)
        client.socket.destroy()
      }
      expect(upstream.sockets).toHaveLength(3)
    })
  })

  describe('what streams as it comes', () => {
    it('a head before its body, and each event before the next', async () => {
      await using upstream = await rawUpstream((_, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
      expect(await client.until(text => text.includes('\r\n\r\n'))).toMatch(/text\/event-stream/)
      for (const event of ['one', 'two']) {
        upstream.sockets[0]!.write(`c\r\ndata: ${event}\n\n\r\n`.replace('c', (8 + event.length).toString(16)))
        expect(await client.until(text => text.includes(event))).toContain(`data: ${event}\n\n`)
      }
      client.socket.destroy()
    })

    it('a head whose body has a length and is late', async () => {
      await using upstream = await rawUpstream((_, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const client = await rawConnection(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
      expect(await client.until(text => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/)
      upstream.sockets[0]!.write('late')
      expect(await client.until(text => text.endsWith('late'))).toMatch(/late$/)
      client.socket.destroy()
    })

    it('both directions at once', async () => {
      await using upstream = await httpUpstream((request, response) => request.pipe(response))
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { request, response } = send(proxy.port, 'POST')
      request.write('one')
      const answer = await response
      const next = () => new Promise<string>(done => answer.once('data', chunk => done(chunk.toString())))
      expect(await next()).toBe('one')
      request.write('two')
      expect(await next()).toBe('two')
      request.end()
      await textOf(answer)
    })
  })

  describe('what HTTP has besides', () => {
    it('HEAD has the length of the body it does not have', async () => {
      await using upstream = await httpUpstream((_, response) => response.setHeader('Content-Length', 1234).end())
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { text } = await exchangeRaw(proxy.port, 'HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n', 30)
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 1234\r\n[\s\S]*\r\n\r\n$/)
    })

    it.each([204, 304])('%i has no body and leaves the connection usable', async status => {
      await using upstream = await httpUpstream((_, response) => response.writeHead(status, { ETag: '"x"' }).end())
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const request = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
      const { text } = await exchangeRaw(proxy.port, request + request, 30)
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, `HTTP/1.1 ${status}`])
      expect(text).not.toMatch(/transfer-encoding|content-length/i)
    })

    it('103 is passed on before the answer', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (!received.endsWith('\r\n\r\n')) return
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { text } = await exchangeRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', 30)
      expect(text).toMatch(/^HTTP\/1\.1 103 [^\r]+\r\nlink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/i)
    })

    it('trailers are passed on, but none that would change what came before', async () => {
      await using upstream = await rawUpstream((received, socket) => {
        if (!received.endsWith('\r\n\r\n')) return
        socket.write('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n')
        socket.write('X-Sum: 7\r\nSet-Cookie: a=b\r\n\r\n')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { text } = await exchangeRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', 30)
      expect(text).toMatch(/\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n$/)
    })

    it('a client is asked to continue only once there is somebody to continue to', async () => {
      await using upstream = await httpUpstream(async (request, response) => {
        response.end(await textOf(request))
      })
      await using proxy = await startProxy({
        backends: { upstream: upstream.port },
        routes: [{ host: undefined, path: '/here', pathType: 'Prefix', target: 'upstream' }],
      })
      const head = (path: string) =>
        `POST ${path} HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`
      const refused = await rawConnection(proxy.port, head('/elsewhere'))
      expect(await refused.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 404 /)
      refused.socket.destroy()
      const client = await rawConnection(proxy.port, head('/here'))
      expect(await client.until(text => text.includes('\r\n\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n')
      client.socket.write('ok')
      expect(await client.until(text => text.endsWith('ok'))).toMatch(/HTTP\/1\.1 200 OK/)
      client.socket.destroy()
    })

    it('HTTP/1.0 gets an answer it can read', async () => {
      await using upstream = await httpUpstream((_, response) => {
        response.write('in ')
        response.end('chunks')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port } })
      const { text, closed } = await exchangeRaw(proxy.port, 'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n', 30)
      expect(text).toMatch(/\r\n\r\nin chunks$/)
      expect(text).not.toMatch(/transfer-encoding/i)
      expect(closed).toBe(true)
    })
  })
})
