import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ProxyHandler, proxyMiddleware } from '@ingot/proxy'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expressServer } from '../proxy/express.ts'
import { fastifyApp } from '../proxy/fastify.ts'
import { shopProxy } from '../proxy/shop-proxy.ts'

const json = { 'content-type': 'application/json' }

async function ask(server: Server, method: string, path: string, body?: string) {
  const { port } = server.address() as AddressInfo
  const sent = request({ port, method, path, headers: body === undefined ? {} : json, agent: false }).end(body)
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const part of response) text += part
  return { status: response.statusCode, text, proxied: response.headers['x-proxied'] }
}

const listening = async (server: Server) => void (await once(server.listen(0, '127.0.0.1'), 'listening'))

const shop = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  response.end(`${request.method} ${request.url} ${body}`)
})
shop.on('upgrade', (_, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
  socket.on('end', () => socket.end())
})

let proxy: ProxyHandler
beforeAll(async () => {
  await listening(shop)
  proxy = shopProxy((shop.address() as AddressInfo).port)
})
afterAll(() => {
  proxy.close()
  shop.closeAllConnections()
  shop.close()
})

describe.each([
  ['Express', async () => expressServer(proxy)],
  [
    'Fastify',
    async () => {
      const app = fastifyApp(proxy)
      await app.ready()
      return app.server
    },
  ],
] as [string, () => Promise<Server>][])('the proxy in %s', (_, open) => {
  let server: Server
  beforeAll(async () => {
    server = await open()
    await listening(server)
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('forwards what a route takes, body and all', async () => {
    const answer = await ask(server, 'POST', '/api/a%2Fb?x=1', '{"n":1}')
    expect(answer).toEqual({ status: 200, text: 'POST /api/a%2Fb?x=1 {"n":1}', proxied: 'yes' })
  })

  it('leaves the rest to the program, body and all', async () => {
    const answer = await ask(server, 'POST', '/own', '{"n":1}')
    expect(answer).toEqual({ status: 200, text: '{"got":{"n":1}}', proxied: undefined })
    expect((await ask(server, 'GET', '/nowhere')).status).toBe(404)
  })

  it('answers itself what hooks refuse', async () => {
    expect(await ask(server, 'GET', '/api/secret')).toMatchObject({ status: 403, text: '403 forbidden\n' })
  })

  it('passes a WebSocket on', async () => {
    const { port } = server.address() as AddressInfo
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    const [response, socket, head] = await once(request({ port, path: '/live', headers }).end(), 'upgrade')
    expect(response.statusCode).toBe(101)
    const [first] = head.length > 0 ? [head] : await once(socket, 'data')
    expect(String(first)).toBe('hello')
    socket.destroy()
  })
})

describe('the middleware', () => {
  async function within(use: (app: express.Express) => void, run: (server: Server) => Promise<void>) {
    const app = express()
    use(app)
    const server = createServer(app)
    await listening(server)
    try {
      await run(server)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('matches and forwards the whole path where it is mounted under one', () =>
    within(
      app => app.use('/api', proxyMiddleware(proxy)),
      async server => expect((await ask(server, 'GET', '/api/x')).text).toBe('GET /api/x '),
    ))

  it('leaves the path as it found it to those who come next', () =>
    within(
      app => {
        app.use('/sub', proxyMiddleware(proxy), (request, response) => void response.send(request.url))
      },
      async server => expect((await ask(server, 'GET', '/sub/x?y')).text).toBe('/x?y'),
    ))

  it('behind a body parser says that the body is gone, instead of waiting for it', () =>
    within(
      app => app.use(express.json(), proxyMiddleware(proxy)),
      async server => {
        const answer = await ask(server, 'POST', '/api/x', '{"n":1}')
        expect(answer).toMatchObject({ status: 500, text: '500 internal-error: body-consumed\n' })
        expect((await ask(server, 'GET', '/api/x')).status).toBe(200)
      },
    ))
})
