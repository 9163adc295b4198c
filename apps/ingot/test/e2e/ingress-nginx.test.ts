import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type IngressOptions, nginxIngress } from './nginx-ingress.ts'
import { type Fields, field, received, servingNginx } from './serve-nginx.ts'

/*
 * What the tests of ingress-nginx (test/e2e/annotations) ask for, by the names that they have there. docs/conformance.md
 * lists them, with those that are about the text of nginx.conf and those that Ingot answers otherwise.
 */

const nginx = servingNginx('web', 'next', 'other')
const { start, ask, backendOf } = nginx
const pair = () => `${nginx.serve.backends.address('web')},${nginx.serve.backends.address('other')}`
const cookieOf = async (...request: Parameters<typeof ask>) => field(await ask(...request), 'set-cookie')

describe('affinity session-cookie-name', () => {
  const sticky = (name: string, annotations: Fields = {}, options: IngressOptions = {}) =>
    nginxIngress(name, { affinity: 'cookie', 'session-cookie-name': 'SERVERID', ...annotations }, options)

  it('should change cookie name on ingress definition change', async () => {
    await start([sticky('change')], '--watch')
    // should set sticky cookie SERVERID
    expect(await cookieOf('change')).toMatch(/^SERVERID=/)
    await nginx.write([sticky('change', { 'session-cookie-name': 'OTHERCOOKIENAME' })])
    await expect.poll(() => cookieOf('change')).toMatch(/^OTHERCOOKIENAME=/)
  })

  it('should set the path to /something on the generated cookie', async () => {
    await start([sticky('path', {}, { paths: ['/something'], pathType: 'Prefix' })])
    expect(await cookieOf('path', '/something')).toMatch(/^SERVERID=.*; Path=\/something;/)
  })

  it("does not set the path to / on the generated cookie if there's more than one rule referring to the same backend", async () => {
    await start([sticky('paths', {}, { paths: ['/something', '/somewhereelese'], pathType: 'Prefix' })])
    for (const path of ['/something', '/somewhereelese']) {
      expect(await cookieOf('paths', path)).toContain(`; Path=${path};`)
    }
  })

  it('should set cookie with expires', async () => {
    await start([sticky('expires', { 'session-cookie-expires': '172800', 'session-cookie-max-age': '259200' })])
    const cookie = await cookieOf('expires')
    const expires = Date.parse(/Expires=([^;]+)/.exec(cookie!)![1]!)
    expect(Math.abs(expires - Date.now() - 172_800_000)).toBeLessThan(60_000)
    expect(cookie).toContain('Max-Age=259200')
  })

  it('should set cookie with domain, should not set cookie without domain annotation', async () => {
    await start([sticky('domain', { 'session-cookie-domain': 'example.com' }), sticky('plain')])
    expect(await cookieOf('domain')).toContain('Domain=example.com')
    expect(await cookieOf('plain')).not.toContain('Domain')
  })

  it('should work with use-regex annotation and session-cookie-path', async () => {
    const annotations = { 'use-regex': 'true', 'session-cookie-path': '/foo/bar' }
    await start([sticky('regex', annotations, { paths: ['/foo/.*'] })])
    expect(await cookieOf('regex', '/foo/bar')).toMatch(/^SERVERID=.*Path=\/foo\/bar/)
  })

  it('should not set affinity across all server locations when using separate ingresses', async () => {
    const there = { host: 'separate.example.com', pathType: 'Prefix' }
    await start([
      sticky('one', {}, { ...there, paths: ['/foo/bar'] }),
      nginxIngress('two', {}, { ...there, paths: ['/foo'] }),
    ])
    expect(await cookieOf('separate', '/foo')).toBeUndefined()
    expect(await cookieOf('separate', '/foo/bar')).toMatch(/^SERVERID=/)
  })

  it('should set sticky cookie without host', async () => {
    const { spec, ...object } = sticky('anywhere')
    await start([{ ...object, spec: { rules: spec.rules.map(({ http }) => ({ http })) } }])
    expect(await cookieOf('whoever')).toMatch(/^SERVERID=/)
  })

  it('should set secure in cookie as session-cookie-secure says, on http and on https', async () => {
    await start([
      sticky('yes', { 'session-cookie-secure': 'true' }),
      sticky('no', { 'session-cookie-secure': 'false' }),
      sticky('unsaid'),
    ])
    const isSecure = async (name: string, scheme: string) =>
      (await cookieOf(name, '/', { 'X-Forwarded-Proto': scheme }))!.includes('; Secure')
    expect(await Promise.all(['yes', 'no', 'unsaid'].map(name => isSecure(name, 'http')))).toEqual([true, false, false])
    expect(await Promise.all(['yes', 'no', 'unsaid'].map(name => isSecure(name, 'https')))).toEqual([true, false, true])
  })
})

