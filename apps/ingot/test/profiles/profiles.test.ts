import type { ProfileName } from '@ingot/kubernetes'
import { describe, expect, it } from 'vitest'
import { destination, ingress, viewOf } from '../manifests.ts'

const names = ['ingot', 'ingress-nginx', 'haproxy-ingress', 'traefik', 'contour'] as const

/** What each controller does with one request, in the order of `names`. */
type Answers = readonly [string, string, string, string, string]

const cases: readonly (readonly [clause: string, manifests: string, url: string, answers: Answers])[] = [
  [
    'a host whose paths miss, beside its wildcard (semantics 3.2)',
    ingress('a', { 'a.test': ['/only p one'], '*.test': ['/ p wild'] }),
    'http://a.test/x',
    ['404', '404', 'wild', 'wild', '404'],
  ],
  [
    'a host whose paths miss, beside routes for every host (semantics 3.2)',
    ingress('a', { 'a.test': ['/only p one'], '*': ['/ p any'] }),
    'http://a.test/x',
    ['404', '404', '404', 'any', '404'],
  ],
  [
    'a long path without host beside a short one with host (semantics 3.2)',
    ingress('a', { 'a.test': ['/x p one'], '*': ['/x/long/enough/to/be/the/longer/rule p any'] }),
    'http://a.test/x/long/enough/to/be/the/longer/rule',
    ['one', 'one', 'one', 'any', 'one'],
  ],
  [
    'the default backend of an Ingress with rules, for its own host (semantics 4.3)',
    ingress('a', { 'a.test': ['/only p one'] }, { defaultBackend: 'own' }),
    'http://a.test/x',
    ['own', 'own', 'own', '404', '404'],
  ],
  [
    'the default backend of an Ingress with rules, for another host (semantics 4.3)',
    ingress('a', { 'a.test': ['/only p one'] }, { defaultBackend: 'own' }),
    'http://other.test/x',
    ['404', '404', 'own', '404', 'own'],
  ],
  [
    'two Ingresses of a host, of which only the younger has a default backend (semantics 4.4)',
    ingress('z', { 'a.test': ['/one p one'] }) + ingress('a', { 'a.test': ['/two p two'] }, { defaultBackend: 'own' }),
    'http://a.test/x',
    // ingress-nginx takes `z` for the first of the two, which creates the server without default.
    ['own', '404', 'own', '404', '404'],
  ],
  [
    'a rule with a host and no paths, beside routes for every host (semantics 4.8)',
    ingress('a', { 'a.test': [] }) + ingress('b', { '*': ['/ p any'] }),
    'http://a.test/x',
    ['404', '404', 'any', 'any', 'any'],
  ],
  [
    'an Ingress without rules (semantics 4.2)',
    ingress('a', { 'a.test': ['/only p one'] }) + ingress('b', {}, { defaultBackend: 'all' }),
    'http://a.test/x',
    ['all', 'all', 'all', 'all', '404'],
  ],
  [
    'two Ingresses with the same path and no age (semantics 5.1)',
    ingress('a', { 'a.test': ['/ p first'] }) + ingress('b', { 'a.test': ['/ p last'] }),
    'http://a.test/x',
    ['first', 'last', 'first', 'first', 'first'],
  ],
  [
    'two Ingresses with the same path, of which one is older (semantics 5.1)',
    ingress('a', { 'a.test': ['/ p first'] }, { created: '2024-01-02T00:00:00Z' }) +
      ingress('b', { 'a.test': ['/ p last'] }, { created: '2024-01-01T00:00:00Z' }),
    'http://a.test/x',
    ['last', 'last', 'last', 'last', 'last'],
  ],
  [
    'Exact beside a Prefix of the same path (semantics 7.4)',
    ingress('a', { 'a.test': ['/foo e exact', '/foo p prefix'] }),
    'http://a.test/foo',
    // `PathPrefix("/foo")` is the longer text.
    ['exact', 'exact', 'exact', 'prefix', 'exact'],
  ],
  [
    'Prefix /foo and /foo/, without slash (semantics 7.5)',
    ingress('a', { 'a.test': ['/foo p plain', '/foo/ p slash'] }),
    'http://a.test/foo',
    ['slash', 'plain', 'slash', 'plain', 'slash'],
  ],
  [
    'Prefix /foo and /foo/, with slash (semantics 7.5)',
    ingress('a', { 'a.test': ['/foo p plain', '/foo/ p slash'] }),
    'http://a.test/foo/',
    ['slash', 'slash', 'slash', 'slash', 'slash'],
  ],
  [
    'Prefix /foo/ alone, without slash (semantics 7.6)',
    ingress('a', { 'a.test': ['/foo/ p slash', '/ p root'] }),
    'http://a.test/foo',
    ['slash', '301 slash', 'slash', 'root', 'slash'],
  ],
  [
    'Exact /foo beside Prefix /foo/, which then needs no redirect (semantics 7.6)',
    ingress('a', { 'a.test': ['/foo/ p slash', '/foo e exact'] }),
    'http://a.test/foo',
    ['exact', 'exact', 'exact', 'exact', 'exact'],
  ],
  [
    'a Prefix in the middle of an element (semantics 7.9)',
    ingress('a', { 'a.test': ['/foo p foo'] }),
    'http://a.test/foobar',
    ['404', '404', '404', 'foo', '404'],
  ],
  [
    'an ImplementationSpecific path in the middle of an element (semantics 7.10)',
    ingress('a', { 'a.test': ['/foo i foo'] }),
    'http://a.test/foobar',
    ['404', 'foo', 'foo', 'foo', 'foo'],
  ],
  [
    'an ImplementationSpecific path in upper case (semantics 7.9)',
    ingress('a', { 'a.test': ['/foo i foo'] }),
    'http://a.test/FOO/x',
    ['404', '404', 'foo', '404', '404'],
  ],
  [
    'an ImplementationSpecific path that looks like an expression (semantics 7.10)',
    ingress('a', { 'a.test': ['/v[0-9]+ i version', '/ p root'] }),
    'http://a.test/v12',
    ['root', 'root', 'root', 'root', 'version'],
  ],
  [
    'an expression of Contour, which has to fit the whole path (semantics 7.10)',
    ingress('a', { 'a.test': ['/v[0-9]+ i version', '/ p root'] }),
    'http://a.test/v12/x',
    ['root', 'root', 'root', 'root', 'root'],
  ],
  [
    'a host below a wildcard that covers one label only (semantics 2.7)',
    ingress('a', { '*.foo.test': ['/ p wild'], '*': ['/ p any'] }),
    'http://a.b.foo.test/',
    ['any', 'any', 'any', 'any', '404'],
  ],
  [
    'an IP address that a wildcard seems to cover (semantics 1.9)',
    ingress('a', { '*': ['/ p any'] }),
    'http://127.0.0.1/',
    ['any', 'any', 'any', 'any', 'any'],
  ],
  [
    'a Service that does not exist, beside a broader route (semantics 9.3)',
    `{"apiVersion":"v1","kind":"Service","metadata":{"name":"root"},"spec":{"ports":[{"port":80}]}}\n---\n${ingress(
      'a',
      {
        'a.test': ['/gone p gone', '/ p root'],
      },
    )}`,
    'http://a.test/gone',
    ['503 gone', '503 gone', '503 gone', 'root', 'root'],
  ],
]

