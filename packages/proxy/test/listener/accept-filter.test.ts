import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { acceptProxyProtocol, filterConnections } from '../../src/index.ts'
import { listen, type ProxySetup, startProxy } from '../support/proxy.ts'
import { exchangeRaw, rawConnection, sendInPieces } from '../support/raw-client.ts'
import { standStillAfter } from '../support/standstill.ts'
import { type HttpUpstream, httpUpstream, textOf } from '../support/upstream.ts'

const get = 'GET /some?x HTTP/1.1\r\nHost: a.test\r\nX-Long: some words\r\n\r\n'
const answered = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n/

let upstream: HttpUpstream

beforeAll(async () => {
  upstream = await httpUpstream(async (request, response) => {
    response.end(`${request.method} ${request.url} ${await textOf(request)}`)
  })
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
})

/** A proxy all of whose connections wait, unless `free` says otherwise, and their ends at its side as they come. */
async function start({ free = 0, ...setup }: Partial<ProxySetup> = {}) {
  const proxy = await startProxy({ backends: { upstream: upstream.port }, free, ...setup })
  const accepted: Socket[] = []
  proxy.server.on('connection', socket => accepted.push(socket))
  const connect = async (text = '') => {
    const client = await rawConnection(proxy.port, text)
    await expect.poll(() => accepted.length).toBeGreaterThan(0)
    return { client, socket: accepted.pop()! }
  }
  return { ...proxy, connect }
}

/** Whether Node has made a parser for a connection. */
const hasParser = (socket: Socket) => (socket as Socket & { parser?: object | null }).parser != null

const impatient = { headersTimeout: 200, connectionsCheckingInterval: 20 }

describe('a connection gets a parser', () => {
  it('when the whole head of its first request has come, and is served from then on', async () => {
    await using proxy = await start()
    const { client, socket } = await proxy.connect()
    const [head, end] = [get.slice(0, -2), get.slice(-2)]
    expect(hasParser(socket)).toBe(false)
    client.socket.write(head)
    await expect.poll(() => socket.bytesRead).toBe(head.length)
    expect(hasParser(socket)).toBe(false)
    client.socket.write(end)
    expect(await client.until(text => text.endsWith('GET /some?x '))).toMatch(answered)
    expect(hasParser(socket)).toBe(true)
    client.socket.write('POST /more HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody')
    expect(await client.until(text => text.endsWith('body'))).toMatch(/POST \/more body$/)
    client.socket.destroy()
  })

  it.each([1, 2, 3, 7, 40])('whatever pieces the head comes in (%d)', async size => {
    await using proxy = await start()
    const { client } = await proxy.connect()
    await sendInPieces(client, get, size)
    expect(await client.until(text => text.endsWith('GET /some?x '))).toMatch(answered)
    client.socket.destroy()
  })

  it.each([
    ['the length of a body', 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n'],
    ['chunks', 'POST / HTTP/1.1\r\nHost: a.test\r\ntransfer-encoding: chunked\r\n'],
    ['a method that is rare', 'REPORT / HTTP/1.1\r\nHost: a.test\r\n'],
    ['an older version', 'GET / HTTP/1.0\r\nHost: a.test\r\n'],
    ['a URL as its target', 'GET http://a.test/ HTTP/1.1\r\n'],
    ['a fold', 'GET / HTTP/1.1\r\nX: y\r\n z'],
    ['a line that has only begun', 'GET /some'],
    ['more than 512 bytes', `GET / HTTP/1.1\r\nX: ${'y'.repeat(512)}`],
  ])('before that if there is something to judge: %s', async (_, begun) => {
    await using proxy = await start()
    const { client, socket } = await proxy.connect(begun)
    await expect.poll(() => hasParser(socket) || client.closed).toBe(true)
    client.socket.destroy()
  })

  it('at once while there are few, counted by those that are open', async () => {
    await using proxy = await start({ free: 2 })
    const first = await proxy.connect()
    const second = await proxy.connect()
    const third = await proxy.connect()
    expect([first, second, third].map(({ socket }) => hasParser(socket))).toEqual([true, true, false])
    for (const { client, socket } of [second, third]) {
      client.socket.destroy()
      await expect.poll(() => socket.closed).toBe(true)
    }
    const fourth = await proxy.connect()
    expect(hasParser(fourth.socket)).toBe(true)
    for (const { client } of [first, fourth]) client.socket.destroy()
  })
})

describe('a client that waits without a parser', () => {
  it.each([
    ['is silent', ''],
    ['stops within the head', get.slice(0, -2)],
  ])('is told 408 when it %s for too long', async (_, begun) => {
    await using proxy = await start({ server: impatient })
    const { client } = await proxy.connect(begun)
    expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 408 request-timeout\r\n/)
    expect(client.closed).toBe(true)
    client.socket.destroy()
  })

  it('is told so, however many are late at once', async () => {
    await using proxy = await start({ server: impatient })
    const clients = await Promise.all(Array.from({ length: 250 }, () => rawConnection(proxy.port)))
    for (const client of clients) {
      expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 408 request-timeout\r\n/)
      client.socket.destroy()
    }
  })

  it('has its time from the first byte of the head', async () => {
    await using proxy = await start({ server: { headersTimeout: 600, connectionsCheckingInterval: 20 } })
    const { client } = await proxy.connect()
    await sleep(300)
    const began = performance.now()
    client.socket.write(get.slice(0, -2))
    expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 408 /)
    expect(performance.now() - began).toBeGreaterThan(590)
    client.socket.destroy()
  })

  it('is heard before it is taken for late, if the process stood still', async () => {
    await using proxy = await start({ server: impatient })
    const { client } = await proxy.connect(get.slice(0, -2))
    await standStillAfter(() => client.socket.write(get.slice(-2)), 400)
    expect(await client.until(text => text.endsWith('GET /some?x ') || client.closed)).toMatch(answered)
    client.socket.destroy()
  })

  it('is let go without an answer if it ends before it has asked', async () => {
    await using proxy = await start()
    const { client, socket } = await proxy.connect()
    client.socket.end()
    expect(await client.until(() => client.closed)).toBe('')
    await expect.poll(() => socket.closed).toBe(true)
  })

  it('is told 400 if it ends within the head', async () => {
    await using proxy = await start()
    const { client, socket } = await proxy.connect(get.slice(0, -2))
    client.socket.end()
    expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 400 bad-request\r\n/)
    await expect.poll(() => socket.closed).toBe(true)
  })

  it('is answered if it ends right after the head', async () => {
    await using proxy = await start()
    const { client } = await proxy.connect(get.slice(0, 20))
    client.socket.end(get.slice(20))
    expect(await client.until(() => client.closed)).toMatch(answered)
  })

  it.each([
    'nonsense',
    'GET / HTTP/1.1\r\nHost : a.test\r\n',
    'GET / HTTP/1.1\r\nHost: a.test\nX: y\r\n',
    'GET / HTTP/1.1\r\nContent-Length: 1, 2\r\n',
    'GET / HTTP/1.7\r\n',
  ])('is told what is wrong as soon as it is (%j)', async wrong => {
    await using proxy = await start()
    expect((await exchangeRaw(proxy.port, wrong)).text).toMatch(/^HTTP\/1\.1 (400|501|505) /)
  })

  it('leaves nothing behind that has reset its connection', async () => {
    await using proxy = await start({ free: 1 })
    const first = await proxy.connect()
    const second = await proxy.connect(get.slice(0, 20))
    second.client.socket.resetAndDestroy()
    await expect.poll(() => second.socket.closed).toBe(true)
    first.client.socket.destroy()
    await expect.poll(() => first.socket.closed).toBe(true)
    const third = await proxy.connect()
    expect(hasParser(third.socket)).toBe(true)
    third.client.socket.destroy()
  })

  it('is cut when all connections are', async () => {
    await using proxy = await start()
    const silent = await proxy.connect()
    const within = await proxy.connect(get.slice(0, 20))
    proxy.server.closeAllConnections()
    for (const { client } of [silent, within]) {
      expect(await client.until(() => client.closed)).toBe('')
      expect(client.closed).toBe(true)
    }
  })
})