describe('affinitymode', () => {
  it('Check persistent affinity mode', async () => {
    const annotations = { affinity: 'cookie', 'affinity-mode': 'persistent' }
    await start([nginxIngress('sticky', annotations, { service: 'pair' })], '--resolve', `pair=${pair()}`)
    const first = await ask('sticky')
    const Cookie = field(first, 'set-cookie')!.split(';')[0]!
    for (let turn = 0; turn < 10; turn++)
      expect(await backendOf('sticky', '/', { Cookie })).toBe(received(first).backend)
  })
})

describe('canary-*', () => {
  const main = nginxIngress('main', {}, { paths: ['/info'] })
  const canary = (annotations: Fields, options: IngressOptions = {}) => {
    const there = { host: 'main.example.com', service: 'next', paths: ['/info'], ...options }
    return nginxIngress('canary', { canary: 'true', ...annotations }, there)
  }
  const byHeader = canary({ 'canary-by-header': 'CanaryByHeader' })
  const info = (fields: Fields) => backendOf('main', '/info', fields)

  it('should route requests to the correct upstream if mainline ingress is created before the canary ingress', async () => {
    await start([main], '--watch')
    // should response with a 200 status from the mainline upstream when requests are made to the mainline ingress
    expect(await info({})).toBe('web')
    await nginx.write([main, byHeader])
    await expect.poll(() => info({ CanaryByHeader: 'always' })).toBe('next')
    expect(await info({ CanaryByHeader: 'never' })).toBe('web')
    expect(await info({ CanaryByHeader: 'badheadervalue' })).toBe('web')
  })

  it('should route requests to the correct upstream if mainline ingress is created after the canary ingress', async () => {
    await start([byHeader], '--watch')
    // should return 404 status for requests to the canary if no matching ingress is found
    expect(await info({ CanaryByHeader: 'always' })).toBe(404)
    await nginx.write([byHeader, main])
    await expect.poll(() => info({ CanaryByHeader: 'always' })).toBe('next')
    expect(await info({ CanaryByHeader: 'never' })).toBe('web')
  })

  it('should route requests to the correct upstream if the mainline ingress is modified', async () => {
    await start([main, byHeader], '--watch')
    await nginx.write([nginxIngress('main', { 'app-root': '/info' }, { paths: ['/info', '/'] }), byHeader])
    await expect.poll(() => backendOf('main', '/')).toBe(302)
    expect(await info({ CanaryByHeader: 'always' })).toBe('next')
    expect(await info({ CanaryByHeader: 'never' })).toBe('web')
  })

  it('should route requests to the correct upstream if the canary ingress is modified', async () => {
    await start([main, byHeader], '--watch')
    await nginx.write([main, canary({ 'canary-by-header': 'CanaryByHeader2' })])
    await expect.poll(() => info({ CanaryByHeader2: 'always' })).toBe('next')
    expect(await info({ CanaryByHeader2: 'never' })).toBe('web')
    expect(await info({ CanaryByHeader: 'always' })).toBe('web')
  })

  it('when canaried by header with value', async () => {
    await start([main, canary({ 'canary-by-header': 'CanaryByHeader', 'canary-by-header-value': 'DoCanary' })])
    expect(await info({ CanaryByHeader: 'DoCanary' })).toBe('next')
    for (const value of ['always', 'never', 'otherheadervalue'])
      expect(await info({ CanaryByHeader: value })).toBe('web')
  })

  it('when canaried by header with value and pattern', async () => {
    const pattern = { 'canary-by-header': 'CanaryByHeader', 'canary-by-header-pattern': '^Do[A-Z][a-z]+y$' }
    await start([main, canary(pattern)])
    expect(await info({ CanaryByHeader: 'DoCanary' })).toBe('next')
    expect(await info({ CanaryByHeader: 'Docanary' })).toBe('web')
    await nginx.ingot.stop('SIGKILL')
    await start([main, canary({ ...pattern, 'canary-by-header-value': 'DoCanary' })])
    expect(await info({ CanaryByHeader: 'DoCananry' })).toBe('web')
  })

  it('should routes to mainline upstream when the given Regex causes error', async () => {
    const broken = { 'canary-by-header': 'CanaryByHeader', 'canary-by-header-pattern': '[][**da?$&*' }
    await start([main, canary({ ...broken, 'canary-by-cookie': 'CanaryByCookie' })])
    expect(await info({ CanaryByHeader: 'DoCanary', Cookie: 'CanaryByCookie=always' })).toBe('web')
  })

  it('when canaried by header with value and cookie', async () => {
    const byValue = { 'canary-by-header': 'CanaryByHeader', 'canary-by-header-value': 'DoCanary' }
    await start([main, canary({ ...byValue, 'canary-by-cookie': 'CanaryByCookie' })])
    expect(await info({ CanaryByHeader: 'otherheadervalue', Cookie: 'CanaryByCookie=always' })).toBe('next')
  })

  it('when canaried by cookie respects always and never values', async () => {
    await start([main, canary({ 'canary-by-cookie': 'Canary-By-Cookie' })])
    const asked = ['always', 'never', 'badcookievalue'].map(value => info({ Cookie: `Canary-By-Cookie=${value}` }))
    expect(await Promise.all(asked)).toEqual(['next', 'web', 'web'])
  })

  it.each([
    ['should route requests only to mainline if canary weight is 0', ['0'], ['web']],
    ['should route requests only to canary if canary weight is 100', ['100'], ['next']],
    [
      'should route requests only to canary if canary weight is equal to canary weight total',
      ...[['1000', '1000'], ['next']],
    ],
    ['should route requests split between mainline and canary if canary weight is 50', ['50'], ['next', 'web']],
    [
      'should route requests split between mainline and canary if canary weight is 100 and weight total is 200',
      ...[
        ['100', '200'],
        ['next', 'web'],
      ],
    ],
  ] as [string, string[], string[]][])('%s', async (_, [weight = '', total], expected) => {
    await start([
      main,
      canary({ 'canary-weight': weight, ...(total !== undefined && { 'canary-weight-total': total }) }),
    ])
    const seen = new Set<string | number>()
    for (let turn = 0; turn < 60; turn++) seen.add(await info({}))
    expect([...seen].sort()).toEqual(expected)
  })

  it('should not use canary as a catch-all server, should not use canary with domain as a server', async () => {
    const { spec, ...object } = byHeader
    const anywhere = { ...object, spec: { rules: spec.rules.map(({ http }) => ({ http })) } }
    const elsewhere = canary({ 'canary-by-header': 'CanaryByHeader' }, { host: 'elsewhere.example.com' })
    await start([main, anywhere, { ...elsewhere, metadata: { ...elsewhere.metadata, name: 'elsewhere' } }])
    for (const name of ['whoever', 'elsewhere']) {
      expect(await backendOf(name, '/info', { CanaryByHeader: 'always' })).toBe(404)
    }
  })

  it('does not crash when canary ingress has multiple paths to the same non-matching backend', async () => {
    await start([main, canary({ 'canary-by-header': 'CanaryByHeader' }, { paths: ['/foo', '/bar'] })])
    expect(await info({})).toBe('web')
  })

  describe('canary affinity behavior', () => {
    const main = nginxIngress('main', { affinity: 'cookie', 'session-cookie-name': 'aff' }, { paths: ['/info'] })
    const forced = { 'canary-by-header': 'ForceCanary', 'canary-by-header-value': 'yes' }
    const force = () => ask('main', '/info', { ForceCanary: 'yes' })
    const cookieIn = (answer: Awaited<ReturnType<typeof ask>>) => field(answer, 'set-cookie')?.split(';')[0]
    const backendsOf = async (fields: Fields) => {
      const seen = new Set<string | number>()
      for (let turn = 0; turn < 60; turn++) seen.add(await info(fields))
      return [...seen].sort()
    }

    it.each([
      ['default behavior', {}],
      ['explicit sticky behavior', { 'affinity-canary-behavior': 'sticky' }],
    ])('always routes traffic to canary if first request was affinitized to canary (%s)', async (_, behavior) => {
      await start([main, canary({ ...forced, ...behavior, 'canary-weight': '1' })])
      const first = await force()
      expect(received(first).backend).toBe('next')
      expect(await backendsOf({ Cookie: cookieIn(first)! })).toEqual(['next'])
    })

    it('keeps a client of the mainline from the canary, whatever it sends, and also when its endpoint is gone', async () => {
      await start([main, canary({ ...forced, 'canary-weight': '0' })], '--watch')
      const Cookie = cookieIn(await ask('main', '/info'))!
      await nginx.write([main, canary({ ...forced, 'canary-weight': '100' })])
      await expect.poll(() => info({})).toBe('next')
      expect(await info({ Cookie, ForceCanary: 'yes' })).toBe('web')
      const ofAnotherEndpoint = Cookie.replace(/=.*\./, '=AAAAAAAAAAAAAAAA.')
      const moved = await ask('main', '/info', { Cookie: ofAnotherEndpoint })
      expect([received(moved).backend, cookieIn(moved)]).toEqual(['web', Cookie])
    })

    it('routes traffic to either mainline or canary backend (legacy behavior)', async () => {
      await start([main, canary({ ...forced, 'affinity-canary-behavior': 'legacy', 'canary-weight': '50' })])
      const first = await force()
      expect([received(first).backend, cookieIn(first)]).toEqual(['next', undefined])
      expect(await backendsOf({})).toEqual(['next', 'web'])
      const Cookie = `aff=${/aff=([^;]+)/.exec((await cookieOfMain())!)![1]}`
      expect(await backendsOf({ Cookie })).toEqual(['next', 'web'])
    })

    /** The cookie of whom chance gives to the mainline. */
    async function cookieOfMain(): Promise<string | undefined> {
      for (let turn = 0; turn < 60; turn++) {
        const cookie = await cookieOf('main', '/info')
        if (cookie !== undefined) return cookie
      }
      return undefined
    }
  })
})