describe.each(cases)('%s', (_, manifests, url, answers) => {
  it.each(names.map((name, index) => [name, answers[index]!] as const))('is answered by %s: %s', (name, answer) => {
    expect(destination(manifests, url, name)).toBe(answer)
  })
})

const nginx = (key: string, value: string) => ({ annotations: { [`nginx.ingress.kubernetes.io/${key}`]: value } })

describe('ingress-nginx with an annotation that needs expressions (semantics 7.8)', () => {
  const manifests =
    ingress('a', { 'a.test': ['/api(/|$)(.*) i api'] }, nginx('rewrite-target', '/$2')) +
    ingress('b', { 'a.test': ['/ p root', '/shop e shop'], 'b.test': ['/shop e shop'] })
  it.each([
    ['http://a.test/api', 'api', 'reads the path as an expression'],
    ['http://a.test/API/v1', 'api', 'ignores case'],
    ['http://a.test/apis', 'root', 'anchors at the front'],
    ['http://a.test/shop/below', 'shop', 'makes Exact paths of other Ingresses prefixes'],
    ['http://a.test/SHOPPING', 'shop', 'makes them prefixes in the middle of an element, too'],
    ['http://b.test/shop/below', '404', 'leaves other hosts alone'],
  ])('%s goes to %s: it %3$s', (url, answer) => {
    expect(destination(manifests, url, 'ingress-nginx')).toBe(answer)
  })

  it('takes a canary for no route of its own', () => {
    const canary =
      ingress('a', { 'a.test': ['/ p stable'] }) + ingress('b', { 'a.test': ['/ p canary'] }, nginx('canary', 'true'))
    expect(destination(canary, 'http://a.test/', 'ingress-nginx')).toBe('stable')
  })

  it('needs none where the rewrite changes nothing', () => {
    const same = ingress('a', { 'a.test': ['/api p api'] }, nginx('rewrite-target', '/api'))
    expect(destination(same, 'http://a.test/API', 'ingress-nginx')).toBe('404')
  })

  it('takes the longest source first', () => {
    const two = ingress('a', { 'a.test': ['/a.* i short', '/a[a-z]* i long'] }, nginx('use-regex', 'true'))
    expect(destination(two, 'http://a.test/abc', 'ingress-nginx')).toBe('long')
  })

  it('says which expression it cannot model, and leaves it out', () => {
    const ahead = ingress('a', { 'a.test': ['/(?!api).* i other', '/ p root'] }, nginx('use-regex', 'true'))
    expect(viewOf(ahead, { profile: 'ingress-nginx' }).profile?.notes).toEqual([
      'The expression /(?!api).* on a.test is not modelled; it is left out.',
    ])
    expect(destination(ahead, 'http://a.test/x', 'ingress-nginx')).toBe('root')
  })
})

