import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HostFallthrough, normaliseHost, normalisePath, type PathOptions, type RouteTable } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'
import { requestClasses } from '../src/request-classes.ts'
import { denseHost, densePath, denseTable } from './dense-tables.ts'

const requests = fc.array(fc.tuple(denseHost, densePath), { minLength: 40, maxLength: 40 })
const fallthrough = fc.constantFrom<HostFallthrough>('none', 'wildcard', 'all')
const pathOptions = fc.record<PathOptions>({
  emptySegments: fc.constantFrom('merge', 'preserve', 'reject'),
  encodedSlash: fc.constantFrom('keep', 'reject', 'decode'),
})

/** The positions of the routes with which each table answers; -1 for none. */
function answers(tables: RouteTable<number>[], modes: HostFallthrough[]) {
  const matchers = tables.map((table, index) => linearMatcher(table, { hostFallthrough: modes[index]! }))
  return (host: string, path: string) =>
    matchers.map(matcher => matcher.match(host, path)?.route.target ?? -1).join(' and ')
}

test('every request is answered like one of the classes, by all tables at once', () => {
  fc.assert(
    fc.property(
      fc.tuple(denseTable(25), denseTable(25)),
      fc.tuple(fallthrough, fallthrough),
      pathOptions,
      requests,
      (tables, modes, options, requests) => {
        const answer = answers(tables, modes)
        const known = new Set<string>()
        for (const { host, path } of requestClasses(tables, { ...options, hostFallthrough: modes })) {
          known.add(answer(host, path))
        }
        for (const [host, path] of requests) {
          if (normaliseHost(host || undefined) !== host || normalisePath(path, options) !== path) continue
          expect(known, `${host} ${path}`).toContain(answer(host, path))
        }
      },
    ),
    { numRuns: 500 },
  )
})

/** A table and one that differs from it in a few routes, so that the two often agree and sometimes only nearly. */
const nearlyEqualTables = fc
  .tuple(denseTable(12), denseTable(2), fc.nat(11), fc.nat(2))
  .map(([before, added, position, removed]) => {
    const routes = before.routes.toSpliced(position, removed, ...added.routes.map(route => ({ ...route, target: 0 })))
    return [before, { ...before, routes }]
  })

test('tables that agree on every class agree on every request', () => {
  fc.assert(
    fc.property(nearlyEqualTables, fallthrough, requests, (tables, hostFallthrough, requests) => {
      const [before, after] = tables.map(table => linearMatcher(table, { hostFallthrough })) as [
        ReturnType<typeof linearMatcher<number>>,
        ReturnType<typeof linearMatcher<number>>,
      ]
      const agree = (host: string, path: string) =>
        before.match(host, path)?.route.target === after.match(host, path)?.route.target
      const differing = [...requestClasses(tables, { hostFallthrough })].filter(({ host, path }) => !agree(host, path))
      fc.pre(differing.length === 0)
      for (const [host, path] of requests) {
        if (normaliseHost(host || undefined) !== host || normalisePath(path) !== path) continue
        expect(agree(host, path), `${host} ${path}`).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('each class is a request that can be sent, and comes once', () => {
  fc.assert(
    fc.property(denseTable(25), denseTable(25), fallthrough, pathOptions, (a, b, hostFallthrough, options) => {
      const seen = new Set<string>()
      for (const { host, path } of requestClasses([a, b], { ...options, hostFallthrough })) {
        expect(normaliseHost(host)).toBe(host)
        expect(normalisePath(path, options)).toBe(path)
        expect(seen).not.toContain(`${host} ${path}`)
        seen.add(`${host} ${path}`)
      }
    }),
  )
})