describe('cors-*', () => {
  const cors = (name: string, annotations: Fields = {}) => nginxIngress(name, { 'enable-cors': 'true', ...annotations })
  const allowed = async (name: string, Origin?: string) =>
    field(await ask(name, '/', Origin === undefined ? {} : { Origin }), 'access-control-allow-origin')

  it('says in the answer to a preflight what its annotations say', async () => {
    await start([
      cors('plain'),
      cors('set', {
        ...{ 'cors-allow-methods': 'POST, GET', 'cors-max-age': '200', 'cors-allow-credentials': 'false' },
        ...{ 'cors-allow-headers': 'DNT, User-Agent', 'cors-expose-headers': 'X-First, X-Second' },
      }),
    ])
    // should enable cors
    const plain = await ask('plain', '/', { Origin: 'http://origin.com' }, 'OPTIONS')
    expect(field(plain, 'access-control-allow-methods')).toBe('GET, PUT, POST, DELETE, PATCH, OPTIONS')
    expect(field(plain, 'access-control-allow-headers')).toContain('If-Modified-Since')
    expect(field(plain, 'access-control-max-age')).toBe('1728000')
    expect(field(plain, 'access-control-allow-credentials')).toBe('true')
    // should set cors methods to only allow POST, GET; should set cors max-age; should allow headers for cors
    const set = await ask('set', '/', { Origin: 'http://origin.com' }, 'OPTIONS')
    expect(field(set, 'access-control-allow-methods')).toBe('POST, GET')
    expect(field(set, 'access-control-max-age')).toBe('200')
    expect(field(set, 'access-control-allow-headers')).toBe('DNT, User-Agent')
    // should disable cors allow credentials; should expose headers for cors
    expect(field(set, 'access-control-allow-credentials')).toBeUndefined()
    expect(field(set, 'access-control-expose-headers')).toBe('X-First, X-Second')
  })

  const both = 'http://origin.cors.com:8080, http://*.origin.com:8080'
  it.each([
    ['should allow origin for cors', 'https://origin.cors.com:8080', ['https://origin.cors.com:8080'], []],
    [
      'should allow - single origin for multiple cors values',
      'https://origin.cors.com:8080, https://origin2.cors.com',
      ...[['https://origin.cors.com:8080'], []],
    ],
    [
      'should not allow - single origin for multiple cors values',
      'http://origin2.cors.com, https://origin.com',
      ...[[], ['http://no.origin.com']],
    ],
    [
      'should allow correct origins - single origin for multiple cors values',
      'origin.cors.com:8080, https://origin2.cors.com, https://origin.com',
      ...[['https://origin2.cors.com', 'https://origin.com'], ['origin.cors.com:8080']],
    ],
    ['should not match', 'https://foo.bar.com', [], ['https://fooxbar.com']],
    [
      'should allow - single origin with required port',
      'http://origin.cors.com:8080, http://origin.com:8080',
      ...[['http://origin.com:8080'], []],
    ],
    [
      'should not allow - single origin with port and origin without port',
      'https://origin2.cors.com, http://origin.com',
      ...[[], ['http://origin.com:8080']],
    ],
    [
      'should not allow - single origin without port and origin with required port',
      'http://origin.cors.com:8080, http://origin.com:8080',
      ...[[], ['http://origin.com']],
    ],
    [
      'should allow - matching origin with wildcard origin (2 subdomains)',
      'http://*.origin.cors.com, http://*.origin.com:8080',
      ...[['http://foo.origin.cors.com', 'http://bar-foo.origin.cors.com'], []],
    ],
    [
      'should not allow - unmatching origin with wildcard origin (2 subdomains)',
      'http://*.origin.cors.com, http://*.origin.com:8080',
      ...[[], ['http://bar.foo.origin.cors.com']],
    ],
    ['should allow - matching origin+port with wildcard origin', both, ['http://abc.origin.com:8080'], []],
    ['should not allow - portless origin with wildcard origin', both, [], ['http://abc.origin.com']],
    [
      'should allow correct origins - missing subdomain + origin with wildcard origin and correct origin',
      both,
      ...[['http://bar.origin.com:8080'], ['http://origin.com:8080']],
    ],
    [
      'should allow correct origin but not others - cors allow origin annotations contain trailing comma',
      'https://origin-123.cors.com:8080,   ,https://origin-321.cors.com:8080,',
      ...[['https://origin-123.cors.com:8080', 'https://origin-321.cors.com:8080'], ['https://unknown.cors.com:8080']],
    ],
    [
      'should allow - origins with non-http[s] protocols',
      'test://localhost, tauri://localhost:3000',
      ...[['test://localhost', 'tauri://localhost:3000'], []],
    ],
  ] as [string, string, string[], string[]][])('%s', async (_, origins, good, bad) => {
    await start([cors('api', { 'cors-allow-origin': origins })])
    for (const origin of good) expect(await allowed('api', origin)).toBe(origin)
    for (const origin of bad) expect(await allowed('api', origin)).toBeUndefined()
  })

  it.each([
    ['should not break functionality', '*'],
    ['should not break functionality - without `*`', undefined],
    ['should not break functionality with extra domain', '*, foo.bar.com'],
    ['should allow - missing origins (should allow all origins)', '      '],
  ])('%s', async (_, origins) => {
    await start([cors('api', origins === undefined ? {} : { 'cors-allow-origin': origins })])
    expect(await allowed('api')).toBe('*')
    expect(await allowed('api', 'http://book.origin.com')).toBe('*')
  })

  it('lets no origin in, where none that is written is one', async () => {
    await start([cors('api', { 'cors-allow-origin': 'origin.com' })])
    expect(await allowed('api', 'http://origin.com')).toBeUndefined()
  })
})

