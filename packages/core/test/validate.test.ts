import { describe, expect, test } from 'vitest'
import { compile, type Route, type RouteTable, RouteTableError } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'

const good: Route<number> = { host: 'h', path: '/', pathType: 'Prefix', target: 1 }

describe.each([compile, linearMatcher])('%o refuses a table', matcherFor => {
  const refusal = (table: RouteTable<number>) => {
    try {
      matcherFor(table)
    } catch (error) {
      if (error instanceof RouteTableError) return error
      throw error
    }
    return undefined
  }

  test.each<[string, Partial<Route<number>>, string]>([
    ['a path without leading slash', { path: 'foo' }, 'path'],
    ['an empty path', { path: '' }, 'path'],
    ['a path with dot segments', { path: '/a/../b' }, 'path'],
    ['a path with empty elements', { path: '/a//b' }, 'path'],
    ['a path with a needless escape', { path: '/%61' }, 'path'],
    ['an empty host', { host: '' }, 'host'],
    ['an upper-case host', { host: 'Foo.com' }, 'host'],
    ['a wildcard in the middle', { host: 'foo.*.com' }, 'host'],
    ['a lone wildcard', { host: '*' }, 'host'],
    ['an address as host', { host: '127.0.0.1' }, 'host'],
    ['a host with a port', { host: 'foo.com:80' }, 'host'],
    ['an unknown path type', { pathType: 'Regex' as 'Exact' }, 'pathType'],
    ['a fallback for a part of the host', { path: '/a', fallback: true }, 'fallback'],
    ['an Exact fallback', { pathType: 'Exact', fallback: true }, 'fallback'],
  ])('with %s, naming the entry and the field', (_, fault, field) => {
    expect(refusal({ routes: [good, { ...good, ...fault }] })).toMatchObject({ list: 'routes', index: 1, field })
  })

  test('whose list of hosts has an invalid one', () => {
    const error = refusal({ routes: [good], hosts: [undefined, 'h', 'H'] })
    expect(error).toMatchObject({ list: 'hosts', index: 2, field: 'host' })
    expect(error?.message).toContain('"H"')
  })

  test('not if it is in order', () => {
    expect(
      refusal({ routes: [good, { ...good, host: '*.h' }, { ...good, host: undefined }], hosts: ['g'] }),
    ).toBeUndefined()
  })
})
