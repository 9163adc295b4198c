import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateLimit, subscriberOf } from '../src/request/rate-limit.ts'
import { compileRouteOptions, type RouteOptions } from '../src/route-options.ts'
import { deafListener } from './support/deaf-listener.ts'
import { startProxy } from './support/proxy.ts'
import { exchangeRaw, rawConnection } from './support/raw-client.ts'
import { httpUpstream, rawUpstream, textOf } from './support/upstream.ts'

const GET = 'GET /api/users?id=1 HTTP/1.1\r\nHost: a.test:8080\r\nX-Old: 1\r\n\r\n'

/** One request to a route at `/api` with `options`; what the client got, and what the upstream got. */
async function ask(routeOptions: RouteOptions, request = GET, proxyOptions = {}) {
  await using upstream = await httpUpstream(async (incoming, response) => {
    await textOf(incoming).catch(() => {})
    response.writeHead(200, { 'X-Server': 'secret', 'X-Kept': 'yes' }).end('ok')
  })
  await using proxy = await startProxy({
    backends: { upstream: upstream.port },
    routes: [{ host: undefined, path: '/api', pathType: 'Prefix', target: 'upstream' }],
    ...{ routeOptions, options: proxyOptions },
  })
  const { text } = await exchangeRaw(proxy.port, request, 30)
  return { text, status: Number(text.slice(9, 12)), received: upstream.requests[0] }
}

describe('who may ask', () => {
  it.each<[RouteOptions, number]>([
    [{ allow: ['127.0.0.0/8'] }, 200],
    [{ allow: ['10.0.0.0/8'] }, 403],
    [{ deny: ['127.0.0.1'] }, 403],
    [{ deny: ['10.0.0.0/8'] }, 200],
    [{ allow: ['127.0.0.0/8'], deny: ['127.0.0.1'] }, 403],
  ])('%j gives %i', async (options, status) => {
    expect((await ask(options)).status).toBe(status)
  })

  it('is the client that a trusted proxy names, and nobody else', async () => {
    const forwarded = GET.replace('X-Old: 1', 'X-Forwarded-For: 203.0.113.7')
    const allow = ['203.0.113.0/24']
    expect((await ask({ allow }, forwarded)).status).toBe(403)
    expect((await ask({ allow }, forwarded, { trustedProxies: ['127.0.0.1'] })).status).toBe(200)
  })
})

describe('how often a client may ask', () => {
  it('is refused with 429 beyond', async () => {
    await using upstream = await httpUpstream((_, response) => response.end())
    await using proxy = await startProxy({
      backends: { upstream: upstream.port },
      routeOptions: { rateLimit: { requestsPerSecond: 0.001, burst: 3 } },
    })
    const { text } = await exchangeRaw(proxy.port, GET.repeat(5), 30)
    expect(text.match(/HTTP\/1\.1 \d+/g)?.map(line => line.slice(-3))).toEqual(['200', '200', '200', '429', '429'])
  })

  it('fills up again at its rate, to no more than the burst', () => {
    const limit = new RateLimit({ requestsPerSecond: 10, burst: 2 })
    const admitted = (now: number) => [1, 2, 3].filter(() => limit.admits('c', now)).length
    expect([admitted(0), admitted(100), admitted(150), admitted(10_000)]).toEqual([2, 1, 0, 2])
    expect(limit.admits('another', 10_000)).toBe(true)
  })

  it('never admits more than rate and burst allow, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 500 }), { maxLength: 100 }), pauses => {
        const limit = new RateLimit({ requestsPerSecond: 5, burst: 4 })
        let now = 0
        let admitted = 0
        for (const pause of pauses) {
          now += pause
          if (limit.admits('c', now)) admitted++
        }
        expect(admitted).toBeLessThanOrEqual(4 + (now / 1_000) * 5 + 1e-9)
      }),
    )
  })

  it('remembers no more clients than it may', () => {
    const limit = new RateLimit({ requestsPerSecond: 0.001, burst: 1, maxClients: 2 })
    for (const who of ['a', 'b', 'c']) expect(limit.admits(who, 0)).toBe(true)
    expect([limit.admits('c', 0), limit.admits('b', 0), limit.admits('a', 0)]).toEqual([false, false, true])
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:0db8:0001::', '2001:db8:1:0::/64'],
  ])('takes %s for %s', (address, subscriber) => {
    expect(subscriberOf(address)).toBe(subscriber)
  })

  it('is remembered when other options of the route change', () => {
    const rateLimit = { requestsPerSecond: 1, burst: 1 }
    const before = compileRouteOptions({ rateLimit })
    expect(before.rateLimit?.admits('c', 0)).toBe(true)
    const after = compileRouteOptions({ rateLimit: { ...rateLimit }, attempts: 1 }, before)
    expect(after.rateLimit?.admits('c', 0)).toBe(false)
    expect(compileRouteOptions({ rateLimit: { requestsPerSecond: 2 } }, before).rateLimit?.admits('c', 0)).toBe(true)
  })
})