describe('rewrite-target use-regex enable-rewrite-log', () => {
  const host = 'rewrite.example.com'
  const urlOf = async (target: string) => received(await ask('rewrite', target)).url

  it('should use correct longest path match', async () => {
    await start([
      nginxIngress('kube-lego', {}, { host, paths: ['/.well-known/acme/challenge'] }),
      nginxIngress('rewrite-index', { 'rewrite-target': '/new/backend' }, { host }),
    ])
    expect(await urlOf('/.well-known/acme/challenge')).toBe('/.well-known/acme/challenge')
    expect(await urlOf('/other')).toBe('/new/backend')
  })

  it('should use ~* location modifier if regex annotation is present', async () => {
    await start([
      nginxIngress('foo', {}, { host, paths: ['/foo'], pathType: 'Prefix' }),
      nginxIngress('regex', { 'use-regex': 'true', 'rewrite-target': '/new/backend' }, { host, paths: ['/foo.+'] }),
    ])
    expect(await urlOf('/foo')).toBe('/foo')
    expect(await urlOf('/foo/bar')).toBe('/new/backend')
  })

  it('should fail to use longest match for documented warning', async () => {
    const regex = { host, paths: ['/foo/bar/[a-z]{3}'] }
    await start([
      nginxIngress('foo', {}, { host, paths: ['/foo/bar/bar'], pathType: 'Prefix' }),
      nginxIngress('regex', { 'use-regex': 'true', 'rewrite-target': '/new/backend' }, regex),
    ])
    expect(await urlOf('/foo/bar/bar')).toBe('/new/backend')
  })

  it('should allow for custom rewrite parameters', async () => {
    const regex = { host, paths: ['/foo/bar/(.+)'] }
    await start([nginxIngress('regex', { 'use-regex': 'true', 'rewrite-target': '/new/backend/$1' }, regex)])
    expect(await urlOf('/foo/bar/bar')).toBe('/new/backend/bar')
  })
})

