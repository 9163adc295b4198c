import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { type ClientHttp2Session, constants } from 'node:http2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PemPair } from '../src/index.ts'
import { type Authority, authority } from './support/certificates.ts'
import { flag, frame, headersFrame, rawHttp2, requestFields, type, uint32 } from './support/http2-frames.ts'
import { http2Request, http2Session, startSecureProxy } from './support/secure-proxy.ts'
import { httpUpstream, rawUpstream, textOf } from './support/upstream.ts'

let ca: Authority
let a: PemPair

beforeAll(async () => {
  ca = await authority()
  a = await ca.issue(['a.test'])
})

type Answer = Parameters<typeof httpUpstream>[0]

async function withProxy(answer: Answer, use: (session: ClientHttp2Session, running: Running) => Promise<void>) {
  await using upstream = await httpUpstream(answer)
  await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
  const session = await http2Session(proxy.port, 'a.test', ca.pem)
  await use(session, { upstream, proxy })
  session.destroy()
}

interface Running {
  readonly upstream: Awaited<ReturnType<typeof httpUpstream>>
  readonly proxy: Awaited<ReturnType<typeof startSecureProxy>>
}

const authorityField = { ':authority': 'a.test' }

describe('a request over HTTP/2', () => {
  it('reaches an HTTP/1.1 upstream with Host, without pseudo-header fields, and with one Cookie', async () => {
    await withProxy(
      (_, response) => response.end(),
      async (session, { upstream }) => {
        const fields = { ...authorityField, ':path': '/x?y', cookie: ['a=1', 'b=2', 'c=3'], 'x-own': ['1', '2'] }
        expect((await http2Request(session, fields)).status).toBe(200)
        const [{ rawHeaders, url, httpVersion, headers }] = upstream.requests as [IncomingMessage]
        expect([url, httpVersion, headers.host, headers.cookie]).toEqual(['/x?y', '1.1', 'a.test', 'a=1; b=2; c=3'])
        expect(rawHeaders.filter(name => name.startsWith(':'))).toEqual([])
        expect(rawHeaders.filter(name => name === 'cookie')).toHaveLength(1)
        expect(headers['x-own']).toBe('1, 2')
      },
    )
  })

  it('may name its host in :authority, in Host or in both, if both are the same', async () => {
    await withProxy(
      (request, response) => response.end(request.headers.host),
      async (session, { upstream }) => {
        const statusOf = async (fields: Record<string, string>) => (await http2Request(session, fields)).status
        expect(await statusOf({ ':authority': 'a.test', host: 'A.test:443' })).toBe(200)
        expect(await statusOf({ ':authority': 'a.test', host: 'b.test' })).toBe(400)
        expect(await statusOf({ ':authority': 'a.test', host: 'a.test:99999' })).toBe(400)
        expect(await statusOf({ ':authority': 'user@a.test' })).not.toBe(200)
        expect(upstream.requests).toHaveLength(1)
      },
    )
  })

  it('is refused in any other than the origin form', async () => {
    await withProxy(
      (_, response) => response.end(),
      async (session, { upstream }) => {
        for (const path of ['*', '/#x', '/a%zz', '/a\\b']) {
          const { status } = await http2Request(session, { ...authorityField, ':path': path, ':method': 'OPTIONS' })
          expect([path, status]).toEqual([path, 400])
        }
        const foreign = { ...authorityField, ':scheme': 'ftp', ':path': 'https://b.test/' }
        expect((await http2Request(session, foreign)).status).toBe(400)
        expect((await http2Request(session, { ':authority': 'a.test:443', ':method': 'TRACE' })).status).toBe(405)
        expect(upstream.requests).toHaveLength(0)
      },
    )
  })

  it('cannot be a CONNECT, and the extended one is not offered', async () => {
    await withProxy(
      (_, response) => response.end(),
      async (session, { upstream }) => {
        expect(session.remoteSettings.enableConnectProtocol).toBe(false)
        const stream = session.request({ ':method': 'CONNECT', ':authority': 'a.test:443' })
        expect((await once(stream, 'response'))[0][':status']).toBe(405)
        stream.destroy()
        expect(upstream.requests).toHaveLength(0)
      },
    )
  })

  it('takes its body and its trailers along', async () => {
    await withProxy(
      async (request, response) => {
        const text = await textOf(request)
        response.end(`${request.headers['content-length']} ${request.headers['transfer-encoding']} ${text.length}`)
      },
      async session => {
        const body = 'x'.repeat(300_000)
        const known = await http2Request(
          session,
          { ...authorityField, ':method': 'POST', 'content-length': '300000' },
          body,
        )
        expect(known.body).toBe('300000 undefined 300000')
        const unknown = await http2Request(session, { ...authorityField, ':method': 'POST' }, body)
        expect(unknown.body).toBe('undefined chunked 300000')
      },
    )
  })

  it('is asked for its body once there is an endpoint to take it', async () => {
    await withProxy(
      async (request, response) => response.end(await textOf(request)),
      async session => {
        const stream = session.request({ ...authorityField, ':method': 'PUT', expect: '100-continue' })
        await once(stream, 'continue')
        stream.end('body')
        stream.setEncoding('latin1')
        expect((await once(stream, 'data'))[0]).toBe('body')
        stream.destroy()
      },
    )
  })

  it('is a broken request to the upstream, never a whole one, if the client resets it half-way', async () => {
    for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR]) {
      await using upstream = await rawUpstream(() => {})
      await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
      const client = await rawHttp2(proxy.port)
      client.socket.write(headersFrame(1, requestFields([[':method', 'POST']]), false))
      client.socket.write(frame(type.data, 0, 1, 'half of it'))
      await expect.poll(() => upstream.received[0]).toContain('half of it')
      client.socket.write(frame(type.reset, 0, 1, uint32(code)))
      await expect.poll(() => upstream.sockets[0]!.destroyed || upstream.sockets[0]!.readableEnded).toBe(true)
      expect(upstream.received[0]).not.toMatch(/\r\n0\r\n/)
      await expect.poll(() => proxy.records.map(({ failure }) => failure?.code)).toEqual(['client-closed'])
      expect(proxy.plain.inFlight()).toBe(0)
      client.socket.destroy()
    }
  })
})

