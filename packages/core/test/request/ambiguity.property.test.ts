import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linearMatcher } from '../../src/linear.ts'
import { guardAmbiguity, isAmbiguous } from '../../src/request/ambiguity.ts'
import { interpretations } from '../../src/request/interpretations.ts'
import { normalisePath } from '../../src/request/path.ts'
import type { Route } from '../../src/route-table.ts'
import { trickyPath } from '../arbitraries/hostile.ts'
import { UPSTREAMS } from '../reference/upstreams.ts'

const emptySegments = fc.constantFrom('merge' as const, 'preserve' as const)
const normalPath = fc
  .tuple(trickyPath, emptySegments)
  .map(([path, mode]) => normalisePath(path, { emptySegments: mode }) as string)

const rulePath = fc
  .array(fc.constantFrom('a', 'b', 'admin', 'public'), { maxLength: 3 })
  .map(names => `/${names.join('/')}`)

/** Rules as people write them: without escapes, so that decoded paths can be matched with them as well. */
const routes: fc.Arbitrary<Route<number>[]> = fc
  .array(fc.tuple(rulePath, fc.constantFrom('Exact' as const, 'Prefix' as const), fc.nat(2)), {
    minLength: 1,
    maxLength: 5,
  })
  .map(rules => rules.map(([path, pathType, target]) => ({ host: undefined, path, pathType, target })))

test('what passes the guard goes where every kind of upstream believes it belongs', () => {
  fc.assert(
    fc.property(routes, fc.constantFrom(undefined, 0, 9), normalPath, (rules, defaultTarget, path) => {
      const matcher = linearMatcher({ routes: rules, ...(defaultTarget === undefined ? {} : { defaultTarget }) })
      const destination = (read: string) => matcher.match('h', read)?.route.target ?? matcher.defaultTarget
      const match = matcher.match('h', path)
      fc.pre(destination(path) !== undefined && guardAmbiguity(matcher, 'h', path, match) === undefined)
      for (const [kind, read] of Object.entries(UPSTREAMS)) {
        expect([kind, read(path), destination(read(path))]).toEqual([kind, read(path), destination(path)])
      }
    }),
    { numRuns: 6000 },
  )
})

test('a path that is not ambiguous has one interpretation, itself', () => {
  fc.assert(
    fc.property(normalPath, path => {
      if (!isAmbiguous(path)) expect(interpretations(path)).toEqual([path])
      else expect(interpretations(path)[0]).toBe(path)
    }),
    { numRuns: 5000 },
  )
})

test('interpretations are distinct, absolute, and never longer than the path', () => {
  fc.assert(
    fc.property(normalPath, path => {
      const readings = interpretations(path)
      expect(new Set(readings).size).toBe(readings.length)
      for (const reading of readings) {
        expect(reading.startsWith('/')).toBe(true)
        expect(reading.length).toBeLessThanOrEqual(path.length)
      }
    }),
    { numRuns: 1000 },
  )
})

test('the guard refuses nothing where one destination serves everything, unless there is too much to look at', () => {
  fc.assert(
    fc.property(normalPath, path => {
      const matcher = linearMatcher({ routes: [{ host: undefined, path: '/', pathType: 'Prefix', target: 1 }] })
      expect(guardAmbiguity(matcher, 'h', path, matcher.match('h', path))?.reason).not.toBe('other-destination')
    }),
    { numRuns: 1000 },
  )
})
