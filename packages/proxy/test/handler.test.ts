import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startProxy } from './support/proxy.ts'
import { exchangeRaw } from './support/raw-client.ts'
import { httpUpstream, textOf } from './support/upstream.ts'

describe('the life of a request', () => {
  it('goes to the upstream of the route that matches, with the path that was matched', async () => {
    await using shop = await httpUpstream((request, response) => response.end(`shop ${request.url}`))
    await using admin = await httpUpstream((request, response) => response.end(`admin ${request.url}`))
    await using proxy = await startProxy({
      backends: { shop: shop.port, admin: admin.port },
      routes: [
        { host: 'a.test', path: '/', pathType: 'Prefix', target: 'shop' },
        { host: 'a.test', path: '/admin', pathType: 'Prefix', target: 'admin' },
      ],
    })
    const { text } = await exchangeRaw(
      proxy.port,
      'GET /x/%2e%2e/admin/./y?q=%2e%2e HTTP/1.1\r\nHost: A.test:80\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toMatch(/admin \/admin\/y\?q=%2e%2e$/)
    expect(shop.requests).toHaveLength(0)
  })

  it('answers 404 where no route matches and 503 where a route leads to nothing', async () => {
    await using proxy = await startProxy({
      backends: { empty: { endpoints: [], unavailable: 'no-port' } },
      routes: [
        { host: 'a.test', path: '/empty', pathType: 'Prefix', target: 'empty' },
        { host: 'a.test', path: '/gone', pathType: 'Prefix', target: 'gone' },
      ],
    })
    const get = (path: string) => exchangeRaw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`, 30)
    expect((await get('/')).text).toMatch(/^HTTP\/1\.1 404 [\s\S]*404 not-found\n$/)
    expect((await get('/empty')).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*503 no-port\n$/)
    expect((await get('/gone')).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*503 no-service\n$/)
    expect(proxy.records.map(record => record.failure?.code)).toEqual(['not-found', 'no-port', 'no-service'])
  })

  it('answers OPTIONS * itself if it may', async () => {
    const options = 'OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n'
    await using closed = await startProxy({ backends: {} })
    expect((await exchangeRaw(closed.port, options, 30)).text).toMatch(/^HTTP\/1\.1 400 [\s\S]*asterisk-form\n$/)
    await using open = await startProxy({ backends: {}, options: { answerAsterisk: true } })
    expect((await exchangeRaw(open.port, options, 30)).text).toMatch(/^HTTP\/1\.1 204 No Content\r\n/)
    expect((await exchangeRaw(open.port, options.replace('OPTIONS', 'GET'), 30)).text).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('streams a body up and a body down, and says in its record what it did', async () => {
    await using upstream = await httpUpstream(async (request, response) => {
      response.writeHead(201, { 'X-Length': request.headers['content-length'] ?? 'none' })
      response.end((await textOf(request)).toUpperCase())
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const body = 'hello '.repeat(20_000)
    const answer = await new Promise<{ status: number | undefined; text: string; length: unknown }>((done, failed) => {
      const request = httpRequest(
        { port: proxy.port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': body.length } },
        async response => {
          done({
            status: response.statusCode,
            text: await textOf(response),
            length: response.headers['x-length'],
          })
        },
      )
      request.on('error', failed)
      request.end(body)
    })
    expect(answer).toEqual({ status: 201, text: body.toUpperCase(), length: String(body.length) })
    const [record] = proxy.records
    expect(record).toMatchObject({ status: 201, bytesReceived: body.length, bytesSent: body.length, attempts: 1 })
    expect(record?.match?.path).toBe('prefix')
    expect(proxy.inFlight()).toBe(0)
  })
})
