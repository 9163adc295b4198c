import { describe, expect, test } from 'vitest'
import { compile, type MatcherOptions, type PathType, type Route, type RouteTable } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'

const matchers = [
  ['compiled', compile],
  ['linear', linearMatcher],
] as const

function route(host: string | undefined, pathType: PathType, path: string): Route<string> {
  return { host, path, pathType, target: `${host ?? ''} ${pathType} ${path}` }
}

function fallback(host: string | undefined): Route<string> {
  return { host, path: '/', pathType: 'Prefix', target: `${host ?? ''} fallback`, fallback: true }
}

describe.each(matchers)('the %s matcher', (_, matcherFor) => {
  const winner = (table: RouteTable<string>, host: string, path: string, options?: MatcherOptions) =>
    matcherFor(table, options).match(host, path)?.route.target

  test.each([
    ['*.foo.com', 'bar.foo.com', true],
    ['*.foo.com', 'baz.bar.foo.com', false],
    ['*.foo.com', 'foo.com', false],
    ['*.foo.com', 'xfoo.com', false],
    ['foo.com', 'foo.com', true],
    ['foo.com', 'bar.foo.com', false],
    // No IP address matches a pattern, although these read like one (semantics 1.9).
    ['*.0.0.1', '127.0.0.1', false],
    ['*.0.0.1', 'a.0.0.1', true],
  ])('semantics 2.3: host pattern %s covers %s: %s', (pattern, host, covers) => {
    const table = { routes: [route(pattern, 'Prefix', '/')] }
    expect(winner(table, host, '/') !== undefined).toBe(covers)
  })

  test.each<[PathType, string, string, boolean]>([
    ['Prefix', '/', '/', true],
    ['Prefix', '/', '/anything/at/all', true],
    ['Exact', '/foo', '/foo', true],
    ['Exact', '/foo', '/bar', false],
    ['Exact', '/foo', '/foo/', false],
    ['Exact', '/foo', '/FOO', false],
    ['Exact', '/foo/', '/foo', false],
    ['Prefix', '/foo', '/foo', true],
    ['Prefix', '/foo', '/foo/', true],
    ['Prefix', '/foo', '/foo/x', true],
    ['Prefix', '/foo/', '/foo', true],
    ['Prefix', '/foo/', '/foo/', true],
    ['Prefix', '/foo/', '/foo/x', true],
    ['Prefix', '/foo', '/FOO', false],
    ['Prefix', '/foo', '/foobar', false],
    ['Prefix', '/aaa/bb', '/aaa/bbb', false],
    ['Prefix', '/aaa/bbb', '/aaa/bbb', true],
    ['Prefix', '/aaa/bbb', '/aaa/bbb/', true],
    ['Prefix', '/aaa/bbb', '/aaa/bbb/ccc', true],
    ['Prefix', '/aaa/bbb/', '/aaa/bbb', true],
    ['Prefix', '/aaa/bbb/', '/aaa/bbb/', true],
    ['Prefix', '/aaa/bbb/', '/aaa/bbb/ccc', true],
    ['Prefix', '/aaa/bbb', '/aaa/bbbxyz', false],
  ])('semantics 7.3: %s %s takes %s: %s', (pathType, pattern, path, takes) => {
    const table = { routes: [route('foo.com', pathType, pattern)] }
    expect(winner(table, 'foo.com', path) !== undefined).toBe(takes)
  })

  test.each<[(readonly [PathType, string])[], string, string]>([
    [
      [
        ['Prefix', '/'],
        ['Prefix', '/aaa'],
      ],
      '/aaa/ccc',
      'Prefix /aaa',
    ],
    [
      [
        ['Prefix', '/'],
        ['Prefix', '/aaa'],
        ['Prefix', '/aaa/bbb'],
      ],
      '/aaa/bbb',
      'Prefix /aaa/bbb',
    ],
    [
      [
        ['Prefix', '/'],
        ['Prefix', '/aaa'],
        ['Prefix', '/aaa/bbb'],
      ],
      '/ccc',
      'Prefix /',
    ],
    [[['Prefix', '/aaa']], '/ccc', 'fallback'],
    [
      [
        ['Prefix', '/foo'],
        ['Exact', '/foo'],
      ],
      '/foo',
      'Exact /foo',
    ],
    [
      [
        ['Prefix', '/foo'],
        ['Exact', '/foo'],
      ],
      '/foo/',
      'Prefix /foo',
    ],
    [
      [
        ['Prefix', '/foo'],
        ['Exact', '/foo'],
      ],
      '/foo/x',
      'Prefix /foo',
    ],
  ])('semantics 7.3: of %j, %s goes to %s', (paths, path, expected) => {
    const table = { routes: [fallback('h'), ...paths.map(([pathType, pattern]) => route('h', pathType, pattern))] }
    expect(winner(table, 'h', path)).toBe(`h ${expected}`)
  })

  test('Exact beats a longer Prefix that ends in a slash (semantics 7.4, 14.2)', () => {
    const table = { routes: [route('h', 'Prefix', '/foo/'), route('h', 'Exact', '/foo')] }
    expect(winner(table, 'h', '/foo')).toBe('h Exact /foo')
  })

  test.each(['/foo', '/foo/', '/foo/x'])('Prefix /foo/ takes %s although /foo is older (semantics 7.5, 14.3)', path => {
    const table = { routes: [route('h', 'Prefix', '/foo'), route('h', 'Prefix', '/foo/')] }
    expect(winner(table, 'h', path)).toBe('h Prefix /foo/')
  })

  test('of two equal routes the earlier wins (semantics 5.3)', () => {
    const twin = (target: string): Route<string> => ({ host: 'h', path: '/foo', pathType: 'Prefix', target })
    expect(winner({ routes: [twin('older'), twin('newer')] }, 'h', '/foo')).toBe('older')
  })

  test('a route for "/" comes before the default backend, whatever their order (semantics 4.6)', () => {
    expect(winner({ routes: [fallback('h'), route('h', 'Prefix', '/')] }, 'h', '/x')).toBe('h Prefix /')
    expect(winner({ routes: [fallback('h'), route('h', 'Exact', '/x')] }, 'h', '/y')).toBe('h fallback')
  })

  describe('of the buckets for a.foo.com (semantics 2.5, 3.3, 14.5)', () => {
    const everyHost = route(undefined, 'Prefix', '/')
    const wildcard = route('*.foo.com', 'Prefix', '/w')
    const precise = route('a.foo.com', 'Prefix', '/p')
    const table = { routes: [everyHost, wildcard, precise] }

    test.each([
      ['none', '/p', precise],
      ['none', '/w', undefined],
      ['none', '/x', undefined],
      ['wildcard', '/p', precise],
      ['wildcard', '/w', wildcard],
      ['wildcard', '/x', undefined],
      ['all', '/p', precise],
      ['all', '/w', wildcard],
      ['all', '/x', everyHost],
    ] as const)('fall-through %s: %s goes where it should', (hostFallthrough, path, expected) => {
      expect(winner(table, 'a.foo.com', path, { hostFallthrough })).toBe(expected?.target)
    })

    test.each([
      ['none', undefined],
      ['wildcard', undefined],
      ['all', everyHost],
    ] as const)('fall-through %s: a path that the wildcard bucket misses', (hostFallthrough, expected) => {
      expect(winner(table, 'b.foo.com', '/x', { hostFallthrough })).toBe(expected?.target)
    })

    test('a default backend counts as a match of its bucket, so nothing falls through', () => {
      const withFallback = { routes: [...table.routes, fallback('a.foo.com')] }
      expect(winner(withFallback, 'a.foo.com', '/w', { hostFallthrough: 'all' })).toBe('a.foo.com fallback')
    })
  })

  test('a.b.foo.com reaches the routes without a host although *.foo.com exists (semantics 2.7, 14.6)', () => {
    const table = { routes: [route('*.foo.com', 'Prefix', '/'), route(undefined, 'Prefix', '/')] }
    expect(winner(table, 'a.b.foo.com', '/')).toBe(' Prefix /')
  })

  test('an IP address reaches the routes without a host, never *.0.0.1 (semantics 1.9, 14.1)', () => {
    const table = { routes: [route('*.0.0.1', 'Prefix', '/'), route(undefined, 'Prefix', '/')] }
    expect(winner(table, '127.0.0.1', '/')).toBe(' Prefix /')
    expect(winner(table, '[::1]', '/')).toBe(' Prefix /')
    expect(winner(table, 'a.0.0.1', '/')).toBe('*.0.0.1 Prefix /')
  })

  test('a request without a host reaches only the routes without one (semantics 1.4)', () => {
    expect(winner({ routes: [route('h', 'Prefix', '/'), route('*.h', 'Prefix', '/')] }, '', '/')).toBeUndefined()
    expect(winner({ routes: [route(undefined, 'Prefix', '/')] }, '', '/')).toBe(' Prefix /')
  })

  test('a host without routes keeps its requests from other buckets (semantics 4.8)', () => {
    const table = { routes: [route('*.foo.com', 'Prefix', '/'), route(undefined, 'Prefix', '/')], hosts: ['a.foo.com'] }
    expect(winner(table, 'a.foo.com', '/')).toBeUndefined()
    expect(winner(table, 'a.foo.com', '/', { hostFallthrough: 'wildcard' })).toBe('*.foo.com Prefix /')
    expect(winner(table, 'b.foo.com', '/')).toBe('*.foo.com Prefix /')
  })

  test('a match names its bucket and path type', () => {
    const table = {
      routes: [route('*.foo.com', 'Exact', '/e'), route('foo.com', 'Prefix', '/p'), route(undefined, 'Prefix', '/')],
    }
    const matcher = matcherFor(table)
    expect(matcher.match('a.foo.com', '/e')).toEqual({ route: table.routes[0], host: 'wildcard', path: 'exact' })
    expect(matcher.match('foo.com', '/p/q')).toEqual({ route: table.routes[1], host: 'exact', path: 'prefix' })
    expect(matcher.match('bar.com', '/')).toEqual({ route: table.routes[2], host: 'none', path: 'prefix' })
  })

  test('an empty table matches nothing and knows no default', () => {
    expect(matcherFor({ routes: [] }).match('h', '/')).toBeUndefined()
    expect(matcherFor({ routes: [] }).defaultTarget).toBeUndefined()
    expect(matcherFor({ routes: [], defaultTarget: 'd' }).defaultTarget).toBe('d')
  })
})
