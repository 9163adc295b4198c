import { describe, expect, test } from 'vitest'
import { explain, explainer } from '../../src/analysis/explain.ts'
import { type PathType, type Route, type RouteTable, RouteTableError } from '../../src/index.ts'

const route = (host: string | undefined, pathType: PathType, path: string, target = 'app'): Route<string> => ({
  host,
  path,
  pathType,
  target,
})
const fallback = (host: string | undefined): Route<string> => ({ ...route(host, 'Prefix', '/'), fallback: true })

const shop: RouteTable<string> = {
  routes: [
    route('shop.example.com', 'Prefix', '/cart'),
    route('shop.example.com', 'Prefix', '/cart/'),
    route('shop.example.com', 'Exact', '/cart'),
    route('shop.example.com', 'Exact', '/cart', 'copy'),
    route('shop.example.com', 'Prefix', '/'),
    fallback('shop.example.com'),
    route('*.example.com', 'Prefix', '/cart'),
    route('*.example.com', 'Prefix', '/wild'),
    route(undefined, 'Prefix', '/', 'all'),
  ],
}

const losses = (...args: Parameters<typeof explain<string>>) =>
  explain(...args).candidates.map(({ index, lost, hint }) =>
    [index, lost ?? 'won', hint].filter(part => part !== undefined).join(' '),
  )
const trail = (...args: Parameters<typeof explain<string>>) =>
  explain(...args).trail.map(({ code, host, index, reason }) =>
    [code, host, index, reason].filter(part => part !== undefined).join(' '),
  )

