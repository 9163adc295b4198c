import { describe, expect, it } from 'vitest'
import type { TranslateOptions } from '../../src/translate.ts'
import { documents, ingress, service, translateText } from '../builders.ts'

const PREFIX = 'nginx.ingress.kubernetes.io/'
type Annotations = Readonly<Record<string, string>>

const written = (annotations: Annotations) =>
  `annotations: { ${Object.entries(annotations)
    .map(([key, value]) => `"${PREFIX}${key}": ${JSON.stringify(value)}`)
    .join(', ')} }`

function annotated(annotations: Annotations, { name = 'a', paths = ['/'], host = 'a.com', namespace = 'test' } = {}) {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const rules = [{ host, http: { paths: paths.map(path => ({ path, pathType: 'ImplementationSpecific', backend })) } }]
  const text = ingress(name, JSON.stringify({ rules }), written(annotations))
  return text.replace('namespace: test', `namespace: ${namespace}`)
}

const translated = (text: string, options: TranslateOptions = {}) =>
  translateText(text, { annotations: 'ingress-nginx', ...options })

/** Why the route of an Ingress with these annotations answers 503, and what it asks for. */
function routeOf(annotations: Annotations, options: TranslateOptions = {}) {
  const { table, backends } = translated(documents(annotated(annotations), service('web')), options)
  const { target } = table.routes[0]!
  return {
    unavailable: backends.get(target.backend)?.unavailable,
    asks: target.asks,
    backend: backends.get(target.backend),
  }
}

const closed = 'unsupported-security-annotation'

describe('auth-url', () => {
  it.each([
    'http://auth.test.svc',
    'http://auth.test.svc.cluster.local:4180/check?a=b',
    'https://auth.test/oauth2/auth',
  ])('may be a Service of the same namespace: %s', url => {
    const { asks, unavailable } = routeOf({ 'auth-url': url })
    expect(unavailable).not.toBe(closed)
    expect(asks?.authentication?.authority).toBe(/\/\/([^/]+)/.exec(url)![1])
  })

  it.each([
    'http://auth.other.svc/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/',
    'http://auth/',
    'http://auth.test.svc.example.com/',
    'https://$host/oauth2/auth',
    'http://user@auth.test.svc/',
    'file:///etc/passwd',
    'http://auth.test.svc:0/',
    'http://auth.test.svc\\@evil.test/',
    'nonsense',
  ])('closes the Ingress if it is none that is allowed: %s', url => {
    expect(routeOf({ 'auth-url': url }).unavailable).toBe(closed)
    const { diagnostics } = translated(annotated({ 'auth-url': url }))
    expect(diagnostics.map(({ code }) => code)).toContain('auth-url-refused')
  })

  it('may be what the operator allows', () => {
    const allow = (...authUrls: string[]) => ({ authUrls })
    const outside = { 'auth-url': 'https://login.example.com/check' }
    expect(routeOf(outside, allow('https://login.example.com')).unavailable).not.toBe(closed)
    expect(routeOf(outside, allow('https://login.example.com:443')).unavailable).not.toBe(closed)
    expect(routeOf(outside, allow('http://login.example.com')).unavailable).toBe(closed)
    expect(routeOf(outside, allow('https://login.example.com:8443')).unavailable).toBe(closed)
    const other = { 'auth-url': 'http://auth.other.svc/' }
    expect(routeOf(other, allow('other/auth')).unavailable).not.toBe(closed)
    expect(routeOf(other, allow('other/*')).unavailable).not.toBe(closed)
    expect(routeOf(other, allow('other/a', 'test/auth')).unavailable).toBe(closed)
  })

  it('has a backend of its own, which is verified outside the cluster', () => {
    const url = { 'auth-url': 'https://login.example.com/' }
    const { backends } = translated(annotated(url), { authUrls: ['https://login.example.com'] })
    expect(backends.get('authentication https://login.example.com:443')).toMatchObject({
      protocol: 'https',
      verifyTls: true,
      dns: { name: 'login.example.com', port: 443, kind: 'external' },
    })
  })

  it.each([
    { 'auth-snippet': 'proxy_set_header a b;' },
    { 'auth-proxy-set-headers': 'default/headers' },
    { 'auth-method': 'CONNECT' },
    { 'auth-signin': 'https://$args/' },
    { 'auth-response-headers': 'X User' },
    { 'auth-type': 'basic' },
  ])('closes the Ingress beside what cannot be done: %j', more => {
    expect(routeOf({ 'auth-url': 'http://auth.test.svc/', ...more }).unavailable).toBe(closed)
  })
})

describe('annotations that restrict access and are not supported close the Ingress', () => {
  it.each([
    ['auth-tls-secret', 'test/ca'],
    ['auth-tls-verify-client', 'on'],
    ['auth-type', 'basic'],
    ['satisfy', 'any'],
    ['enable-global-auth', 'true'],
    ['enable-modsecurity', 'true'],
    ['modsecurity-snippet', 'SecRuleEngine On'],
    ['enable-owasp-core-rules', 'true'],
    ['global-rate-limit', '5'],
    ['limit-connections', '0'],
    ['limit-whitelist', 'office'],
    ['proxy-ssl-verify', 'on'],
  ])('%s: %s', (name, value) => {
    expect(routeOf({ [name]: value }).unavailable).toBe(closed)
  })
})