describe('addresses', () => {
  const statusesOf = (name: string, clients: readonly string[]) =>
    Promise.all(clients.map(async client => (await ask(name, '/', { 'X-Forwarded-For': client })).status))

  it('should set valid ip allowlist range', async () => {
    await start([nginxIngress('allow', { 'allowlist-source-range': '18.0.0.0/8, 56.0.0.0/8' })])
    expect(await statusesOf('allow', ['18.1.1.1', '56.1.1.1', '19.1.1.1'])).toEqual([200, 200, 403])
  })

  it('only deny explicitly denied IPs, allow all others', async () => {
    await start([nginxIngress('deny', { 'denylist-source-range': '18.0.0.0/8, 56.0.0.1' })])
    expect(await statusesOf('deny', ['18.0.0.1', '56.0.0.1', '56.0.0.2'])).toEqual([403, 403, 200])
  })

  it('only allow explicitly allowed IPs, deny all others', async () => {
    const lists = {
      'denylist-source-range': '18.1.0.0/16, 56.0.0.0/8',
      'whitelist-source-range': '18.0.0.0/8, 55.0.0.0/8',
    }
    await start([nginxIngress('both', lists)])
    const clients = ['18.1.0.1', '10.10.10.10', '18.4.0.1', '55.55.55.55']
    expect(await statusesOf('both', clients)).toEqual([403, 403, 200, 200])
  })
})