describe('annotations that say how a path is compared', () => {
  it.each([
    ['haproxy-ingress', 'haproxy-ingress.github.io/path-type', 'regex', '/v[0-9]+', 'http://a.test/v1/x', 'found'],
    ['haproxy-ingress', 'haproxy-ingress.github.io/path-type', 'exact', '/v', 'http://a.test/v/x', '404'],
    ['haproxy-ingress', 'ingress.kubernetes.io/path-type', 'prefix', '/v', 'http://a.test/vx', '404'],
    [
      'traefik',
      'traefik.ingress.kubernetes.io/router.pathmatcher',
      'PathRegexp',
      '/v[0-9]+',
      'http://a.test/v1',
      'found',
    ],
    ['traefik', 'traefik.ingress.kubernetes.io/router.pathmatcher', 'Path', '/v', 'http://a.test/v/x', '404'],
  ] as const)('%s follows %s: %s', (profile: ProfileName, key, value, path, url, answer) => {
    const manifests = ingress('a', { 'a.test': [`${path} i found`] }, { annotations: { [key]: value } })
    expect(destination(manifests, url, profile)).toBe(answer)
  })

  it('lets a priority of Traefik come before the length of the rule', () => {
    const key = 'traefik.ingress.kubernetes.io/router.priority'
    const manifests =
      ingress('a', { 'a.test': ['/ p first'] }, { annotations: { [key]: '100' } }) +
      ingress('b', { 'a.test': ['/longer/path p second'] })
    expect(destination(manifests, 'http://a.test/longer/path', 'traefik')).toBe('first')
  })
})

it('serves the classes of the controller whose profile it is', () => {
  const manifests = `
{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"nginx"},"spec":{"controller":"k8s.io/ingress-nginx"}}
---
{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a"},"spec":{"ingressClassName":"nginx","defaultBackend":{"service":{"name":"one","port":{"number":80}}}}}
`
  expect(names.map(name => destination(manifests, 'http://a.test/', name))).toEqual(['404', 'one', '404', '404', '404'])
})
