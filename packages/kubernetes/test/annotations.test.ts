import { expect, it } from 'vitest'
import { codesOf, ingress, rule } from './builders.ts'

const codesFor = (key: string) =>
  codesOf(ingress('a', `{ rules: [${rule('a.com', '/')}] }`, `annotations: { "${key}": x }`)).filter(code =>
    code.includes('annotation'),
  )

it.each([
  ...['auth-url', 'auth-type', 'auth-tls-secret', 'whitelist-source-range', 'denylist-source-range', 'limit-rps'],
  ...['enable-modsecurity', 'satisfy'],
])('the nginx annotation %s kept somebody out', name => {
  expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['security-annotation-ignored'])
})

it.each(['canary', 'canary-weight', 'rewrite-target', 'use-regex', 'app-root', 'server-alias', 'backend-protocol'])(
  'the nginx annotation %s changed routing',
  name => {
    expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['routing-annotation-ignored'])
  },
)

it.each(['server-snippet', 'configuration-snippet', 'auth-snippet', 'modsecurity-snippet', 'stream-snippet'])(
  'the nginx annotation %s is raw configuration',
  name => {
    expect(codesFor(`nginx.ingress.kubernetes.io/${name}`)).toEqual(['snippet-annotation'])
  },
)

it.each([
  ['traefik.ingress.kubernetes.io/router.middlewares', 'security-annotation-ignored'],
  ['konghq.com/plugins', 'security-annotation-ignored'],
  ['konghq.com/strip-path', 'routing-annotation-ignored'],
  ['haproxy.org/path-rewrite', 'routing-annotation-ignored'],
  ['haproxy.org/backend-config-snippet', 'snippet-annotation'],
  ['alb.ingress.kubernetes.io/inbound-cidrs', 'security-annotation-ignored'],
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
