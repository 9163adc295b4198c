import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { acceptProxyProtocol, type PemPair, type ProxyProtocolOptions } from '../../src/index.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { binaryHeader } from '../support/proxy-header.ts'
import { exchangeRaw, rawConnection } from '../support/raw-client.ts'
import { http2Request, startSecureProxy } from '../support/secure-proxy.ts'
import { httpUpstream, textOf } from '../support/upstream.ts'

let ca: Authority
let a: PemPair

beforeAll(async () => {
  ca = await authority()
  a = await ca.issue(['a.test'])
})

const text = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 444\r\n'
const binary = binaryHeader(0x21, 0x11, [
  ...[Buffer.from([192, 0, 2, 1]), Buffer.from([198, 51, 100, 2]), Buffer.from([0xdc, 0x04, 0x01, 0xbc])],
]).toString('latin1')
const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'

async function start(options: Partial<ProxyProtocolOptions> = {}) {
  const upstream = await httpUpstream(({ headers }, response) => {
    response.end(`${headers['x-forwarded-for']} ${headers['x-forwarded-port']} ${headers['x-forwarded-proto']}`)
  })
  const refused: string[] = []
  const proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
  for (const server of [proxy.plain.server, proxy.secure.server]) {
    acceptProxyProtocol(server, {
      ...{ trusted: ['127.0.0.1'], onRefused: (peer, reason) => refused.push(`${peer} ${reason}`) },
      ...options,
    })
  }
  return {
    ...{ upstream, proxy, refused, plain: proxy.plain.port, secure: proxy.port },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** A TLS connection that begins with a header. */
async function secureAfter(port: number, header: string, ALPNProtocols: string[]): Promise<TLSSocket> {
  const below = connect(port, '127.0.0.1')
  await once(below, 'connect')
  below.write(header, 'latin1')
  const socket = connectTls({ socket: below, servername: 'a.test', ca: ca.pem, ALPNProtocols })
  await once(socket, 'secureConnect')
  return socket
}

describe('a connection from a trusted network', () => {
  it.each([
    ['version 1', text],
    ['version 2', binary],
  ])('shows the client of its header, %s, over HTTP/1.1, HTTPS and HTTP/2', async (_, header) => {
    await using running = await start()
    expect((await exchangeRaw(running.plain, header + get)).text).toMatch(/\r\n\r\n192\.0\.2\.1 444 http$/)
    const socket = await secureAfter(running.secure, header, ['http/1.1'])
    socket.write(get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    expect(await textOf(socket)).toMatch(/\r\n\r\n192\.0\.2\.1 444 https$/)
    const below = await secureAfter(running.secure, header, ['h2'])
    const session = connectHttp2('https://a.test', { createConnection: () => below })
    expect((await http2Request(session, { ':authority': 'a.test' })).body).toBe('192.0.2.1 444 https')
    session.destroy()
    expect(running.proxy.records.map(({ client }) => client)).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.1'])
  })

  it('is read whether its bytes come one by one or all at once with many requests', async () => {
    await using running = await start()
    const slow = await rawConnection(running.plain)
    for (const byte of binary + get) {
      slow.socket.write(byte, 'latin1')
      await new Promise(setImmediate)
    }
    expect(await slow.until(received => received.includes('444 http'))).toMatch(/192\.0\.2\.1 444 http$/)
    slow.socket.destroy()
    const quick = await rawConnection(running.plain, text + get.repeat(3))
    const all = await quick.until(received => received.split('444 http').length > 3)
    expect(all.split('192.0.2.1 444 http')).toHaveLength(4)
    quick.socket.write(get)
    expect((await quick.until(received => received.split('444 http').length > 4)).split('444 http')).toHaveLength(5)
    quick.socket.destroy()
  })

  it('carries a long body and a WebSocket like any other', async () => {
    await using running = await start()
    const sockets = new WebSocketServer({ noServer: true })
    running.upstream.server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, ws => ws.send(String(request.headers['x-forwarded-for'])))
    })
    const body = 'x'.repeat(500_000)
    const post = `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    expect((await exchangeRaw(running.plain, text + post)).text).toMatch(/192\.0\.2\.1 444 http$/)
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: '
    const client = await rawConnection(
      running.plain,
      `${text}${get.slice(0, -2)}${upgrade}AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    expect(await client.until(received => received.includes('192.0.2.1'))).toMatch(
      /^HTTP\/1.1 101 [\s\S]*192\.0\.2\.1$/,
    )
    client.socket.destroy()
  })

  it('is the peer’s own if the header speaks for nobody', async () => {
    await using running = await start()
    for (const header of ['PROXY UNKNOWN\r\n', binaryHeader(0x20, 0, []).toString('latin1')]) {
      expect((await exchangeRaw(running.plain, header + get)).text).toMatch(/127\.0\.0\.1 \d+ http$/)
    }
  })

  it('was secure for the client if the header says so', async () => {
    await using running = await start()
    const addresses = [Buffer.from([192, 0, 2, 1, 0, 0, 0, 0, 0, 1, 1, 0xbb])]
    const header = binaryHeader(0x21, 0x11, [...addresses, Buffer.from([0x20, 0, 5, 1, 0, 0, 0, 0])])
    expect((await exchangeRaw(running.plain, header.toString('latin1') + get)).text).toMatch(/192\.0\.2\.1 443 https$/)
  })

  it.each([
    ['no header at all', get, 'no-header'],
    ['a malformed one', 'PROXY TCP4 1.2.3.4\r\n', 'malformed'],
    ['one that is too long', `PROXY ${'x'.repeat(200)}`, 'too-long'],
    ['a TLS handshake instead', '\x16\x03\x01\x02\x00', 'no-header'],
  ])('is closed without a word for %s', async (_, bytes, reason) => {
    await using running = await start()
    for (const port of [running.plain, running.secure]) {
      const { text, closed } = await exchangeRaw(port, bytes)
      expect([text, closed]).toEqual(['', true])
    }
    expect(running.refused).toEqual([`127.0.0.1 ${reason}`, `127.0.0.1 ${reason}`])
    expect(running.upstream.requests).toHaveLength(0)
  })

  it('is closed if the header is not there in time, or the client leaves before', async () => {
    await using running = await start({ timeout: 50 })
    const slow = connect(running.plain, '127.0.0.1')
    slow.write('PROXY TCP4 ')
    await once(slow.resume(), 'close')
    const gone: Socket = connect(running.plain, '127.0.0.1')
    await once(gone, 'connect')
    gone.resetAndDestroy()
    await expect.poll(() => running.refused.map(line => line.split(' ')[1])).toEqual(['timeout', 'closed'])
  })
})

describe('a connection from anywhere else', () => {
  it('is served without a header, and its header is no HTTP', async () => {
    await using running = await start({ trusted: ['192.0.2.0/24'] })
    expect((await exchangeRaw(running.plain, get)).text).toMatch(/127\.0\.0\.1 \d+ http$/)
    for (const header of [text, binary]) {
      expect((await exchangeRaw(running.plain, header + get)).text).toMatch(/^HTTP\/1.1 400 /)
    }
    expect(running.upstream.requests).toHaveLength(1)
  })
})