describe('redirects', () => {
  const answerOf = async (name: string, target = '/something') => {
    const answer = await ask(name, target)
    return [answer.status, field(answer, 'location')]
  }

  it('should respond with a standard redirect code, should respond with a custom redirect code', async () => {
    const to = { 'permanent-redirect': 'http://redirect.example.com' }
    await start([nginxIngress('standard', to), nginxIngress('custom', { ...to, 'permanent-redirect-code': '302' })])
    expect(await answerOf('standard')).toEqual([301, 'http://redirect.example.com'])
    expect(await answerOf('custom')).toEqual([302, 'http://redirect.example.com'])
  })

  it('should respond with relative URL in Location', async () => {
    await start([nginxIngress('relative', { 'permanent-redirect': '/new-location' })])
    expect(await answerOf('relative')).toEqual([301, '/new-location'])
  })

  it('should redirect to /foo', async () => {
    await start([nginxIngress('approot', { 'app-root': '/foo' })])
    expect(await answerOf('approot', '/')).toEqual([302, '/foo'])
  })

  it('should redirect to https', async () => {
    await start([nginxIngress('force', { 'force-ssl-redirect': 'true' })])
    expect(await answerOf('force', '/')).toEqual([308, 'https://force.example.com/'])
  })
})

describe('Annotation - limit-connections', () => {
  it('should limit-connections', async () => {
    const waiting: (() => void)[] = []
    const slow = createServer((_, response) => void waiting.push(() => response.end())).listen(0, '127.0.0.1')
    await new Promise(resolve => slow.once('listening', resolve))
    const address = `127.0.0.1:${(slow.address() as AddressInfo).port}`
    const limited = nginxIngress('limited', { 'limit-connections': '8' }, { service: 'slow' })
    await start([limited], '--workers', '1', '--resolve', `slow=${address}`)
    const answers = Array.from({ length: 20 }, () => ask('limited'))
    await expect.poll(() => waiting.length).toBe(8)
    const refused = await Promise.race(answers)
    expect(refused.status).toBe(503)
    const statuses: number[] = []
    const all = Promise.all(answers.map(async answer => statuses.push((await answer).status)))
    await expect.poll(() => statuses.length).toBe(12)
    for (const end of waiting) end()
    await all
    expect(statuses.filter(status => status === 200)).toHaveLength(8)
    expect(statuses.filter(status => status === 503)).toHaveLength(12)
    slow.close()
  })
})

