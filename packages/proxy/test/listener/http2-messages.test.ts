import { once } from 'node:events'
import { constants } from 'node:http2'
import { compile } from '@ingot/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProxyHandler, loadCertificates, type PemPair, type ProxyHandler, SecureServer } from '../../src/index.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { flag, headersFrame, rawHttp2, requestFields, type, uint32 } from '../support/http2-frames.ts'
import { listen } from '../support/proxy.ts'
import { http2Request, http2Session, startSecureProxy } from '../support/secure-proxy.ts'
import { type HttpUpstream, httpUpstream, textOf } from '../support/upstream.ts'

let ca: Authority
let a: PemPair
let upstream: HttpUpstream

beforeAll(async () => {
  ca = await authority()
  a = await ca.issue(['a.test'])
  upstream = await httpUpstream((request, response) => {
    if (request.url === '/empty') return void response.writeHead(204).end()
    if (request.url === '/later') return void setTimeout(() => response.end(Buffer.alloc(1_000_000)), 2_500)
    if (request.url === '/odd-trailer') {
      response.writeHead(200, { Trailer: 'HTTP2-Settings' })
      response.write('body')
      response.addTrailers({ 'HTTP2-Settings': 'x' })
    }
    response.end('ok')
  })
})
afterAll(() => upstream[Symbol.asyncDispose]())

const start = (http2 = {}) =>
  startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port }, secure: { http2 } })

const own = { ':authority': 'a.test' }

/** A server whose requests a program answers itself, as it would before or instead of the proxy. */
async function withProgram(serve: ProxyHandler['request'], use: (port: number) => Promise<void>) {
  const proxy = createProxyHandler({ matcher: compile({ routes: [] }), upstreams: () => undefined })
  const handler = { ...proxy, request: serve }
  const { certificates } = loadCertificates({ pairs: new Map([['a', a]]), bySubject: [{ certificate: 'a' }] })
  const secure = new SecureServer({ handler, certificates })
  await use(await listen(secure.server))
  secure.destroy()
  secure.server.close()
}

describe('a response over HTTP/2', () => {
  it.each([
    ['GET', '/', [type.headers, type.data]],
    ['HEAD', '/', [type.headers]],
    ['GET', '/empty', [type.headers]],
  ])('to %s %s ends with its last byte, not with a frame of its own', async (method, path, kinds) => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    client.socket.write(headersFrame(1, requestFields([...pseudo(method, path)])))
    await client.until(({ stream, flags }) => stream === 1 && (flags & flag.endStream) !== 0)
    client.socket.write(headersFrame(3, requestFields()))
    await client.until(({ stream, flags }) => stream === 3 && (flags & flag.endStream) !== 0)
    expect(client.frames.filter(({ stream }) => stream === 1).map(({ kind }) => kind)).toEqual(kinds)
    expect(proxy.records.map(({ failure }) => failure)).toEqual([undefined, undefined])
    client.socket.destroy()
  })

  it('with trailers that HTTP/2 cannot carry is reset, and the connection goes on', async () => {
    await using proxy = await start()
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    const { resetWith } = await http2Request(session, { ...own, ':path': '/odd-trailer' })
    expect(resetWith).toBe(constants.NGHTTP2_INTERNAL_ERROR)
    expect((await http2Request(session, own)).status).toBe(200)
    session.destroy()
  })

  it('that comes late and is then not read is given up too', async () => {
    await using proxy = await start({ stallTimeout: 200 })
    const client = await rawHttp2(proxy.port, Buffer.concat([Buffer.from([0, 4]), uint32(0)]))
    client.socket.write(headersFrame(1, requestFields([[':path', '/later']])))
    const reset = await client.until(({ kind }) => kind === type.reset)
    expect(reset?.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_CANCEL)
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
    client.socket.destroy()
  })
})

describe('a program in front of the proxy', () => {
  it('can answer over HTTP/2 as it answers over HTTP/1.1', async () => {
    const serve: ProxyHandler['request'] = (_, response) => {
      response.setHeader('X-One', 1)
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      response.appendHeader('X-Two', 'first')
      response.appendHeader('X-Two', 'second')
      response.setHeader('X-Gone', 'soon')
      response.removeHeader('x-gone')
      expect([response.getHeader('x-one'), response.hasHeader('X-Gone')]).toEqual(['1', false])
      expect(response.getHeaderNames()).toEqual(['x-one', 'set-cookie', 'x-two'])
      response.writeHead(201, { 'X-Three': 'three', Connection: 'close' })
      response.end('done')
    }
    await withProgram(serve, async port => {
      const session = await http2Session(port, 'a.test', ca.pem)
      const { status, headers, body, resetWith } = await http2Request(session, own)
      expect([status, body, resetWith]).toEqual([201, 'done', 0])
      expect(headers).toMatchObject({ 'x-one': '1', 'set-cookie': ['a=1', 'b=2'], 'x-three': 'three' })
      expect(headers['x-two']).toBe('first, second')
      expect(headers).not.toHaveProperty('connection')
      session.destroy()
    })
  })

  it('can read a body, pipe it back, and add trailers', async () => {
    const serve: ProxyHandler['request'] = (request, response) => {
      response.addTrailers({ 'X-Sum': '42' })
      request.pipe(response)
    }
    await withProgram(serve, async port => {
      const session = await http2Session(port, 'a.test', ca.pem)
      const stream = session.request({ ...own, ':method': 'POST' })
      const trailers = once(stream, 'trailers')
      stream.end(Buffer.alloc(300_000, 'x'))
      expect(await textOf(stream)).toHaveLength(300_000)
      expect((await trailers)[0]['x-sum']).toBe('42')
      session.destroy()
    })
  })

  it('is told of the end of a request without a body, and of its response', async () => {
    const heard: string[] = []
    const serve: ProxyHandler['request'] = (request, response) => {
      for (const event of ['end', 'close']) request.on(event, () => heard.push(`request ${event}`))
      for (const event of ['finish', 'close']) response.on(event, () => heard.push(`response ${event}`))
      request.resume()
      response.end('whole', () => heard.push('ended'))
    }
    await withProgram(serve, async port => {
      const session = await http2Session(port, 'a.test', ca.pem)
      expect((await http2Request(session, own)).body).toBe('whole')
      await expect.poll(() => heard.at(-1)).toBe('response close')
      expect(heard).toEqual(['request end', 'ended', 'request close', 'response finish', 'response close'])
      session.destroy()
    })
  })

  it('finds the connection below, and can end no more than its own stream', async () => {
    const serve: ProxyHandler['request'] = (request, response) => {
      const { socket } = request
      expect(socket).toBe(response.socket)
      expect([socket.remoteAddress, 'encrypted' in socket]).toEqual([expect.stringMatching(/127\.0\.0\.1$/), true])
      expect(() => socket.write('x')).toThrow(TypeError)
      if (request.url === '/destroy') socket.destroy()
      else response.end('alive')
    }
    await withProgram(serve, async port => {
      const session = await http2Session(port, 'a.test', ca.pem)
      expect((await http2Request(session, { ...own, ':path': '/destroy' })).status).toBe(0)
      expect((await http2Request(session, own)).body).toBe('alive')
      session.destroy()
    })
  })
})

function pseudo(method: string, path: string): [string, string][] {
  return [
    [':method', method],
    [':path', path],
  ]
}
