import { describe, expect, it } from 'vitest'
import { codesOf, documents, ingress, rule, service, slice, translateText } from './builders.ts'

const codesFor = (key: string) =>
  codesOf(ingress('a', `{ rules: [${rule('a.com', '/')}] }`, `annotations: { "${key}": x }`)).filter(code =>
    code.includes('annotation'),
  )

it.each([
  ...['auth-url', 'auth-type', 'auth-tls-secret', 'whitelist-source-range', 'denylist-source-range', 'limit-rps'],
  ...['enable-modsecurity', 'satisfy'],
])('the nginx annotation %s kept somebody out', name => {
  expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['unsupported-security-annotation'])
})

it.each(['canary', 'canary-weight', 'rewrite-target', 'use-regex', 'app-root', 'server-alias', 'backend-protocol'])(
  'the nginx annotation %s changed routing',
  name => {
    expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['routing-annotation-ignored'])
  },
)

it.each(['auth-snippet', 'modsecurity-snippet'])(
  'the nginx annotation %s kept somebody out, by raw configuration',
  name => {
    expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['unsupported-security-annotation'])
  },
)

it.each(['server-snippet', 'configuration-snippet', 'stream-snippet'])(
  'the nginx annotation %s is raw configuration',
  name => {
    expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['snippet-annotation'])
  },
)

it.each([
  ['traefik.ingress.kubernetes.io/router.middlewares', 'unsupported-security-annotation'],
  ['konghq.com/plugins', 'unsupported-security-annotation'],
  ['konghq.com/strip-path', 'routing-annotation-ignored'],
  ['haproxy.org/path-rewrite', 'routing-annotation-ignored'],
  ['haproxy.org/backend-config-snippet', 'snippet-annotation'],
  ['alb.ingress.kubernetes.io/inbound-cidrs', 'unsupported-security-annotation'],
  ['alb.ingress.kubernetes.io/scheme', 'unsupported-annotation'],
])('%s is a %s', (key, code) => {
  expect(codesFor(key)).toEqual([code])
})

it.each([
  'cert-manager.io/cluster-issuer',
  'external-dns.alpha.kubernetes.io/hostname',
  'example.com/note',
  'kubernetes.io/tls-acme',
])('%s is no business of ours', key => {
  expect(codesFor(key)).toEqual([])
})

describe('an Ingress that asks for security nobody provides', () => {
  const guarded = (annotation: string) =>
    documents(
      ingress('guarded', `{ rules: [${rule('a.com', '/admin')}] }`, `annotations: { ${annotation} }`),
      ingress('open', `{ rules: [${rule('a.com', '/')}] }`),
      service('web'),
      slice('web', 'addressType: IPv4\nports: [{ port: 80 }]\nendpoints: [{ addresses: [10.0.0.1] }]'),
    )
  const problems = (text: string, acceptedAnnotations?: 'all' | string[]) => {
    const { table, backends } = translateText(text, acceptedAnnotations && { acceptedAnnotations })
    return Object.fromEntries(table.routes.map(({ path, target }) => [path, backends.get(target.backend)?.unavailable]))
  }
  const auth = '"nginx.ingress.kubernetes.io/auth-url": "http://auth"'

  it('keeps its routes, closed, and leaves those of others to the same Service open', () => {
    expect(problems(guarded(auth))).toEqual({ '/admin': 'unsupported-security-annotation', '/': undefined })
  })

  it('has no endpoints, so that nothing can be sent to them by mistake', () => {
    const closed = [...translateText(guarded(auth)).backends.values()].filter(({ unavailable }) => unavailable)
    expect(closed).toMatchObject([{ id: 'test/web:80 (closed)', endpoints: [] }])
  })

  it('is open if the operator accepts that the annotation is ignored, by its name or with all others', () => {
    const open = { '/admin': undefined, '/': undefined }
    expect(problems(guarded(auth), 'all')).toEqual(open)
    expect(problems(guarded(auth), ['nginx.ingress.kubernetes.io/auth-url'])).toEqual(open)
    expect(problems(guarded(auth), ['nginx.ingress.kubernetes.io/auth-type'])).not.toEqual(open)
  })

  it.each(['""', '"false"', '" Off "'])(
    'is open if the value of the annotation is %s, which asks for nothing',
    value => {
      const text = guarded(`"nginx.ingress.kubernetes.io/enable-modsecurity": ${value}`)
      expect(problems(text)).toEqual({ '/admin': undefined, '/': undefined })
    },
  )

  it('closes its default backend as well', () => {
    const spec = '{ defaultBackend: { service: { name: web, port: { number: 80 } } } }'
    const { table, backends } = translateText(
      documents(ingress('all', spec, `annotations: { ${auth} }`), service('web')),
    )
    expect(backends.get(table.defaultTarget!.backend)?.unavailable).toBe('unsupported-security-annotation')
  })
})