describe('what is handed on', () => {
  it('keeps the body that has come with the head', async () => {
    await using proxy = await start()
    const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\n'
    expect((await exchangeRaw(proxy.port, `${post}body`)).text).toMatch(/POST \/ body$/)
    const { client } = await proxy.connect(`${post}bo`)
    client.socket.write('dy')
    expect(await client.until(text => text.endsWith('body'))).toMatch(answered)
    client.socket.destroy()
  })

  it('keeps requests that have come behind each other', async () => {
    await using proxy = await start()
    const { client } = await proxy.connect(get.slice(0, 20))
    client.socket.write(get.slice(20) + get.replace('some', 'other') + get.replace('some', 'third').slice(0, 30))
    await client.until(text => text.includes('/other'))
    client.socket.write(get.replace('some', 'third').slice(30))
    const all = await client.until(text => text.endsWith('/third?x '))
    expect(all.match(/GET \/\w+/g)).toEqual(['GET /some', 'GET /other', 'GET /third'])
    client.socket.destroy()
  })

  it('keeps what has come behind an upgrade', async () => {
    const server = createServer()
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', socket => socket.on('message', data => socket.send(`re: ${data}`)))
    const port = await listen(server)
    await using proxy = await start({ backends: { upstream: port } })
    const upgrade = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    const { client } = await proxy.connect(upgrade)
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
    // A text of two letters, masked by nothing.
    client.socket.write(`${key}\x81\x82\0\0\0\0hi`, 'latin1')
    expect(await client.until(text => text.endsWith('re: hi'))).toMatch(/^HTTP\/1\.1 101 /)
    client.socket.destroy()
    for (const socket of sockets.clients) socket.terminate()
    await new Promise(done => server.close(done))
  })

  it('comes after a PROXY header', async () => {
    await using proxy = await start()
    acceptProxyProtocol(proxy.server, { trusted: ['127.0.0.1'] })
    const header = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 80\r\n'
    expect((await exchangeRaw(proxy.port, header + get)).text).toMatch(answered)
    const client = await rawConnection(proxy.port, header)
    await sendInPieces(client, get, 9)
    expect(await client.until(text => text.endsWith('GET /some?x '))).toMatch(answered)
    expect(upstream.requests.at(-1)!.headers['x-forwarded-for']).toBe('192.0.2.1')
    client.socket.destroy()
  })
})

it('wants a server that listens for connections', () => {
  const server = createServer()
  server.removeAllListeners('connection')
  expect(() => filterConnections(server)).toThrow(TypeError)
})
