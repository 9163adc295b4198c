import { once } from 'node:events'
import { createServer as createHttps, type ServerOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { PemPair, UpstreamTls } from '../../src/index.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { grpcUpstream } from '../support/grpc.ts'
import { listen, startProxy } from '../support/proxy.ts'
import { exchangeRaw } from '../support/raw-client.ts'

let ca: Authority
let pair: PemPair

beforeAll(async () => {
  ca = await authority()
  pair = await ca.issue(['inner.test'])
})

async function httpsUpstream(options: ServerOptions = {}) {
  const server = createHttps({ ...pair, ...options } as ServerOptions, (request, response) => {
    response.end(`asked for ${(request.socket as TLSSocket).servername}`)
  })
  const port = await listen(server)
  return {
    ...{ port, server },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

async function ask(port: number, protocol: 'https' | 'h2', tls?: UpstreamTls): Promise<string> {
  const backend = { endpoints: [{ address: '127.0.0.1', port }], protocol, ...(tls && { tls }) }
  await using proxy = await startProxy({ backends: { upstream: backend }, options: { attempts: 1 } })
  const { text } = await exchangeRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n', 200)
  return text.replace(/\r\n[\s\S]*\r\n\r\n/, ' ')
}

describe('an endpoint over TLS', () => {
  it('is believed unless it is to be verified', async () => {
    await using upstream = await httpsUpstream()
    expect(await ask(upstream.port, 'https')).toMatch(/^HTTP\/1.1 200 OK .*asked for false/s)
  })

  it('is told nothing before it is verified', async () => {
    let requests = 0
    await using upstream = await httpsUpstream()
    upstream.server.on('request', () => requests++)
    expect(await ask(upstream.port, 'https', { verify: true })).toMatch(/^HTTP\/1.1 502 .*connection-failed/s)
    expect(requests).toBe(0)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes its session on the next connection (%s)', async version => {
    const resumed: boolean[] = []
    await using upstream = await httpsUpstream({ maxVersion: version })
    upstream.server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()))
    const endpoints = [{ address: '127.0.0.1', port: upstream.port }]
    const tls = { verify: true, ca: ca.pem, servername: 'inner.test' }
    await using proxy = await startProxy({ backends: { upstream: { endpoints, protocol: 'https', tls } } })
    const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
    expect((await exchangeRaw(proxy.port, GET, 100)).text).toMatch(/asked for inner.test/)
    upstream.server.closeAllConnections()
    await expect.poll(() => [...proxy.registry.endpoints()][0]?.endpoint.transport.stats.connections).toBe(0)
    expect((await exchangeRaw(proxy.port, GET, 100)).text).toMatch(/^HTTP\/1\.1 200 /)
    expect(resumed).toEqual([false, true])
  })

  it('streams bodies both ways', async () => {
    const server = createHttps({ ...pair } as ServerOptions, (request, response) => request.pipe(response))
    const port = await listen(server)
    const backend = { endpoints: [{ address: '127.0.0.1', port }], protocol: 'https' as const }
    await using proxy = await startProxy({ backends: { upstream: backend } })
    const body = Buffer.alloc(3_000_000, 'abcdefghi\n')
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/`, { method: 'POST', body })
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    expect(proxy.inFlight()).toBe(0)
    server.closeAllConnections()
    server.close()
  })

  it('is reached over the same connection whatever host is asked for', async () => {
    await using upstream = await httpsUpstream()
    let connections = 0
    upstream.server.on('secureConnection', () => connections++)
    const endpoints = [{ address: '127.0.0.1', port: upstream.port }]
    await using proxy = await startProxy({ backends: { upstream: { endpoints, protocol: 'https' } } })
    for (const host of ['a.test', 'b.test', 'c.test']) {
      const { text } = await exchangeRaw(
        proxy.port,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        200,
      )
      expect(text).toMatch(/asked for false/)
    }
    expect(connections).toBe(1)
  })

  it('is verified against the authority and the name that are given', async () => {
    await using upstream = await httpsUpstream()
    const verify = (tls: UpstreamTls) => ask(upstream.port, 'https', { verify: true, ...tls })
    expect(await verify({ ca: ca.pem, servername: 'inner.test' })).toMatch(/200 OK .*asked for inner\.test/s)
    expect(await verify({ ca: ca.pem, servername: 'other.test' })).toMatch(/^HTTP\/1.1 502 /)
    expect(await verify({ ca: ca.pem })).toMatch(/^HTTP\/1.1 502 /)
    expect(await verify({ servername: 'inner.test' })).toMatch(/^HTTP\/1.1 502 /)
  })

  it('is verified over HTTP/2 as well, and has to speak it', async () => {
    await using grpc = await grpcUpstream(pair)
    expect(await ask(grpc.port, 'h2', { verify: true, ca: ca.pem, servername: 'inner.test' })).toMatch(
      /^HTTP\/1.1 [24]/,
    )
    expect(await ask(grpc.port, 'h2', { verify: true, ca: ca.pem, servername: 'other.test' })).toMatch(
      /^HTTP\/1.1 502 /,
    )
    await using upstream = await httpsUpstream({ ALPNProtocols: ['http/1.1'] })
    expect(await ask(upstream.port, 'h2')).toMatch(/^HTTP\/1.1 502 /)
  })

  it('is refused below TLS 1.2', async () => {
    await using upstream = await httpsUpstream({
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect(await ask(upstream.port, 'https')).toMatch(/^HTTP\/1.1 502 /)
  })

  it('takes WebSockets under the same conditions', async () => {
    await using upstream = await httpsUpstream()
    const sockets = new WebSocketServer({ server: upstream.server })
    sockets.on('connection', ws => ws.on('message', data => ws.send(`re: ${data}`)))
    const open = async (tls: UpstreamTls) => {
      const endpoints = [{ address: '127.0.0.1', port: upstream.port }]
      await using proxy = await startProxy({ backends: { upstream: { endpoints, protocol: 'https', tls } } })
      const ws = new WebSocket(`ws://127.0.0.1:${proxy.port}/`)
      const opened = await Promise.race([
        once(ws, 'open').then(() => true),
        once(ws, 'unexpected-response').then(() => false),
      ])
      if (!opened) return ws.on('error', () => {}).terminate()
      ws.send('hello')
      const [answer] = await once(ws, 'message')
      ws.terminate()
      return String(answer)
    }
    expect(await open({})).toBe('re: hello')
    expect(await open({ verify: true, ca: ca.pem, servername: 'inner.test' })).toBe('re: hello')
    expect(await open({ verify: true, ca: ca.pem, servername: 'other.test' })).toBeUndefined()
  })

  it('gets new connections when the conditions change', async () => {
    await using upstream = await httpsUpstream()
    const backend = (tls: UpstreamTls) => ({
      ...{ endpoints: [{ address: '127.0.0.1', port: upstream.port }], protocol: 'https' as const, tls },
    })
    await using proxy = await startProxy({ backends: { upstream: backend({}) }, options: { attempts: 1 } })
    const status = async () =>
      (await exchangeRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n', 200)).text.slice(
        9,
        12,
      )
    expect(await status()).toBe('200')
    const upstreams = proxy.registry.update(new Map([['upstream', backend({ verify: true })]]))
    proxy.state.swap({ ...proxy.state.current, upstreams })
    expect(await status()).toBe('502')
  })
})
