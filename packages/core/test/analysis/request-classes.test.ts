import { describe, expect, test } from 'vitest'
import { type RequestClassOptions, requestClasses } from '../../src/analysis/request-classes.ts'
import { type PathType, type Route, type RouteTable, RouteTableError } from '../../src/index.ts'

const route = (host: string | undefined, pathType: PathType, path: string): Route<string> => ({
  host,
  path,
  pathType,
  target: '',
})

const classes = (tables: RouteTable<string>[], options?: RequestClassOptions) =>
  [...requestClasses(tables, options)].map(({ host, path, covers }) => {
    return `${host}${path} for ${covers.pathType} ${covers.host ?? ''}${covers.path}`
  })

describe('requestClasses', () => {
  test('gives one request for each path of a host, one for its other paths, and one for all other hosts', () => {
    const routes = [route('a.b', 'Exact', '/x'), route('a.b', 'Prefix', '/x'), route('a.b', 'Prefix', '/y/')]
    expect(classes([{ routes }])).toEqual([
      'a.b/x for Exact a.b/x',
      'a.b/ for Prefix a.b/',
      'a.b/x/ for Prefix a.b/x',
      'a.b/y for Prefix a.b/y',
      'other.example/ for Prefix /',
    ])
  })

  test('gives a host of its own to a wildcard, and divides by what covers it in either table', () => {
    const before = { routes: [route('other.b', 'Prefix', '/x')] }
    const after = { routes: [route('*.b', 'Prefix', '/y')] }
    expect(classes([before, after])).toEqual([
      'other.b/ for Prefix other.b/',
      'other.b/x for Prefix other.b/x',
      'other.b/y for Prefix other.b/y',
      'other-1.b/ for Prefix *.b/',
      'other-1.b/y for Prefix *.b/y',
      'other-1.example/ for Prefix /',
    ])
  })

  test('looks at the paths of further buckets only as far as the table falls through to them', () => {
    const routes = [route('a.b', 'Exact', '/x'), route('*.b', 'Exact', '/w'), route(undefined, 'Exact', '/n')]
    const ofHost = (hostFallthrough: RequestClassOptions['hostFallthrough'] & {}) =>
      [...requestClasses([{ routes }], { hostFallthrough })].flatMap(({ host, path }) => (host === 'a.b' ? path : []))
    expect(ofHost('none')).toEqual(['/x', '/'])
    expect(ofHost('wildcard')).toEqual(['/x', '/w', '/'])
    expect(ofHost('all')).toEqual(['/x', '/w', '/n', '/'])
    expect(ofHost(['wildcard'])).toEqual(['/x', '/w', '/'])
  })

  test('leaves out paths that no request has under the given options', () => {
    const routes = [route(undefined, 'Exact', '/a%2Fb'), route(undefined, 'Prefix', '/c%2Fd')]
    expect(classes([{ routes }])).toHaveLength(3)
    expect(classes([{ routes }], { encodedSlash: 'reject' })).toEqual(['other.example/ for Prefix /'])
  })

  test('covers a host that the table lists without routes', () => {
    expect(classes([{ routes: [], hosts: ['a.b'] }])).toEqual(['a.b/ for Prefix a.b/', 'other.example/ for Prefix /'])
  })

  test('throws for a table that nobody should have built', () => {
    expect(() => classes([{ routes: [route('H', 'Exact', '/x')] }])).toThrow(RouteTableError)
  })
})