describe('explain', () => {
  test('names the route, the steps to it, and why every other lost', () => {
    const request = { host: 'shop.example.com', path: '/cart' }
    expect(explain(shop, request)).toMatchObject({
      outcome: 'route',
      code: 'path-exact',
      winner: shop.routes[2],
      winnerIndex: 2,
      target: 'app',
    })
    expect(trail(shop, request)).toEqual(['host-exact shop.example.com', 'path-exact 2'])
    expect(losses(shop, request)).toEqual([
      '2 won',
      '3 later-duplicate',
      '1 exact-beats-prefix',
      '0 exact-beats-prefix',
      '4 exact-beats-prefix',
      '5 fallback',
      '6 less-specific-host',
      '7 less-specific-host',
      '8 less-specific-host',
    ])
  })

  test('tells shorter prefixes from paths that do not fit', () => {
    expect(losses(shop, { host: 'shop.example.com', path: '/cart/1' }).slice(0, 6)).toEqual([
      '1 won',
      '0 shorter-prefix',
      '4 shorter-prefix',
      '5 fallback',
      '2 path-mismatch below-exact',
      '3 path-mismatch below-exact',
    ])
  })

  test('says by how little a path missed', () => {
    const routes = [
      route('h', 'Exact', '/a/b'),
      route('h', 'Exact', '/a/b/'),
      route('h', 'Prefix', '/a/bc'),
      route('h', 'Prefix', '/A/'),
      route('h', 'Exact', '/a'),
      route('h', 'Prefix', '/b'),
    ]
    expect(losses({ routes }, { host: 'h', path: '/a/bcd' })).toEqual([
      '0 path-mismatch',
      '1 path-mismatch',
      '2 path-mismatch inside-element',
      '3 path-mismatch letter-case',
      '4 path-mismatch below-exact',
      '5 path-mismatch',
    ])
    expect(losses({ routes }, { host: 'h', path: '/a/b/' }).slice(0, 2)).toEqual([
      '1 won',
      '0 path-mismatch trailing-slash',
    ])
    expect(losses({ routes }, { host: 'h', path: '/A/B' })[1]).toBe('0 path-mismatch letter-case')
  })

  test.each([
    ['another.example.com', '/wild', ['host-wildcard *.example.com', 'path-prefix 7']],
    ['another.example.com', '/x', ['host-wildcard *.example.com', 'not-found']],
    ['example.org', '/x', ['host-none', 'path-prefix 8']],
    [undefined, '/x', ['host-none', 'path-prefix 8']],
    ['127.0.0.1', '', ['host-none', 'path-prefix 8']],
  ])('of %s%s tells the steps', (host, path, steps) => {
    expect(trail(shop, { host, path })).toEqual(steps)
  })

  test('tells the default backend of a host from that of the table', () => {
    const table = { routes: [route('g', 'Prefix', '/x'), fallback('h')], defaultTarget: 'nobody' }
    expect(explain(table, { host: 'h', path: '/y' })).toMatchObject({
      outcome: 'defaultBackend',
      code: 'default-host',
      winnerIndex: 1,
      target: 'app',
    })
    expect(explain(table, { host: 'g', path: '/y' })).toMatchObject({
      outcome: 'defaultBackend',
      code: 'default',
      winner: undefined,
      target: 'nobody',
    })
    expect(trail(table, { host: 'i', path: '/y' })).toEqual(['default'])
    expect(explain({ routes: [] }, { host: 'i', path: '/y' })).toMatchObject({
      outcome: 'notFound',
      code: 'not-found',
      target: undefined,
    })
  })

  test('follows fall-through step by step, and says what the other modes would do (semantics 3.3)', () => {
    const table = {
      routes: [route('a.b', 'Prefix', '/p'), route('*.b', 'Prefix', '/w'), route(undefined, 'Prefix', '/')],
    }
    const request = { host: 'a.b', path: '/x' }
    expect(trail(table, request)).toEqual(['host-exact a.b', 'not-found'])
    expect(trail(table, request, { hostFallthrough: 'all' })).toEqual([
      'host-exact a.b',
      'host-wildcard *.b',
      'host-none',
      'path-prefix 2',
    ])
    expect(trail(table, { host: 'a.b', path: '/p' }, { hostFallthrough: 'all' })).toEqual([
      'host-exact a.b',
      'path-prefix 0',
    ])
    const { otherwise } = explain(table, { host: 'a.b', path: '/w' })
    expect(otherwise).toEqual(
      ['wildcard', 'all'].map(hostFallthrough => ({
        hostFallthrough,
        outcome: 'route',
        code: 'path-prefix',
        winner: table.routes[1],
        winnerIndex: 1,
        target: 'app',
      })),
    )
    expect(losses(table, request)).toEqual(['0 path-mismatch', '1 less-specific-host', '2 less-specific-host'])
    expect(losses(table, request, { hostFallthrough: 'all' })).toEqual(['0 path-mismatch', '1 path-mismatch', '2 won'])
  })

  test('lists routes whose host nearly fits, and what is amiss (semantics 1.9, 2.3)', () => {
    const routes = ['*.b.c', '*.c', '*.a.b.c', '*.x.c', '*.0.0.1', '*.127.0.0.1'].map(host =>
      route(host, 'Prefix', '/'),
    )
    expect(losses({ routes }, { host: 'a.b.c', path: '/' })).toEqual([
      '0 won',
      '2 host-mismatch label-missing',
      '1 host-mismatch too-many-labels',
    ])
    expect(losses({ routes }, { host: '127.0.0.1', path: '/' })).toEqual(['4 host-mismatch ip-address'])
    expect(losses({ routes }, { host: '[::1]', path: '/' })).toEqual([])
    expect(losses({ routes }, { host: 'c', path: '/' })).toEqual(['1 host-mismatch label-missing'])
  })

  test('shows what normalisation changed (semantics 1.6-1.8, 8)', () => {
    const normalised = (host: string | undefined, path: string) => {
      const explanation = explain(shop, { host, path })
      return [explanation.host.after, explanation.host.changes.join(), explanation.path.after]
    }
    expect(normalised('Shop.Example.com.:8443', '/x/../%63art//')).toEqual([
      'shop.example.com',
      'lower-cased,dot-removed,port-dropped',
      '/cart/',
    ])
    expect(normalised('shop.example.com:', '')).toEqual(['shop.example.com', 'port-dropped', '/'])
    expect(normalised('[::A]:80', '/')).toEqual(['[::a]', 'lower-cased,port-dropped', '/'])
    expect(normalised('shop.example.com', '/cart')).toEqual(['shop.example.com', '', '/cart'])
    expect(normalised(undefined, '/cart')).toEqual(['', '', '/cart'])
  })

  test('says why a request is refused before it is matched', () => {
    const badHost = explain(shop, { host: 'user@shop.example.com', path: '/../cart' })
    expect(badHost).toMatchObject({ outcome: 'badRequest', code: 'bad-host', winner: undefined, target: undefined })
    expect(badHost.trail).toEqual([{ code: 'bad-host', reason: 'userinfo' }])
    expect(badHost.path.after).toBe('/cart')
    const badPath = explain(shop, { host: 'shop.example.com:80', path: '/%2f' }, { encodedSlash: 'reject' })
    expect(badPath.trail).toEqual([{ code: 'bad-path', reason: 'encoded-slash' }])
    expect(badPath).toMatchObject({
      outcome: 'badRequest',
      host: { after: 'shop.example.com' },
      path: { after: undefined },
    })
  })

  test('shows which reading of an ambiguous path goes elsewhere, and where (semantics 8.8, 14.10)', () => {
    const routes = [route('h', 'Prefix', '/public', 'public'), route('h', 'Prefix', '/admin', 'admin')]
    const request = { host: 'h', path: '/public/..%2Fadmin' }
    const explanation = explain({ routes }, request)
    expect(explanation).toMatchObject({
      outcome: 'badRequest',
      code: 'ambiguous-path',
      winner: undefined,
      target: undefined,
    })
    expect(trail({ routes }, request)).toEqual(['host-exact h', 'path-prefix 0', 'ambiguous-path other-destination'])
    expect(losses({ routes }, request)).toEqual(['0 ambiguous-path', '1 path-mismatch'])
    expect(explanation.readings).toEqual([
      { path: '/admin', outcome: 'route', code: 'path-prefix', winner: routes[1], winnerIndex: 1, target: 'admin' },
    ])
    expect(explain({ routes }, request, { ambiguityGuard: false })).toMatchObject({ winnerIndex: 0, readings: [] })
    expect(explain({ routes }, request, { sameTarget: () => true })).toMatchObject({ winnerIndex: 0, readings: [] })
  })

  test('a prepared table answers one request after the other', () => {
    const explainShop = explainer(shop)
    const codes = ['/cart', '/cart/x', '/'].map(path => explainShop({ host: 'shop.example.com', path }).code)
    expect(codes).toEqual(['path-exact', 'path-prefix', 'path-prefix'])
  })

  test('throws for a table that nobody should have built', () => {
    expect(() => explainer({ routes: [route('H', 'Exact', '/x')] })).toThrow(RouteTableError)
  })
})
