import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/analysis/diagnose.ts'
import { type PathType, type Route, RouteTableError } from '../../src/index.ts'

const route = (host: string | undefined, pathType: PathType, path: string): Route<string> => ({
  host,
  path,
  pathType,
  target: `${host} ${pathType} ${path}`,
})
const fallback = (host: string | undefined): Route<string> => ({ ...route(host, 'Prefix', '/'), fallback: true })

/** Each finding as one line: code, route, winner, proof. */
function findings(...[routes, options]: [Route<string>[], Parameters<typeof diagnose>[1]?]): string[] {
  return diagnose({ routes }, options).map(({ code, index, winnerIndex, proof }) => {
    return `${code}: ${index}, won by ${winnerIndex ?? 'none'} as in ${proof ? proof.host + proof.path : 'none'}`
  })
}

describe('diagnose', () => {
  test('finds nothing in the ordinary: both types of a path, a default backend, several hosts', () => {
    const routes = [
      route('a.example', 'Prefix', '/'),
      route('a.example', 'Prefix', '/foo'),
      route('a.example', 'Exact', '/foo'),
      route('a.example', 'Exact', '/foo/'),
      route('b.example', 'Prefix', '/foo'),
      fallback('b.example'),
      route('*.example', 'Prefix', '/foo'),
      route(undefined, 'Prefix', '/foo'),
    ]
    expect(findings(routes)).toEqual([])
  })

  test('names the earlier of two equal routes, and how to see it (semantics 5.3)', () => {
    const routes = [
      route('h', 'Exact', '/x'),
      route('h', 'Prefix', '/x'),
      route('h', 'Exact', '/x'),
      route('h', 'Prefix', '/x'),
    ]
    expect(findings(routes)).toEqual(['duplicate: 2, won by 0 as in h/x', 'duplicate: 3, won by 1 as in h/x/'])
  })

  test('calls routes of different hosts no duplicates', () => {
    expect(findings([route('g', 'Exact', '/x'), route('h', 'Exact', '/x'), route('*.h', 'Exact', '/x')])).toEqual([])
  })

  test('names the slash form as the one that wins, whichever is older (semantics 7.5)', () => {
    const routes = [route('h', 'Prefix', '/foo'), route('h', 'Prefix', '/foo/'), route('h', 'Prefix', '/foo')]
    expect(findings(routes)).toEqual([
      'shadowed-by-slash-prefix: 0, won by 1 as in h/foo',
      'shadowed-by-slash-prefix: 2, won by 1 as in h/foo',
    ])
  })

  test('finds a default backend that a Prefix "/" hides, and a second default backend (semantics 4.4, 4.6)', () => {
    const routes = [fallback('g'), fallback('g'), fallback('h'), route('h', 'Prefix', '/')]
    expect(findings(routes)).toEqual(['duplicate: 1, won by 0 as in g/', 'shadowed-default: 2, won by 3 as in h/'])
  })

  test('shows that Exact beats a longer Prefix that ends in a slash, which still wins elsewhere (semantics 7.4)', () => {
    const table = { routes: [route('h', 'Prefix', '/foo/'), route('h', 'Exact', '/foo')] }
    expect(diagnose(table)).toEqual([
      {
        code: 'exact-beats-slash-prefix',
        neverWins: false,
        route: table.routes[0],
        index: 0,
        winner: table.routes[1],
        winnerIndex: 1,
        proof: { host: 'h', path: '/foo' },
      },
    ])
  })

  test('shows where an address goes that a wildcard seems to cover (semantics 1.9)', () => {
    const wildcard = route('*.0.0.1', 'Prefix', '/x')
    expect(findings([wildcard])).toEqual(['wildcard-over-ip: 0, won by none as in 127.0.0.1/x'])
    expect(findings([wildcard, route(undefined, 'Prefix', '/')])).toEqual([
      'wildcard-over-ip: 0, won by 1 as in 127.0.0.1/x',
    ])
    expect(findings([route('*.0.1', 'Prefix', '/'), route('*.0.0.256', 'Prefix', '/')])).toEqual([])
  })

  test('finds paths that the options of normalisation leave to no request (semantics 8.6, 8.9)', () => {
    const routes = [route('h', 'Exact', '/a%2Fb'), route('h', 'Prefix', '/a%2Fb/c'), route('h', 'Exact', '/a/b')]
    expect(findings(routes, { ambiguityGuard: false })).toEqual([])
    const unreachable = ['unreachable-path: 0, won by none as in none', 'unreachable-path: 1, won by none as in none']
    expect(findings(routes, { encodedSlash: 'reject' })).toEqual(unreachable)
    expect(findings(routes, { encodedSlash: 'decode' })).toEqual(unreachable)
    expect(findings(routes, { maxElements: 1 })).toEqual([
      'unreachable-path: 1, won by none as in none',
      'unreachable-path: 2, won by none as in none',
    ])
  })

  test('finds a Prefix that the ambiguity guard refuses, unless both readings have the same target (semantics 8.8)', () => {
    const routes = [route('h', 'Prefix', '/a;v=1'), route('h', 'Exact', '/e;v=1'), route('h', 'Prefix', '/a')]
    expect(findings(routes)).toEqual(['ambiguous-path: 0, won by none as in h/a;v=1'])
    expect(findings(routes, { ambiguityGuard: false })).toEqual([])
    expect(findings(routes, { sameTarget: () => true })).toEqual([])
  })

  test('follows other readings as far as hosts fall through', () => {
    const routes = [route('h', 'Prefix', '/a;v=1'), route(undefined, 'Prefix', '/')]
    const sameTarget = () => true
    expect(findings(routes, { sameTarget })).toEqual(['ambiguous-path: 0, won by none as in h/a;v=1'])
    expect(findings(routes, { sameTarget, hostFallthrough: 'all' })).toEqual([])
  })

  test('proves with requests that no other route takes', () => {
    const taken = ['/', '/other'].map(path => route(undefined, 'Exact', path))
    const hosts = ['other.example', '*.example'].map(host => route(host, 'Prefix', '/'))
    const twin = route(undefined, 'Prefix', '/')
    expect(findings([...taken, ...hosts, twin, twin])).toEqual(['duplicate: 5, won by 4 as in other-1.other-1/other-1'])
  })

  test('finds the one request that a length limit leaves to a route', () => {
    const routes = [route('h', 'Exact', '/'), route('h', 'Prefix', '/a'), route('h', 'Exact', '/b')]
    const twin = route('h', 'Prefix', '/')
    expect(findings([...routes, twin, twin], { maxLength: 2 })).toEqual(['duplicate: 4, won by 3 as in h/c'])
    expect(findings([...routes, twin], { maxLength: 1 })).toEqual([
      'unreachable-path: 1, won by none as in none',
      'unreachable-path: 2, won by none as in none',
      'unreachable-path: 3, won by none as in none',
    ])
  })

  test('keeps to the order of the table', () => {
    const routes = ['a', 'b', 'a', 'b', 'a'].map(host => route(host, 'Exact', '/x'))
    expect(diagnose({ routes }).map(({ index }) => index)).toEqual([2, 3, 4])
  })

  test('throws for a table that nobody should have built', () => {
    expect(() => diagnose({ routes: [route('H', 'Exact', '/x')] })).toThrow(RouteTableError)
  })
})
