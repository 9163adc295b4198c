import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainer } from '../../src/analysis/explain.ts'
import { requestClasses } from '../../src/analysis/request-classes.ts'
import {
  type HostFallthrough,
  normaliseHost,
  normalisePath,
  type PathOptions,
  type RouteTable,
} from '../../src/index.ts'
import { linearMatcher } from '../../src/linear.ts'
import { denseHost, densePath, denseTable } from '../dense-tables.ts'

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

test('tables that agree on every class with and without the ambiguity guard agree on every request with it', () => {
  // Few targets, so that tables agree although the winners differ.
  const few = (table: RouteTable<number>) => ({
    ...table,
    routes: table.routes.map(route => ({ ...route, target: route.target % 2 })),
  })
  fc.assert(
    fc.property(nearlyEqualTables, fallthrough, requests, (tables, hostFallthrough, requests) => {
      const guarded = tables.map(few).map(table => explainer(table, { hostFallthrough }))
      const open = tables.map(few).map(table => explainer(table, { hostFallthrough, ambiguityGuard: false }))
      const agree = (sides: typeof open, host: string, path: string) => {
        const [before, after] = sides.map(explain => explain({ host: host || undefined, path }))
        return before!.outcome === after!.outcome && before!.target === after!.target
      }
      const classes = [...requestClasses(tables, { hostFallthrough })]
      fc.pre(classes.every(({ host, path }) => agree(open, host, path) && agree(guarded, host, path)))
      for (const [host, path] of requests) expect(agree(guarded, host, path), `${host} ${path}`).toBe(true)
    }),
    { numRuns: 200 },
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