describe('what annotations ask for', () => {
  it.each<[Annotations, object]>([
    [{ 'limit-connections': '3' }, { connectionLimit: { perClient: 3, zone: 'test/a' } }],
    [{ 'limit-rpm': '60' }, { rateLimit: { requestsPerSecond: 1, burst: 301, zone: 'test/a' } }],
    [{ 'limit-whitelist': '10.0.0.0/8' }, { unlimited: ['10.0.0.0/8'] }],
    [{ 'proxy-connect-timeout': '7' }, { connectTimeout: 7_000 }],
    [{ 'proxy-body-size': '8m' }, { maxBodyBytes: 8 * 2 ** 20 }],
    [{ 'proxy-body-size': '0' }, { maxBodyBytes: 0 }],
  ])('%j', (annotations, asked) => {
    expect(routeOf(annotations).asks).toEqual(asked)
  })

  it('is a cookie with all its attributes, or none if one of them cannot be honoured', () => {
    const cookie = { affinity: 'cookie', 'session-cookie-samesite': 'strict', 'session-cookie-expires': '5' }
    expect(routeOf(cookie).backend?.affinity).toEqual({
      ...{ cookie: 'INGRESSCOOKIE', path: 'route', expires: 5, sameSite: 'Strict', changeOnFailure: false },
    })
    expect(routeOf({ ...cookie, 'session-cookie-domain': 'a b' }).backend?.affinity).toBeUndefined()
    expect(routeOf({ ...cookie, affinity: 'ip' }).backend?.affinity).toBeUndefined()
  })
})

describe('a canary', () => {
  const main = annotated({}, { name: 'main' })
  const canary = (more: Annotations = {}, options: Parameters<typeof annotated>[1] = {}) =>
    annotated({ canary: 'true', ...more }, { name: 'canary', ...options })
  const unusedIn = (...texts: string[]) =>
    translated(documents(...texts)).diagnostics.filter(({ code }) => code === 'canary-unused')

  it('belongs to the route of another Ingress', () => {
    const { table } = translated(documents(main, canary({ 'canary-weight': '5', 'canary-weight-total': '50' })))
    expect(table.routes).toHaveLength(1)
    expect(table.routes[0]?.target).toMatchObject({
      ingress: { name: 'main' },
      canary: { ask: { weight: 5, total: 100 }, target: { ingress: { name: 'canary' } } },
    })
    expect(unusedIn(main, canary())).toEqual([])
  })

  it.each([
    ['without an Ingress for its host', [canary()], 'no other Ingress'],
    ['for another path', [main, canary({}, { paths: ['/x'] })], 'no other Ingress'],
    [
      'with a default backend',
      [main, canary().replace('{"rules"', '{"defaultBackend":{"service":{"name":"web","port":{"number":80}}},"rules"')],
      'its default backend takes none',
    ],
    ['of another namespace', [main, canary({}, { namespace: 'x' })], 'another namespace'],
    ['beside another one', [main, canary(), canary({}, { name: 'canary-2' })], 'is a canary of the same path'],
    ['with an odd weight', [main, canary({ 'canary-weight': 'half' })], 'weight'],
    [
      'with an expression that has no bound',
      [main, canary({ 'canary-by-header': 'x', 'canary-by-header-pattern': '(?=a)' })],
      'canary-by-header-pattern',
    ],
  ])('%s gets nothing, and that is told', (_, texts, why) => {
    const unused = unusedIn(...texts)
    expect(unused.map(({ message }) => message)).toEqual([expect.stringContaining(why)])
  })
})

describe('expressions', () => {
  const choicesOf = (text: string) =>
    translated(text).table.routes.map(({ host, path, target }) => [
      host,
      path,
      target.choices?.map(({ expression }) => expression),
    ])

  it('are all paths of a host once one of them is, the longest first', () => {
    const text = documents(
      annotated({ 'use-regex': 'true' }, { name: 'a', paths: ['/x.*', '/'] }),
      annotated({}, { name: 'b', paths: ['/long'] }),
      annotated({}, { name: 'c', paths: ['/x'], host: 'b.com' }),
    )
    expect(choicesOf(text)).toEqual(
      expect.arrayContaining([
        ['b.com', '/x', undefined],
        ['a.com', '/', ['/long', '/x.*', '/']],
      ]),
    )
  })

  it('are not begun by a rewrite to the path itself, or one that is not honoured', () => {
    expect(choicesOf(annotated({ 'rewrite-target': '/x' }, { paths: ['/x'] }))).toEqual([['a.com', '/x', undefined]])
    expect(choicesOf(annotated({ 'rewrite-target': '/$host' }, { paths: ['/x'] }))).toEqual([
      ['a.com', '/x', undefined],
    ])
  })

  it('that have no bound are closed for all that begins as they do', () => {
    const { table, backends } = translated(
      annotated({ 'use-regex': 'true' }, { paths: ['/secret/x?(?!open)', '/(a|b)(?=c)', '/open'] }),
    )
    const choices = table.routes[0]!.target.choices!
    const closings = choices.map(({ expression, target }) => [expression, backends.get(target.backend)?.unavailable])
    expect(closings).toEqual([
      ['/secret/', 'unsupported-expression'],
      ['/', 'unsupported-expression'],
      ['/open', expect.not.stringContaining('expression')],
    ])
  })
})
