import { compile } from '@ingot/core'
import { linearMatcher } from '@ingot/core/linear'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codesOf, documents, ingress, rule, translateText } from '../builders.ts'

const backend = '{ service: { name: web, port: { number: 80 } } }'

describe('a route', () => {
  it('says which path of which rule of which Ingress it is, as written', () => {
    const spec = `{ rules: [{ host: "bad:1" }, { host: a.com, http: { paths: [{ path: x, pathType: Exact, backend: ${backend} }, { path: "/%41", pathType: Exact, backend: ${backend} }] } }] }`
    const [route] = translateText(ingress('a', spec)).table.routes
    expect(route).toMatchObject({
      host: 'a.com',
      path: '/A',
      pathType: 'Exact',
      target: {
        backend: 'test/web:80',
        ingress: { namespace: 'test', name: 'a' },
        kind: 'rule',
        rule: 1,
        path: 1,
        pathText: '/%41',
      },
    })
    expect(route?.target.locate()).toEqual({ file: 'test.yaml', line: 4, column: expect.any(Number) })
  })

  it('of a default backend is a fallback of its host', () => {
    const { routes } = translateText(
      ingress('a', `{ defaultBackend: ${backend}, rules: [${rule('a.com', '/x')}] }`),
    ).table
    expect(routes.map(({ host, path, fallback, target }) => [host, path, fallback, target.kind])).toEqual([
      ['a.com', '/x', undefined, 'rule'],
      ['a.com', '/', true, 'default-host'],
    ])
  })

  it('of an older API version leads to the place where it was written', () => {
    const text = `apiVersion: extensions/v1beta1
kind: Ingress
metadata: { name: old, namespace: test }
spec:
  backend:
    serviceName: fallback
    servicePort: http
  rules:
    - host: a.com
      http:
        paths:
          - path: /x
            backend:
              serviceName: web
              servicePort: "8080"
`
    const { table, backends, diagnostics } = translateText(text)
    expect(table.routes.map(({ path, pathType, target }) => [path, pathType, target.backend])).toEqual([
      ['/x', 'Prefix', 'test/web:8080'],
      ['/', 'Prefix', 'test/fallback:http'],
    ])
    expect(table.routes.map(({ target }) => target.locate()?.line)).toEqual([12, 5])
    expect([...backends.keys()]).toEqual(['test/fallback:http', 'test/web:8080'])
    expect(diagnostics.map(({ code, position }) => [code, position?.line])).toEqual([
      ['legacy-api-version', 1],
      ['service-not-found', 5],
      ['service-not-found', 13],
    ])
  })
})

describe('two Ingresses', () => {
  const older = ingress(
    'z',
    `{ rules: [${rule('a.com', '/', 'Prefix', 'older')}] }`,
    'creationTimestamp: "2024-01-01T00:00:00Z"',
  )
  const newer = ingress(
    'b',
    `{ rules: [${rule('a.com', '/', 'Prefix', 'newer')}] }`,
    'creationTimestamp: "2024-01-02T00:00:00Z"',
  )
  const young = ingress('a', `{ rules: [${rule('a.com', '/', 'Prefix', 'young')}] }`)
  const order = (options?: object) =>
    translateText(documents(young, newer, older), options).table.routes.map(({ target }) => target.backend)

  it('go from the oldest to the one that no cluster has stored yet', () => {
    expect(order()).toEqual(['test/older:80', 'test/newer:80', 'test/young:80'])
  })

  it('go by name if timestamps are to be ignored', () => {
    expect(order({ creationTimestamp: 'ignore' })).toEqual(['test/young:80', 'test/newer:80', 'test/older:80'])
    expect(order({ creationTimestamp: 'ignore', ties: 'descending' })).toEqual([
      ...['test/older:80', 'test/newer:80', 'test/young:80'],
    ])
  })

  it('name each other if they claim the same', () => {
    const { diagnostics } = translateText(documents(newer, older))
    const found = diagnostics.find(({ code }) => code === 'duplicate-path')
    expect(found).toMatchObject({
      object: { name: 'b' },
      related: [{ object: { name: 'z' }, field: 'spec.rules[0].http.paths[0].path', position: { line: 9 } }],
      request: 'http://a.com/',
    })
  })
})