describe('how much a client may send', () => {
  const post = (framing: string, body: string) => `POST /api HTTP/1.1\r\nHost: a.test\r\n${framing}\r\n\r\n${body}`

  it('is known from the length before a byte is taken', async () => {
    const answer = await ask({ maxBodyBytes: 4 }, post('Content-Length: 5', 'abcde'))
    expect(answer.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*413 body-too-large\n$/)
    expect(answer.received).toBe(undefined)
    expect((await ask({ maxBodyBytes: 5 }, post('Content-Length: 5', 'abcde'))).status).toBe(200)
  })

  it('is told to a client that has begun to send it, although the connection closes', async () => {
    await using upstream = await httpUpstream((_, response) => response.end())
    await using proxy = await startProxy({
      backends: { upstream: upstream.port },
      routeOptions: { maxBodyBytes: 4 },
    })
    const client = await rawConnection(proxy.port, post('Content-Length: 200000', 'x'.repeat(150_000)))
    expect(await client.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 413 [\s\S]*body-too-large\n$/)
    expect(client.closed).toBe(false)
    client.socket.write('x'.repeat(50_000))
    await client.until(() => client.closed)
    expect([client.closed, client.wasReset]).toEqual([true, false])
  })

  it('is counted where there is no length', async () => {
    const chunked = post('Transfer-Encoding: chunked', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')
    expect((await ask({ maxBodyBytes: 4 }, chunked)).status).toBe(413)
    expect((await ask({ maxBodyBytes: 5 }, chunked)).status).toBe(200)
  })
})

describe('fields', () => {
  it('are removed, set and added, in requests and responses', async () => {
    const { text, received } = await ask({
      requestHeaders: { remove: ['x-old'], set: { 'X-Real-IP': 'hidden' }, add: { 'X-New': '1' } },
      responseHeaders: { remove: ['X-SERVER'], set: { 'X-Frame-Options': 'DENY' } },
    })
    expect(received?.headers).toMatchObject({ 'x-real-ip': 'hidden', 'x-new': '1' })
    expect(received?.headers).not.toHaveProperty('x-old')
    expect(text).toMatch(/X-Frame-Options: DENY\r\n/)
    expect(text).toMatch(/X-Kept: yes\r\n/)
    expect(text).not.toMatch(/X-Server/)
  })

  it.each<[RouteOptions]>([
    [{ requestHeaders: { set: { 'X-A': 'a\r\nX-B: b' } } }],
    [{ requestHeaders: { set: { 'X A': 'a' } } }],
    [{ requestHeaders: { remove: ['Host'] } }],
    [{ requestHeaders: { add: { 'Transfer-Encoding': 'chunked' } } }],
    [{ responseHeaders: { set: { 'Content-Length': '0' } } }],
    [{ responseHeaders: { add: { Connection: 'close' } } }],
  ])('cannot be %j', options => {
    expect(() => compileRouteOptions(options)).toThrow(TypeError)
  })
})

describe('another path', () => {
  it.each([
    [{ path: '/index' }, '/api/users?id=1', '/index?id=1'],
    [{ prefix: '/v2' }, '/api/users?id=1', '/v2/users?id=1'],
    [{ prefix: '/v2/' }, '/api/users', '/v2/users'],
    [{ prefix: '/v2' }, '/api', '/v2'],
    [{ prefix: '/v2' }, '/api/', '/v2/'],
    [{ prefix: '/' }, '/api/users', '/users'],
    [{ prefix: '/' }, '/api', '/'],
    [{ prefix: '/' }, '/api/', '/'],
    [{ prefix: '/v2' }, '/api/a%2fb', '/v2/a%2Fb'],
  ])('%j makes of %s %s', async (rewrite, asked, sent) => {
    const { received } = await ask({ rewrite }, `GET ${asked} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
    expect(received?.url).toBe(sent)
  })

  it.each(['relative', '/a/../b', '/a//b', '/%41', '/a b', '/a?b', ''])('is never %j', path => {
    expect(() => compileRouteOptions({ rewrite: { path } })).toThrow(TypeError)
    expect(() => compileRouteOptions({ redirect: { path: { prefix: path } } })).toThrow(TypeError)
  })
})

describe('a redirect', () => {
  it.each<[NonNullable<RouteOptions['redirect']>, number, string]>([
    [{ scheme: 'https', status: 308 }, 308, 'https://a.test/api/users?id=1'],
    [{ scheme: 'https', port: 8443 }, 302, 'https://a.test:8443/api/users?id=1'],
    [{ host: 'b.test' }, 302, 'http://b.test:8080/api/users?id=1'],
    [{ path: { prefix: '/v2' }, status: 301 }, 301, 'http://a.test:8080/v2/users?id=1'],
    [{ path: { path: '/' }, scheme: 'https', host: 'c.test' }, 302, 'https://c.test/?id=1'],
  ])('by %j is %i to %s', async (redirect, status, location) => {
    const answer = await ask({ redirect })
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(`\r\nLocation: ${location}\r\n`)
    expect(answer.received).toBe(undefined)
  })

  it('has no host that is none', () => {
    expect(() => compileRouteOptions({ redirect: { host: 'a.test/x' } })).toThrow(TypeError)
  })
})

describe('how long it may take', () => {
  it.each(['http', 'https', 'h2c', 'h2'] as const)('to connect to an endpoint over %s', async protocol => {
    await using deaf = await deafListener()
    const backend = { endpoints: [{ address: '127.0.0.1', port: deaf.port }], protocol }
    await using proxy = await startProxy({
      backends: { upstream: backend },
      registry: { connectTimeout: 30_000 },
      routeOptions: { connectTimeout: 60 },
    })
    const { text } = await exchangeRaw(proxy.port, GET, 300)
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*504 connect-timeout\n$/)
    expect(proxy.inFlight()).toBe(0)
  })

  it('to connect to an endpoint for an upgrade', async () => {
    await using deaf = await deafListener()
    await using proxy = await startProxy({ backends: { upstream: deaf.port }, routeOptions: { connectTimeout: 60 } })
    const upgrade = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const { text } = await exchangeRaw(proxy.port, upgrade, 300)
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*504 connect-timeout\n$/)
    expect(proxy.inFlight()).toBe(0)
  })

  it('all together', async () => {
    await using upstream = await rawUpstream((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
      const drip = setInterval(() => socket.write('x'), 20)
      socket.once('close', () => clearInterval(drip))
    })
    await using proxy = await startProxy({
      backends: { upstream: upstream.port },
      routeOptions: { totalTimeout: 150 },
    })
    const client = await rawConnection(proxy.port, GET)
    expect(await client.until(() => client.closed)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*x$/)
    expect(client.closed).toBe(true)
    await expect.poll(() => proxy.records[0]?.failure?.code).toBe('total-timeout')
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })

  it('between two pieces of what the client sends', async () => {
    await using upstream = await rawUpstream(() => {})
    await using proxy = await startProxy({
      backends: { upstream: upstream.port },
      routeOptions: { bodyIdleTimeout: 80 },
    })
    const client = await rawConnection(proxy.port, 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nabc')
    expect(await client.until(text => text.endsWith('\n'))).toMatch(/^HTTP\/1\.1 408 [\s\S]*request-timeout: body\n$/)
    await expect.poll(() => proxy.inFlight()).toBe(0)
    client.socket.destroy()
  })
})