describe('a response over HTTP/2', () => {
  it('has all the upstream’s fields but those of its connection, each as often as it came', async () => {
    await withProxy(
      (_, response) => {
        response.writeHead(203, [
          ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Upper', 'Case', 'Server', 'one', 'Server', 'two'],
          ...['Connection', 'X-Hop, keep-alive', 'X-Hop', 'gone', 'Keep-Alive', 'timeout=5', 'Proxy-Connection', 'x'],
        ])
        response.end('body')
      },
      async session => {
        const { status, headers, body } = await http2Request(session, authorityField)
        expect([status, body]).toEqual([203, 'body'])
        expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
        expect(headers['x-upper']).toBe('Case')
        expect(headers.server).toMatch(/one/)
        for (const name of ['connection', 'x-hop', 'keep-alive', 'proxy-connection', 'transfer-encoding']) {
          expect(headers).not.toHaveProperty(name)
        }
      },
    )
  })

  it('has none of the upstream’s body where there can be none', async () => {
    await withProxy(
      (request, response) => {
        response
          .writeHead(Number(request.url!.slice(1)), request.method === 'HEAD' ? { 'Content-Length': '5' } : {})
          .end()
      },
      async session => {
        for (const status of [204, 304]) {
          const answer = await http2Request(session, { ...authorityField, ':path': `/${status}` })
          expect([answer.status, answer.body, answer.resetWith]).toEqual([status, '', 0])
        }
        const head = await http2Request(session, { ...authorityField, ':path': '/200', ':method': 'HEAD' })
        expect([head.status, head.headers['content-length'], head.body, head.resetWith]).toEqual([200, '5', '', 0])
      },
    )
  })

  it('passes early hints and trailers on', async () => {
    await withProxy(
      (_, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload', 'x-early': 'yes' }, () => {
          response.writeHead(200, { Trailer: 'X-Sum' })
          response.write('body')
          response.addTrailers({ 'X-Sum': '42' })
          response.end()
        })
      },
      async session => {
        const { informed, status, body, trailers, resetWith } = await http2Request(session, authorityField)
        expect(informed.map(fields => [fields[':status'], fields.link, fields['x-early']])).toEqual([
          [103, '</style.css>; rel=preload', 'yes'],
        ])
        expect([status, body, trailers?.['x-sum'], resetWith]).toEqual([200, 'body', '42', 0])
      },
    )
  })

  it('lets events through one by one, as they come', async () => {
    let push = (_: string) => {}
    await withProxy(
      (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.flushHeaders()
        push = text => response.write(`data: ${text}\n\n`)
      },
      async session => {
        const stream = session.request(authorityField)
        await once(stream, 'response')
        stream.setEncoding('latin1')
        for (const text of ['one', 'two']) {
          push(text)
          expect((await once(stream, 'data'))[0]).toBe(`data: ${text}\n\n`)
        }
        stream.destroy()
      },
    )
  })

  it('is reset at once, and never looks whole, if the upstream breaks it off', async () => {
    for (const head of ['Content-Length: 10', 'Transfer-Encoding: chunked']) {
      await using upstream = await rawUpstream((_, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${head.startsWith('T') ? '5\r\nhello\r\n' : 'hello'}`)
        setTimeout(() => socket.destroy(), 20)
      })
      await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
      const session = await http2Session(proxy.port, 'a.test', ca.pem)
      const { status, body, resetWith } = await http2Request(session, authorityField)
      expect([status, body, resetWith]).toEqual([200, 'hello', constants.NGHTTP2_INTERNAL_ERROR])
      expect((await http2Request(session, { ':authority': 'other.test' })).status).toBe(421)
      session.destroy()
    }
  })

  it('comes whole although nobody reads the request’s body, and the connection goes on', async () => {
    await withProxy(
      (_, response) => response.writeHead(401).end('no'),
      async (session, { proxy }) => {
        const stream = session.request({ ...authorityField, ':method': 'POST' })
        stream.on('error', () => {})
        stream.write(Buffer.alloc(1_000_000))
        stream.setEncoding('latin1')
        expect((await once(stream, 'response'))[0][':status']).toBe(401)
        expect((await once(stream, 'data'))[0]).toBe('no')
        await once(stream, 'close')
        expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR)
        expect((await http2Request(session, authorityField)).status).toBe(401)
        await expect.poll(() => proxy.plain.inFlight()).toBe(0)
      },
    )
  })

  it('ends without a reset if the client has ended its request', async () => {
    await withProxy(
      (_, response) => response.end('done'),
      async (session, { proxy }) => {
        const client = await rawHttp2(proxy.port)
        client.socket.write(headersFrame(1, requestFields()))
        client.socket.write(headersFrame(3, requestFields([[':method', 'POST']]), false))
        client.socket.write(frame(type.data, flag.endStream, 3, 'body'))
        for (const stream of [1, 3]) {
          await client.until(received => received.stream === stream && (received.flags & flag.endStream) !== 0)
        }
        // An answer to a PING tells that whatever came before it has been dealt with.
        client.socket.write(frame(type.ping, 0, 0, Buffer.alloc(8)))
        await client.until(({ kind }) => kind === type.ping)
        expect(client.frames.filter(({ kind }) => kind === type.reset)).toEqual([])
        client.socket.destroy()
        expect((await http2Request(session, authorityField)).resetWith).toBe(0)
      },
    )
  })

  it('waits for a client that does not read, and so does the upstream', async () => {
    let sent = 0
    await withProxy(
      (_, response) => {
        const piece = Buffer.alloc(64 * 1024)
        const send = () => {
          while (sent < 64 * 1024 * 1024) {
            sent += piece.length
            if (!response.write(piece)) return void response.once('drain', send)
          }
          response.end()
        }
        send()
      },
      async session => {
        const stream = session.request(authorityField)
        await once(stream, 'response')
        let before = -1
        while (before !== sent) {
          before = sent
          await new Promise(done => setTimeout(done, 100))
        }
        expect(sent).toBeLessThan(16 * 1024 * 1024)
        let received = 0
        stream.on('data', chunk => {
          received += chunk.length
        })
        await once(stream, 'end')
        expect(received).toBe(64 * 1024 * 1024)
      },
    )
  })

  it('tells the upstream at once when the client wants no more of it', async () => {
    let gone = false
    await withProxy(
      (_, response) => {
        response.write('first')
        response.on('close', () => {
          gone = true
        })
      },
      async (session, { proxy }) => {
        const stream = session.request(authorityField)
        await once(stream, 'data')
        stream.close(constants.NGHTTP2_CANCEL)
        await expect.poll(() => gone).toBe(true)
        expect(proxy.records.map(({ failure }) => failure?.code)).toEqual(['client-closed'])
        expect(proxy.plain.inFlight()).toBe(0)
      },
    )
  })

  it('is the proxy’s own where there is no upstream', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    const { status, body, headers } = await http2Request(session, authorityField)
    expect([status, body, headers['content-length']]).toEqual([503, '503 no-service\n', '15'])
    session.destroy()
  })
})

it('HTTP/1.1 and HTTP/2 clients can be served by an HTTP/2 upstream, trailers of both sides included', async () => {
  const { createServer } = await import('node:http2')
  const server = createServer(async (request, response) => {
    const body = await textOf(request as never)
    response.addTrailers({ 'x-after': String(request.trailers['x-before']) })
    response.end(`${request.httpVersion} ${request.headers[':authority']} ${request.headers.te} ${body}`)
  })
  const { listen } = await import('./support/proxy.ts')
  const port = await listen(server)
  const backend = { endpoints: [{ address: '127.0.0.1', port }], protocol: 'h2c' as const }
  await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: backend } })
  const session = await http2Session(proxy.port, 'a.test', ca.pem)
  const stream = session.request({ ...authorityField, ':method': 'POST' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-before': 'client' }))
  stream.end('over 2')
  const trailers = once(stream, 'trailers')
  expect(await textOf(stream)).toBe('2.0 a.test trailers over 2')
  expect((await trailers)[0]['x-after']).toBe('client')
  session.destroy()
  const answer = await new Promise<IncomingMessage>((done, failed) => {
    const headers = { host: 'a.test', trailer: 'x-before' }
    const request = httpRequest({ port: proxy.plain.port, host: '127.0.0.1', method: 'POST', headers }, done)
    request.on('error', failed)
    request.addTrailers({ 'x-before': 'one' })
    request.end('over 1')
  })
  expect(await textOf(answer)).toBe('2.0 a.test trailers over 1')
  expect(answer.trailers['x-after']).toBe('one')
  server.close()
})
