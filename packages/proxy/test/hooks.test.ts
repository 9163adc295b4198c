import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createProxyHandler, type ProxyHooks } from '../src/index.ts'
import { listen, startProxy } from './support/proxy.ts'
import { exchangeRaw } from './support/raw-client.ts'
import { httpUpstream } from './support/upstream.ts'

const GET = 'GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n'

const UPGRADE = GET.replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')

async function ask(hooks: ProxyHooks<string>, request = GET) {
  await using upstream = await httpUpstream((_, response) => response.setHeader('X-Up', '1').end('ok'))
  await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { hooks } })
  const { text } = await exchangeRaw(proxy.port, request, 30)
  return { text, received: upstream.requests[0], record: proxy.records[0] }
}

describe('a hook', () => {
  it('before the match knows the target, and may refuse', async () => {
    const seen: unknown[] = []
    const { text, received, record } = await ask({
      beforeMatch: ({ target, match }) => {
        seen.push(target?.path, match)
        return { code: 'forbidden', reason: 'maintenance' }
      },
    })
    expect(seen).toEqual(['/x', undefined])
    expect(text).toMatch(/^HTTP\/1\.1 403 [\s\S]*403 forbidden: maintenance\n$/)
    expect(received).toBe(undefined)
    expect(record?.failure?.code).toBe('forbidden')
  })

  it('after the match knows the route, and may refuse', async () => {
    const { text } = await ask({
      afterMatch: ({ match, routedTo }) => ({ code: 'not-found', reason: `${match?.path}-${routedTo}` }),
    })
    expect(text).toMatch(/404 not-found: prefix-upstream\n$/)
  })

  it('may change what the upstream and the client receive', async () => {
    const { text, received } = await ask({
      beforeRequest: (_, headers) => void headers.push('X-User', 'me'),
      beforeResponse: ({ requestId }, status, headers) => void headers.push('X-Seen', `${status} ${requestId.length}`),
    })
    expect(received?.headers['x-user']).toBe('me')
    expect(text).toMatch(/X-Up: 1\r\n[\s\S]*X-Seen: 200 32\r\n/)
  })

  it('that leaves a field nobody may send ends the request, not the process', async () => {
    const { text, received } = await ask({ beforeRequest: (_, headers) => void headers.push('X', 'a\r\nY: b') })
    expect(text).toMatch(/^HTTP\/1\.1 500 [\s\S]*500 internal-error\n$/)
    expect(received).toBe(undefined)
    expect((await ask({ beforeResponse: (_, __, headers) => void headers.push('X', 'a\r\nb') })).text).toMatch(
      /^HTTP\/1\.1 502 /,
    )
  })

  const points = ['beforeMatch', 'afterMatch', 'beforeRequest', 'beforeResponse'] as const
  const asked = points.map(point => [point, 'a request', GET] as const)
  const upgraded = points.slice(0, 3).map(point => [point, 'an upgrade', UPGRADE] as const)
  it.each([...asked, ...upgraded])('that throws at %s ends %s, not the process', async (point, _, request) => {
    const bug = new Error('a bug')
    const { text, record } = await ask({ [point]: fail(bug) }, request)
    expect(text).toMatch(/^HTTP\/1\.1 500 [\s\S]*500 internal-error(: hook)?\n$/)
    expect(record?.cause).toBe(bug)
  })

  it('that leaves a field nobody may send ends an upgrade, not the process', async () => {
    const { text } = await ask({ beforeRequest: (_, headers) => void headers.push('X', 'a\r\nY: b') }, UPGRADE)
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
  })
})

function fail(error: Error) {
  return () => {
    throw error
  }
}

describe('a handler', () => {
  it('serves as a listener of any server, and under a path of another program', async () => {
    await using upstream = await httpUpstream((request, response) => response.end(`up ${request.url}`))
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const handler = createProxyHandler<string>({ state: proxy.state })
    const server = createServer((request, response) => {
      response.setHeader('X-Own', 'yes')
      if (request.url?.startsWith('/api')) handler.request(request, response)
      else response.end('own')
    })
    const port = await listen(server)
    expect((await exchangeRaw(port, GET, 30)).text).toMatch(/own$/)
    const { text } = await exchangeRaw(port, GET.replace('/x', '/api/x'), 30)
    expect(text).toMatch(/X-Own: yes\r\n[\s\S]*up \/api\/x$/)
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  })
})
