import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Health } from '../../src/upstream/ejection.ts'
import { RetryBudget } from '../../src/upstream/retry-budget.ts'
import { startProxy } from '../support/proxy.ts'
import { exchangeRaw, rawConnection } from '../support/raw-client.ts'
import { httpUpstream, rawUpstream } from '../support/upstream.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
const at = (port: number) => ({ address: '127.0.0.1', port })

describe('the health of an endpoint', () => {
  const options = { failures: 3, baseTime: 100, maxTime: 350, maxShare: 1 }
  const always = () => true

  it('is lost by failures in a row, for ever longer, and won back by a success', () => {
    const health = new Health()
    const fail = (now: number) => health.failed(now, options, always)
    expect([fail(0), fail(0)]).toEqual([false, false])
    health.succeeded()
    expect([fail(0), fail(0), fail(0)]).toEqual([false, false, true])
    expect([health.isEjected(99), health.isEjected(100)]).toEqual([true, false])
    expect(fail(100)).toBe(true)
    expect([health.isEjected(299), health.isEjected(300)]).toEqual([true, false])
    expect(fail(300)).toBe(true)
    expect([health.isEjected(649), health.isEjected(650)]).toEqual([true, false])
    health.succeeded()
    expect([fail(700), fail(700), fail(700)]).toEqual([false, false, true])
    expect(health.isEjected(800)).toBe(false)
    expect(health.ejections).toBe(4)
  })

  it('is never lost where it may not be', () => {
    const health = new Health()
    for (let i = 0; i < 9; i++) expect(health.failed(0, options, () => false)).toBe(false)
    expect(health.isEjected(0)).toBe(false)
  })
})

describe('a retry budget', () => {
  it('grants a part of the requests, and a few a second in any case', () => {
    const budget = new RetryBudget({ ratio: 0.5, minPerSecond: 2 }, 0)
    let granted = 0
    while (budget.spend(0)) granted++
    for (let i = 0; i < 10; i++) budget.earn()
    for (let i = 0; i < 5; i++) expect(budget.spend(0)).toBe(true)
    expect(budget.spend(0)).toBe(false)
    expect(granted).toBe(50)
    expect([budget.spend(1_000), budget.spend(1_000), budget.spend(1_000)]).toEqual([true, true, false])
  })
})

describe('an endpoint that fails', () => {
  it('is left out after some failures, while there are others', async () => {
    await using good = await httpUpstream((_, response) => response.end('good'))
    await using bad = await rawUpstream((_, socket) => socket.destroy())
    const options = { ejection: { failures: 2, baseTime: 60_000 } }
    await using proxy = await startProxy({
      backends: { upstream: { endpoints: [at(good.port), at(bad.port)], options } },
      options: { attempts: 1 },
    })
    const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\n\r\nx'
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) {
      statuses.push(Number((await exchangeRaw(proxy.port, post, 20)).text.slice(9, 12)))
    }
    expect(statuses.filter(status => status === 502)).toHaveLength(2)
    expect(statuses.slice(-6)).toEqual([200, 200, 200, 200, 200, 200])
  })

  it('is still asked if it is the only one', async () => {
    await using bad = await rawUpstream((_, socket) => socket.destroy())
    const options = { ejection: { failures: 1 } }
    await using proxy = await startProxy({ backends: { upstream: { endpoints: [at(bad.port)], options } } })
    for (let i = 0; i < 3; i++) await exchangeRaw(proxy.port, GET, 30)
    expect(proxy.records.map(({ status }) => status)).toEqual([502, 502, 502])
    expect(bad.received.length).toBeGreaterThanOrEqual(3)
  })
})