describe('proxy-*', () => {
  it('should not set proxy client-max-body-size to incorrect value, should not set invalid proxy timeouts', async () => {
    const timeouts = { 'proxy-connect-timeout': '50k', 'proxy-send-timeout': '20k', 'proxy-read-timeout': '20k' }
    await start([nginxIngress('odd', { 'proxy-body-size': '15r', ...timeouts })])
    expect((await ask('odd', '/', {}, 'POST', 'x'.repeat(100))).status).toBe(200)
    const told = nginx.ingot.log.filter(line => line.code === 'unsupported-annotation').map(line => String(line.msg))
    for (const name of ['proxy-body-size', ...Object.keys(timeouts)]) expect(told.join('\n')).toContain(name)
  })
})

describe('auth-*', () => {
  it('should return 503 (location was denied)', async () => {
    await start([nginxIngress('denied', { 'auth-url': 'https://invalid..auth.url' }, { paths: ['/denied-auth'] })])
    expect(await backendOf('denied', '/denied-auth')).toBe(503)
  })

  it('keeps processing new ingresses even if one of the existing ingresses is misconfigured', async () => {
    const misconfigured = nginxIngress('auth', { 'auth-type': 'basic', 'auth-secret': 'something' })
    await start([misconfigured], '--watch')
    // should return status code 503 when authentication is configured with an invalid secret
    expect(await backendOf('auth')).toBe(503)
    await nginx.write([misconfigured, nginxIngress('different', {})])
    await expect.poll(() => backendOf('different')).toBe('web')
  })

  it('should redirect to signin url when not signed in, should return status code 200 when signed in', async () => {
    const service = createServer((request, response) => {
      response.writeHead(request.headers.authorization === undefined ? 401 : 200).end()
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => service.once('listening', resolve))
    const guarded = (name: string, annotations: Fields = {}) =>
      nginxIngress(name, {
        ...{ 'auth-url': 'http://auth.default.svc/basic', 'auth-signin': 'http://$host/auth/start' },
        ...annotations,
      })
    const address = `127.0.0.1:${(service.address() as AddressInfo).port}`
    const objects = [guarded('usual'), guarded('custom', { 'auth-signin-redirect-param': 'orig' })]
    await start(objects, '--resolve', `auth=${address}`)
    for (const [name, param] of Object.entries({ usual: 'rd', custom: 'orig' })) {
      const answer = await ask(name, '/?a=b&c=d')
      expect(answer.status).toBe(302)
      const location = new URL(field(answer, 'location')!)
      expect(location.href).toMatch(new RegExp(`^http://${name}\\.example\\.com/auth/start\\?${param}=`))
      expect(location.searchParams.get(param)).toBe(`http://${name}.example.com/?a=b&c=d`)
      expect(await backendOf(name, '/', { Authorization: 'Basic dXNlcjpwYXNzd29yZA==' })).toBe('web')
    }
    service.close()
  })
})

describe('backend-protocol - GRPC', () => {
  it('authorization metadata should be overwritten by external auth response headers', async () => {
    const grpc = createHttp2Server((request, response) => {
      response.end(JSON.stringify({ backend: 'grpc', headers: request.headers }))
    }).listen(0, '127.0.0.1')
    const auth = createServer((_, response) => response.writeHead(200, { Authorization: 'foo' }).end())
    auth.listen(0, '127.0.0.1')
    await Promise.all(
      [grpc, auth].map(server => server.listening || new Promise(resolve => server.once('listening', resolve))),
    )
    const at = (server: typeof grpc | typeof auth) => `127.0.0.1:${(server.address() as AddressInfo).port}`
    const annotations = {
      ...{ 'auth-url': 'http://auth.default.svc/', 'auth-response-headers': 'Authorization' },
      'backend-protocol': 'GRPC',
    }
    const resolve = ['--resolve', `grpc=${at(grpc)}`, '--resolve', `auth=${at(auth)}`]
    await start([nginxIngress('rpc', annotations, { service: 'grpc' })], ...resolve)
    const answer = await ask('rpc', '/', { Authorization: 'bar' })
    expect(received(answer).headers.authorization).toBe('foo')
    for (const server of [grpc, auth]) server.close()
  })
})
