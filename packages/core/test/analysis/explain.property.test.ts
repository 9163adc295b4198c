import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainer } from '../../src/analysis/explain.ts'
import {
  compile,
  type HostFallthrough,
  type Matcher,
  normaliseHost,
  normalisePath,
  type RouteTable,
} from '../../src/index.ts'
import { linearMatcher } from '../../src/linear.ts'
import { guardAmbiguity } from '../../src/request/ambiguity.ts'
import { denseHost, densePath, denseTable } from '../dense-tables.ts'

const table = fc
  .tuple(denseTable(25), fc.constantFrom(undefined, -1))
  .map(
    ([table, defaultTarget]): RouteTable<number> => (defaultTarget === undefined ? table : { ...table, defaultTarget }),
  )
const authority = fc.oneof(
  { weight: 6, arbitrary: denseHost.map(host => host || undefined) },
  { weight: 2, arbitrary: denseHost.map(host => `${host.toUpperCase()}.:8080`) },
  { weight: 1, arbitrary: fc.constantFrom('', 'a..b', 'a.b:99999', '::1', '[::1]:80') },
)
const path = fc.oneof(
  { weight: 6, arbitrary: densePath },
  { weight: 2, arbitrary: fc.tuple(densePath, densePath).map(([front, back]) => `${front}/..${back}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '/%', '/a%2f..%2Fa', '/%61//b', '/a;x/b', '/a%2Fb;', '/\u00e9') },
)
const request = fc.record({ host: authority, path })
const requests = fc.array(request, { minLength: 20, maxLength: 20 })
const MODES: readonly HostFallthrough[] = ['none', 'wildcard', 'all']
const hostFallthrough = fc.constantFrom(...MODES)
/** Targets that differ in the lowest bit only count as the same. */
const sameTarget = fc.constantFrom(undefined, (a: number, b: number) => a >> 1 === b >> 1)
const options = fc
  .tuple(hostFallthrough, fc.boolean(), sameTarget, fc.constantFrom('merge', 'preserve'))
  .map(([hostFallthrough, ambiguityGuard, sameTarget, emptySegments]) => {
    return { hostFallthrough, ambiguityGuard, emptySegments, ...(sameTarget && { sameTarget }) } as const
  })

/** What happens to a normalised request, by the parts that a proxy is made of. */
function routed(matcher: Matcher<number>, host: string, path: string, { ambiguityGuard, sameTarget }: GuardOptions) {
  const match = matcher.match(host, path)
  if (ambiguityGuard && guardAmbiguity(matcher, host, path, match, sameTarget)) return { outcome: 'badRequest' }
  const isDefault = match === undefined || match.route.fallback === true
  const target = match === undefined ? matcher.defaultTarget : match.route.target
  return { outcome: target === undefined ? 'notFound' : isDefault ? 'defaultBackend' : 'route', target }
}

interface GuardOptions {
  readonly ambiguityGuard: boolean
  readonly sameTarget?: (a: number, b: number) => boolean
}

for (const [name, matcherFor] of [
  ['compiled', compile],
  ['linear', linearMatcher],
] as const) {
  test(`the outcome is that of the ${name} matcher and the ambiguity guard, under the mode asked for and the others`, () => {
    fc.assert(
      fc.property(table, requests, options, (table, requests, options) => {
        const explain = explainer(table, options)
        const matchers = new Map(
          MODES.map(hostFallthrough => [hostFallthrough, matcherFor(table, { hostFallthrough })]),
        )
        for (const request of requests) {
          const explanation = explain(request)
          const host = normaliseHost(request.host)
          const path = normalisePath(request.path, options)
          if (typeof host !== 'string' || typeof path !== 'string') {
            expect(explanation.outcome).toBe('badRequest')
            continue
          }
          const all = [{ hostFallthrough: options.hostFallthrough, ...explanation }, ...explanation.otherwise]
          expect(all.map(({ hostFallthrough }) => hostFallthrough).sort()).toEqual([...MODES].sort())
          for (const { hostFallthrough, outcome, target } of all) {
            const expected = routed(matchers.get(hostFallthrough)!, host, path, options)
            expect({ outcome, target }).toEqual({ target: undefined, ...expected })
          }
        }
      }),
      { numRuns: 200 },
    )
  })
}

test('the candidates are the routes that could be meant, each once, and exactly the winner has not lost', () => {
  fc.assert(
    fc.property(table, requests, options, (table, requests, options) => {
      const explain = explainer(table, options)
      for (const request of requests) {
        const { candidates, winnerIndex, winner, host, code } = explain(request)
        const indexes = candidates.map(({ index }) => index)
        expect(new Set(indexes).size).toBe(indexes.length)
        expect(candidates.filter(({ lost }) => lost === undefined).map(({ index }) => index)).toEqual(
          winnerIndex === undefined ? [] : [winnerIndex],
        )
        expect(winner).toBe(table.routes[winnerIndex ?? -1])
        if (code === 'bad-host' || code === 'bad-path') continue
        const named = table.routes.flatMap((route, index) => (route.host === host.after || !route.host ? [index] : []))
        expect(indexes).toEqual(expect.arrayContaining(named))
      }
    }),
    { numRuns: 200 },
  )
})

test('without the candidates in front of it, a loser that fits wins', () => {
  fc.assert(
    fc.property(table, requests, hostFallthrough, (table, requests, hostFallthrough) => {
      const explain = explainer(table, { hostFallthrough, ambiguityGuard: false })
      for (const request of requests) {
        const fitting = explain(request).candidates.filter(({ pathFits, lost }) => pathFits && lost !== 'host-mismatch')
        for (const [position, { index }] of fitting.entries()) {
          const better = new Set(fitting.slice(0, position).map(({ index }) => index))
          const routes = table.routes.filter((_, other) => !better.has(other))
          // Only with every bucket open does the next in line get the request whatever its host.
          const { winner } = explainer({ ...table, routes }, { hostFallthrough: 'all', ambiguityGuard: false })(request)
          expect(winner).toBe(table.routes[index])
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('an explanation of JSON targets is JSON', () => {
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
  fc.assert(
    fc.property(table, requests, options, (table, requests, options) => {
      for (const request of requests) {
        const explanation = explainer(table, options)(request)
        // `toEqual` takes an absent field for an undefined one, as JSON does.
        expect(plain(explanation)).toEqual(explanation)
      }
    }),
  )
})