describe('a limit on concurrency', () => {
  const limited = (port: number, more: object) => ({
    upstream: { endpoints: [at(port)], options: { maxConcurrency: 1, ...more } },
  })

  it('lets requests wait for their turn, and refuses those beyond the queue', async () => {
    const answers: (() => void)[] = []
    await using upstream = await httpUpstream((_, response) => answers.push(() => response.end('ok')))
    await using proxy = await startProxy({ backends: limited(upstream.port, { maxQueue: 2 }) })
    const clients = await Promise.all(Array.from({ length: 3 }, () => rawConnection(proxy.port, GET)))
    await expect.poll(() => answers.length).toBe(1)
    await expect.poll(() => proxy.state.current.upstreams('upstream')?.waiting).toBe(2)
    expect((await exchangeRaw(proxy.port, GET, 30)).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*overloaded/)
    for (let turn = 1; turn <= 3; turn++) {
      await expect.poll(() => answers.length).toBe(turn)
      expect(proxy.inFlight()).toBe(1)
      answers.at(-1)!()
    }
    for (const client of clients) {
      expect(await client.until(text => text.endsWith('ok'))).toMatch(/^HTTP\/1\.1 200 OK/)
      client.socket.destroy()
    }
  })

  it('forgets a client that leaves the queue', async () => {
    await using upstream = await rawUpstream(() => {})
    await using proxy = await startProxy({ backends: limited(upstream.port, { maxQueue: 5 }) })
    const first = await rawConnection(proxy.port, GET)
    await expect.poll(() => upstream.received.length).toBe(1)
    const second = await rawConnection(proxy.port, GET)
    const waiting = () => proxy.state.current.upstreams('upstream')?.waiting
    await expect.poll(waiting).toBe(1)
    second.socket.destroy()
    await expect.poll(waiting).toBe(0)
    expect(proxy.inFlight()).toBe(1)
    first.socket.destroy()
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })

  it('lets nobody wait for ever', async () => {
    await using upstream = await rawUpstream(() => {})
    await using proxy = await startProxy({ backends: limited(upstream.port, { maxQueue: 5, queueTimeout: 30 }) })
    const first = await rawConnection(proxy.port, GET)
    await expect.poll(() => upstream.received.length).toBe(1)
    expect((await exchangeRaw(proxy.port, GET, 300)).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*overloaded/)
    first.socket.destroy()
  })

  it('holds after clients that left in every state', async () => {
    await using upstream = await rawUpstream((received, socket) => {
      if (received.includes('/ok')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    await using proxy = await startProxy({ backends: limited(upstream.port, { maxQueue: 50 }) })
    for (let i = 0; i < 20; i++) {
      const clients = await Promise.all([rawConnection(proxy.port, GET), rawConnection(proxy.port, GET)])
      await sleep(i % 3)
      for (const client of clients) client.socket.destroy()
    }
    await expect.poll(() => proxy.inFlight()).toBe(0)
    const client = await rawConnection(proxy.port, GET.replace('/ ', '/ok '))
    expect(await client.until(text => text.endsWith('ok'))).toMatch(/^HTTP\/1\.1 200 OK/)
    client.socket.destroy()
  })
})

describe('affinity by cookie', () => {
  it('brings a client back to its endpoint, and to another if that is gone', async () => {
    await using one = await httpUpstream((_, response) => response.end('one'))
    await using two = await httpUpstream((_, response) => response.end('two'))
    const options = { affinity: { cookie: 'route', maxAge: 60 } }
    await using proxy = await startProxy({
      backends: { upstream: { endpoints: [at(one.port), at(two.port)], options } },
    })
    const { text } = await exchangeRaw(proxy.port, GET, 30)
    const [, cookie] = /set-cookie: (route=[\w-]+); Path=\/; Max-Age=60; HttpOnly; SameSite=Lax\r\n/i.exec(text)!
    const again = `GET / HTTP/1.1\r\nHost: a.test\r\nCookie: a=b; ${cookie}\r\n\r\n`
    const home = text.slice(-3)
    for (let i = 0; i < 5; i++) {
      const { text: answer } = await exchangeRaw(proxy.port, again, 10)
      expect(answer.slice(-3)).toBe(home)
      expect(answer).not.toMatch(/set-cookie/i)
    }
    const left = home === 'one' ? two : one
    proxy.registry.update(new Map([['upstream', { endpoints: [at(left.port)], options }]]))
    const { text: moved } = await exchangeRaw(proxy.port, again, 10)
    expect(moved.slice(-3)).not.toBe(home)
    expect(moved).toMatch(/set-cookie: route=/i)
  })
})

describe('slow start', () => {
  it('gives a new endpoint little beside old ones, and everything if it is alone', async () => {
    await using old = await httpUpstream((_, response) => response.end('old'))
    await using fresh = await httpUpstream((_, response) => response.end('new'))
    const options = { slowStart: 100_000, policy: { name: 'round-robin' } } as const
    await using proxy = await startProxy({ backends: { upstream: { endpoints: [at(old.port)], options } } })
    const upstream = proxy.state.current.upstreams('upstream')!
    Object.defineProperty(upstream.endpoints[0], 'since', { value: -200_000 })
    const context = { client: 'c', header: () => undefined }
    proxy.registry.update(new Map([['upstream', { endpoints: [at(old.port), at(fresh.port)], options }]]))
    let toNew = 0
    for (let i = 0; i < 1_000; i++) {
      const endpoint = upstream.acquire(context, [])!
      upstream.release(endpoint, true)
      if (endpoint.name.endsWith(`:${fresh.port}`)) toNew++
    }
    expect(toNew).toBeGreaterThan(0)
    expect(toNew).toBeLessThan(150)
    proxy.registry.update(new Map([['upstream', { endpoints: [at(fresh.port)], options }]]))
    expect((await exchangeRaw(proxy.port, GET, 30)).text).toMatch(/new$/)
  })
})

describe('repeating a request', () => {
  const answering = (status: number) => httpUpstream((_, response) => response.writeHead(status).end(String(status)))

  it('elsewhere on 503 if the route asks for it, but not one that may have had an effect', async () => {
    await using bad = await answering(503)
    await using good = await answering(200)
    await using proxy = await startProxy({
      backends: { upstream: { endpoints: [at(bad.port), at(good.port)] } },
      routeOptions: { retryOn: [503] },
    })
    for (let i = 0; i < 4; i++) expect((await exchangeRaw(proxy.port, GET, 20)).text).toMatch(/^HTTP\/1\.1 200 /)
    const post = GET.replace('GET', 'POST')
    const answers = [await exchangeRaw(proxy.port, post, 20), await exchangeRaw(proxy.port, post, 20)]
    expect(answers.map(({ text }) => text.slice(9, 12)).sort()).toEqual(['200', '503'])
  })

  it('ends with the budget', async () => {
    await using bad = await answering(503)
    await using worse = await answering(503)
    const options = { retryBudget: { ratio: 0, minPerSecond: 1 }, ejection: false } as const
    await using proxy = await startProxy({
      backends: { upstream: { endpoints: [at(bad.port), at(worse.port)], options } },
      routeOptions: { retryOn: [503] },
    })
    for (let i = 0; i < 6; i++) await exchangeRaw(proxy.port, GET, 20)
    const attempts = proxy.records.map(record => record.attempts)
    expect(attempts.filter(count => count > 1).length).toBeGreaterThan(0)
    expect(attempts.filter(count => count === 1).length).toBeGreaterThan(2)
  })
})

describe('an update of the backends', () => {
  it('keeps the connections of endpoints that stay', async () => {
    await using upstream = await httpUpstream((request, response) => response.end(String(request.socket.remotePort)))
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const before = await exchangeRaw(proxy.port, GET, 20)
    for (let i = 0; i < 5; i++) {
      const upstreams = proxy.registry.update(new Map([['upstream', { endpoints: [at(upstream.port)] }]]))
      proxy.state.swap({ matcher: proxy.state.current.matcher, upstreams })
    }
    const after = await exchangeRaw(proxy.port, GET, 20)
    expect(/\d+$/.exec(after.text)).toEqual(/\d+$/.exec(before.text))
  })

  it('of one of them alone leaves the others as they are', async () => {
    await using upstream = await httpUpstream((_, response) => response.end())
    await using proxy = await startProxy({ backends: { upstream: upstream.port, other: upstream.port } })
    const find = proxy.registry.find.bind(proxy.registry)
    const [before, other] = [find('upstream'), find('other')]
    const [endpoint] = proxy.registry.endpointsOf('upstream')
    proxy.registry.change([['upstream', { endpoints: [at(upstream.port), at(1)] }]])
    expect([find('upstream'), find('other')]).toEqual([before, other])
    const [stays, comes] = proxy.registry.endpointsOf('upstream')
    expect([stays, comes?.origin]).toEqual([endpoint, 'http://127.0.0.1:1'])
    proxy.registry.change([['upstream', undefined]])
    expect([find('upstream'), find('other')]).toEqual([undefined, other])
    expect([...proxy.registry.endpointsOf('upstream')]).toEqual([])
  })

  it('lets a request finish at an endpoint that is gone', async () => {
    let finish = () => {}
    await using upstream = await httpUpstream((_, response) => {
      response.write('begun ')
      finish = () => response.end('finished')
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const client = await rawConnection(proxy.port, GET)
    await client.until(text => text.includes('begun'))
    proxy.state.swap({ matcher: proxy.state.current.matcher, upstreams: proxy.registry.update(new Map()) })
    finish()
    expect(await client.until(text => text.includes('0\r\n\r\n'))).toContain('finished')
    client.socket.destroy()
    expect((await exchangeRaw(proxy.port, GET, 20)).text).toMatch(/^HTTP\/1\.1 503 [\s\S]*no-service/)
  })
})
