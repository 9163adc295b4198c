import { describe, expect, it } from 'vitest'
import { get } from './http-client.ts'
import { nginxIngress } from './nginx-ingress.ts'
import { type Fields, field, received, servingNginx } from './serve-nginx.ts'
import { whoServes } from './who-serves.ts'

const nginx = servingNginx('web', 'other')
const { start, ask } = nginx

/** Manifests as people wrote them for ingress-nginx. */
const ingress = (name: string, annotations: Fields, paths: readonly string[] = ['/'], service = 'web') =>
  nginxIngress(name, annotations, { paths, service })

describe('with --profile ingress-nginx', () => {
  it('lists of addresses let some in and keep others out', async () => {
    await start([
      ingress('allow', { 'whitelist-source-range': '10.0.0.0/8, 2001:db8::/32' }),
      ingress('newer', { 'allowlist-source-range': '10.0.0.0/8' }),
      ingress('deny', { 'denylist-source-range': '10.0.0.0/8' }),
    ])
    const statuses = (name: string) =>
      Promise.all(
        ['10.1.2.3', '2001:db8::1', '192.0.2.1'].map(
          async client => (await ask(name, '/', { 'X-Forwarded-For': client })).status,
        ),
      )
    expect(await statuses('allow')).toEqual([200, 200, 403])
    expect(await statuses('newer')).toEqual([200, 403, 403])
    expect(await statuses('deny')).toEqual([403, 200, 200])
  })

  it('a list that cannot be read, and security that is not supported, closes the Ingress', async () => {
    await start([
      ingress('typo', { 'whitelist-source-range': '10.0.0.0/8, 10.0.0.1/33' }),
      ingress('both', { 'whitelist-source-range': '10.0.0.0/8', 'allowlist-source-range': '0.0.0.0/0' }),
      ingress('auth', { 'auth-type': 'basic', 'auth-secret': 'users' }),
      ingress('wall', { 'enable-modsecurity': 'true' }),
    ])
    for (const name of ['typo', 'both', 'auth', 'wall']) expect((await ask(name, '/')).status).toBe(503)
  })

  it('redirects go where they say, with the query left behind', async () => {
    await start([
      ingress('for-good', { 'permanent-redirect': 'https://new.example.com/start?from=old' }),
      ingress('by-code', { 'permanent-redirect': 'https://new.example.com', 'permanent-redirect-code': '308' }),
      ingress('for-now', { 'temporal-redirect': 'https://maintenance.example.com/' }),
    ])
    const answers = await Promise.all(['for-good', 'by-code', 'for-now'].map(name => ask(name, '/a?b=c')))
    expect(answers.map(answer => [answer.status, field(answer, 'location')])).toEqual([
      [301, 'https://new.example.com/start?from=old'],
      [308, 'https://new.example.com'],
      [302, 'https://maintenance.example.com/'],
    ])
  })

  it('app-root sends the root of a host elsewhere, and only that', async () => {
    await start([ingress('rooted', { 'app-root': '/app/home' })])
    const root = await ask('rooted', '/?a=b')
    expect([root.status, field(root, 'location')]).toEqual([302, '/app/home'])
    expect((await ask('rooted', '/app/home')).status).toBe(200)
  })

  it('rewrite-target replaces the whole path', async () => {
    await start([ingress('rewritten', { 'rewrite-target': '/inner' }, ['/outer', '/inner'])])
    expect(received(await ask('rewritten', '/outer/x?q=1')).url).toBe('/inner?q=1')
    // As in ingress-nginx, nothing is changed where the path is the target already.
    expect(received(await ask('rewritten', '/inner/x')).url).toBe('/inner/x')
  })

  it('the idiom of captures takes the prefix away', async () => {
    const annotations = { 'use-regex': 'true', 'rewrite-target': '/$2' }
    await start([ingress('captured', annotations, ['/something(/|$)(.*)'])])
    const urls = ['/something', '/something/', '/something/new?x=/y', '/something/a%2Fb'].map(async target => {
      return received(await ask('captured', target)).url
    })
    expect(await Promise.all(urls)).toEqual(['/', '/', '/new?x=/y', '/a%2Fb'])
    expect((await ask('captured', '/somethingelse')).status).toBe(404)
  })

  it('a body may be as long as proxy-body-size', async () => {
    await start([ingress('small', { 'proxy-body-size': '1k' }), ingress('any', { 'proxy-body-size': '0' })])
    expect((await ask('small', '/', {}, 'POST', 'x'.repeat(1024))).status).toBe(200)
    expect((await ask('small', '/', {}, 'POST', 'x'.repeat(1025))).status).toBe(413)
    expect((await ask('any', '/', {}, 'POST', 'x'.repeat(100_000))).status).toBe(200)
  })

  it('limit-rps lets a burst of so many through', async () => {
    await start([ingress('limited', { 'limit-rps': '1', 'limit-burst-multiplier': '3' })])
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push((await ask('limited', '/')).status)
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200])
    expect(statuses).toContain(429)
  })

  it('affinity keeps a client with an endpoint by a cookie', async () => {
    const cookie = { affinity: 'cookie', 'session-cookie-name': 'stay', 'session-cookie-max-age': '60' }
    await start(
      [ingress('sticky', cookie, ['/'], 'pair')],
      '--resolve',
      `pair=${nginx.serve.backends.address('web')},${nginx.serve.backends.address('other')}`,
    )
    const first = await ask('sticky', '/')
    const [pair] = field(first, 'set-cookie')!.split(';')
    expect(field(first, 'set-cookie')).toMatch(/^stay=.*; Path=\/; Max-Age=60; HttpOnly/)
    for (let index = 0; index < 4; index++) {
      expect(received(await ask('sticky', '/', { Cookie: pair! })).backend).toBe(received(first).backend)
    }
  })

  it('force-ssl-redirect goes to HTTPS without a certificate here, and believes a trusted proxy', async () => {
    await start([ingress('secure', { 'force-ssl-redirect': 'true', 'ssl-redirect': 'false' })])
    const answer = await ask('secure', '/a?b')
    expect([answer.status, field(answer, 'location')]).toEqual([308, 'https://secure.example.com/a?b'])
    expect((await ask('secure', '/a?b', { 'X-Forwarded-Proto': 'https' })).status).toBe(200)
    // A certificate authority has to get its answer.
    expect((await ask('secure', '/.well-known/acme-challenge/x')).status).toBe(200)
  })

  it('pages of allowed origins may read responses, and their questions are answered here', async () => {
    const allowed = { 'enable-cors': 'true', 'cors-allow-origin': 'https://shop.example.com, https://*.example.org' }
    await start([
      ingress('api', { ...allowed, 'cors-expose-headers': 'X-Total' }),
      ingress('open', { 'enable-cors': 'true' }),
    ])
    const preflight = await ask('api', '/', { Origin: 'https://a.example.org' }, 'OPTIONS')
    expect(preflight.status).toBe(204)
    expect(field(preflight, 'access-control-allow-origin')).toBe('https://a.example.org')
    expect(field(preflight, 'access-control-allow-methods')).toBe('GET, PUT, POST, DELETE, PATCH, OPTIONS')
    expect(field(preflight, 'access-control-max-age')).toBe('1728000')
    const answer = await ask('api', '/', { Origin: 'https://shop.example.com' })
    expect(answer.status).toBe(200)
    expect(field(answer, 'access-control-allow-origin')).toBe('https://shop.example.com')
    expect(field(answer, 'access-control-expose-headers')).toBe('X-Total')
    expect(field(answer, 'vary')).toBe('Origin')
    for (const origin of [
      'https://example.org',
      'https://shop.example.com.evil.test',
      'https://evil.test/.example.org',
    ]) {
      expect(field(await ask('api', '/', { Origin: origin }), 'access-control-allow-origin')).toBeUndefined()
      expect((await ask('api', '/', { Origin: origin }, 'OPTIONS')).status).toBe(200)
    }
    expect(field(await ask('open', '/', { Origin: 'https://anyone.test' }), 'access-control-allow-origin')).toBe('*')
  })
})

it('without the profile annotations are not honoured, and restrictions close the Ingress', async () => {
  const objects = [
    ingress('rewritten', { 'rewrite-target': '/inner' }),
    ingress('allow', { 'whitelist-source-range': '0.0.0.0/0' }),
  ]
  await nginx.write(objects)
  const ingot = await nginx.serve.serve()
  expect(received(await get(ingot.port('http'), 'rewritten.example.com', '/outer')).url).toBe('/outer')
  expect(await whoServes(ingot, 'allow.example.com')).toBe(503)
})