describe('hosts', () => {
  it('that are claimed and have no route are kept', () => {
    const { table } = translateText(
      ingress('a', `{ rules: [{ host: a.com }, ${rule('b.com', 'x')}, ${rule('c.com', '/')}] }`),
    )
    expect(table.hosts).toEqual(['a.com', 'b.com'])
  })

  it('that belong to another namespace are not even claimed', () => {
    const { table } = translateText(ingress('a', '{ rules: [{ host: a.com }] }'), { hostOwnership: { 'a.com': [] } })
    expect(table.hosts).toEqual([])
  })

  it('of a wildcard owner cover one label', () => {
    const denied = (host: string) =>
      codesOf(ingress('a', `{ rules: [${rule(host, '/')}] }`), { hostOwnership: { '*.a.com': ['other'] } }).includes(
        'host-not-allowed',
      )
    expect(['x.a.com', '*.a.com', 'a.com', 'y.x.a.com'].map(denied)).toEqual([true, true, false, false])
  })
})

describe('paths', () => {
  const codesFor = (path: string, pathType = 'ImplementationSpecific') =>
    codesOf(ingress('a', `{ rules: [${rule('a.com', path, pathType)}] }`)).filter(code => code !== 'service-not-found')

  it.each([
    ...[
      '/',
      '',
      '/api',
      '/api/',
      '/a.b',
      '/a-b_c~d',
      '/a+b',
      '/a,b',
      '/a:b@c',
      '/%C3%A9',
      '/.well-known/acme',
      '/a=b&c',
    ],
  ])('such as %j are nothing to remark on', path => {
    expect(codesFor(path)).toEqual([])
  })

  it.each(['/api(/|$)(.*)', '/v[0-9]+', '/a|b', '/.*', '/a.*', '/x$', '/\\d+'])(
    'such as %j look like regular expressions',
    path => {
      expect(codesFor(path)).toContain('regex-looking-path')
    },
  )

  it('say what could be written instead of a regular expression', () => {
    const fixOf = (path: string) =>
      translateText(ingress('a', `{ rules: [${rule('a.com', path, 'Prefix')}] }`)).diagnostics.find(
        ({ code }) => code === 'regex-looking-path',
      )?.fix
    expect(fixOf('/api(/|$)(.*)')).toBe('Write /api with pathType: Prefix.')
    expect(fixOf('/api/v1/.*')).toBe('Write /api/v1 with pathType: Prefix.')
    expect(fixOf('/(.*)')).toBe('Write / with pathType: Prefix.')
  })

  it('that no request can have say how clients write them', () => {
    const { diagnostics } = translateText(ingress('a', `{ rules: [${rule('a.com', '/é x?y%z', 'Exact')}] }`))
    expect(diagnostics.find(({ code }) => code === 'unmatchable-path')?.fix).toBe(
      'Write the path as clients send it, such as /%C3%A9%20x%3Fy%25z.',
    )
  })
})

it('a default backend that a path / of the same host leaves nothing is reported', () => {
  const text = ingress('a', `{ defaultBackend: ${backend}, rules: [${rule('a.com', '/')}] }`)
  expect(codesOf(text)).toContain('shadowed-default-backend')
})

it('any Ingresses give a table that both matchers accept and agree on', () => {
  const host = fc.constantFrom('', 'a.com', 'b.a.com', '*.a.com', '*.0.0.1', 'Bad', `${'a'.repeat(64)}.com`)
  const path = fc.constantFrom(
    '/',
    '/a',
    '/a/',
    '/a/b',
    '//',
    '/a%2fb',
    '/a b',
    '/%',
    '/a;b',
    '/a/../b',
    '/%2e%2e/',
    '(.*)',
    '',
    '/A',
  )
  const type = fc.constantFrom('Exact', 'Prefix', 'ImplementationSpecific', 'Nonsense')
  const rules = fc.array(fc.tuple(host, path, type, fc.constantFrom('x', 'y')), { maxLength: 5 })
  const arbitrary = fc.array(fc.tuple(rules, fc.boolean()), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(arbitrary, fc.constantFrom('host' as const, 'global' as const), (ingresses, defaultBackendScope) => {
      const texts = ingresses.map(([list, hasDefault], index) => {
        const written = list.map(([host, path, type, name]) => rule(host, path, type, name)).join(', ')
        return ingress(`i${index}`, `{ ${hasDefault ? `defaultBackend: ${backend}, ` : ''}rules: [${written}] }`)
      })
      const { table, backends } = translateText(documents(...texts), { defaultBackendScope })
      const [fast, slow] = [compile(table), linearMatcher(table)]
      for (const { target } of table.routes) expect(backends.has(target.backend)).toBe(true)
      for (const name of ['', 'a.com', 'b.a.com', 'c.a.com', 'x.0.0.1', 'other.com']) {
        for (const request of ['/', '/a', '/a/', '/a/b', '/b', '/A']) {
          expect(fast.match(name, request)).toEqual(slow.match(name, request))
        }
      }
    }),
    { numRuns: 150 },
  )
})
