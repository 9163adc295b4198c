import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { listen, startProxy } from './support/proxy.ts'
import { exchangeRaw, rawConnection } from './support/raw-client.ts'
import { httpUpstream, rawUpstream } from './support/upstream.ts'

const UPGRADE = 'GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

async function webSocketUpstream() {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.send(`hello ${request.headers.host} ${request.url}`)
  })
  const port = await listen(server)
  return {
    ...{ port, sockets },
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate()
      await new Promise(done => server.close(done))
    },
  }
}

const message = (socket: WebSocket) =>
  new Promise<string>((done, failed) => {
    socket.once('message', data => done(data.toString()))
    socket.once('error', failed)
  })

describe('an upgrade to WebSocket', () => {
  it('carries messages both ways, and its record comes at its end', async () => {
    await using upstream = await webSocketUpstream()
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/chat?room=1`)
    expect(await message(socket)).toBe(`hello 127.0.0.1:${proxy.port} /chat?room=1`)
    const large = 'x'.repeat(1_000_000)
    const echoed = message(socket)
    socket.send(large)
    expect(await echoed).toBe(large)
    expect(proxy.records).toHaveLength(0)
    expect(proxy.inFlight()).toBe(1)
    socket.close()
    await expect.poll(() => proxy.records[0]).toMatchObject({ status: 101, failure: undefined })
    expect(proxy.inFlight()).toBe(0)
  })

  it('lives on when the routing is swapped', async () => {
    await using upstream = await webSocketUpstream()
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`)
    await message(socket)
    proxy.state.swap({ matcher: proxy.state.current.matcher, upstreams: proxy.registry.update(new Map()) })
    const echoed = message(socket)
    socket.send('still there')
    expect(await echoed).toBe('still there')
    socket.terminate()
  })

  it('ends for both when one leaves', async () => {
    await using upstream = await webSocketUpstream()
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const leaving = new WebSocket(`ws://127.0.0.1:${proxy.port}/`)
    await message(leaving)
    leaving.terminate()
    await expect.poll(() => upstream.sockets.clients.size).toBe(0)
    const left = new WebSocket(`ws://127.0.0.1:${proxy.port}/`)
    await message(left)
    const closed = new Promise(done => left.once('close', done))
    for (const client of upstream.sockets.clients) client.terminate()
    await closed
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })

  it('is a tunnel only once the endpoint has said so', async () => {
    await using upstream = await httpUpstream((_, response) => response.writeHead(426, { X: 'y' }).end('not here'))
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const second = 'GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n'
    const { text, closed } = await exchangeRaw(proxy.port, UPGRADE + second, 50)
    expect(text).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n[\s\S]*not here/)
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(closed).toBe(true)
    expect(upstream.requests.map(request => request.url)).toEqual(['/chat'])
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })

  it('answered with another protocol is a 502', async () => {
    await using upstream = await rawUpstream((_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n')
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    expect((await exchangeRaw(proxy.port, UPGRADE, 50)).text).toMatch(/^HTTP\/1\.1 502 [\s\S]*bad-response/)
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })

  it('goes to another endpoint if one cannot be reached', async () => {
    await using gone = await rawUpstream(() => {})
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    await using upstream = await webSocketUpstream()
    await using proxy = await startProxy({ backends: { upstream: [port, upstream.port] } })
    for (let i = 0; i < 2; i++) {
      const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`)
      expect(await message(socket)).toMatch(/^hello/)
      socket.terminate()
    }
  })

  it('keeps what either side sends right behind its head', async () => {
    await using upstream = await rawUpstream((received, socket) => {
      const [, rest] = received.split('\r\n\r\n')
      if (rest === 'first words') socket.write(' and more')
      else if (rest === '') {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nwelcome')
      }
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const client = await rawConnection(proxy.port, `${UPGRADE}first words`)
    const text = await client.until(received => received.endsWith('and more'))
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*\r\n\r\nwelcome and more$/)
    client.socket.destroy()
  })

  it('without a route or an endpoint is answered like any request', async () => {
    await using proxy = await startProxy({ backends: {} })
    expect((await exchangeRaw(proxy.port, UPGRADE, 50)).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*no-service/)
    const bad = await exchangeRaw(proxy.port, UPGRADE.replace('a.test', 'a..test'), 50)
    expect(bad.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*bad-host: empty-label/)
  })
})
