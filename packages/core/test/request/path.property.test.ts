import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linearMatcher } from '../../src/linear.ts'
import { normalisePath, type PathOptions } from '../../src/request/path.ts'
import type { RouteTable } from '../../src/route-table.ts'
import { hostilePath, pathOptions, trickyPath } from '../arbitraries/hostile.ts'
import { referencePath } from '../reference/normalise-path.ts'

const hostile = [hostilePath, pathOptions] as const

/** What normalisation answers, in the reference's words. */
function answer(path: string, options?: PathOptions) {
  const result = normalisePath(path, options)
  return typeof result === 'string' ? { path: result } : { reason: result.reason }
}

test('normalisation equals the reference, which follows semantics 8 and RFC 3986 step by step', () => {
  fc.assert(
    fc.property(...hostile, (path, options) => {
      expect(answer(path, options)).toEqual(referencePath(path, options))
    }),
    { numRuns: 3000 },
  )
})

test('normalisation is idempotent', () => {
  fc.assert(
    fc.property(...hostile, (path, options) => {
      const once = normalisePath(path, options)
      if (typeof once === 'string') expect(normalisePath(once, options)).toBe(once)
    }),
    { numRuns: 2000 },
  )
})

test('a normalised path holds nothing that is refused, no needless escape, no dot segment, and is no longer', () => {
  fc.assert(
    fc.property(...hostile, (path, options) => {
      const normal = normalisePath(path, options)
      if (typeof normal !== 'string') return
      expect(normal).toMatch(/^\/(?:[!-~]*)$/)
      expect(normal).not.toMatch(/[\\#?]|%(?![0-9A-F]{2})|%00/)
      expect(normal).not.toMatch(/%(?:4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE]|3[0-9]|2[DE])/)
      expect(normal.split('/')).not.toContain('.')
      expect(normal.split('/')).not.toContain('..')
      expect(normal.length).toBeLessThanOrEqual(Math.max(path.length, 1))
      if (options.emptySegments !== 'preserve') expect(normal).not.toContain('//')
      if ((options.encodedSlash ?? 'keep') !== 'keep') expect(normal).not.toMatch(/%2F|%5C/)
    }),
    { numRuns: 2000 },
  )
})

const names = ['a', 'admin', 'public', 'b', '@', 'a%2Fb', 'a;v=1']
const rulePath = fc.array(fc.constantFrom(...names), { maxLength: 3 }).map(elements => `/${elements.join('/')}`)
const table: fc.Arbitrary<RouteTable<number>> = fc
  .array(fc.tuple(rulePath, fc.constantFrom('Exact' as const, 'Prefix' as const)), { maxLength: 6 })
  .map(rules => ({ routes: rules.map(([path, pathType], target) => ({ host: undefined, path, pathType, target })) }))

/** Which rule takes the elements of a path, by the words of semantics 7.2 to 7.5 and without a matcher. */
function ruleFor({ routes }: RouteTable<number>, path: string): number | undefined {
  const elements = path.split('/').slice(1)
  const takes = routes.filter(route => {
    const rule = route.path.split('/').slice(1)
    if (rule.at(-1) === '' && route.pathType === 'Prefix') rule.pop()
    const leading = elements.slice(0, route.pathType === 'Exact' ? elements.length : rule.length)
    return JSON.stringify(leading) === JSON.stringify(rule)
  })
  const rank = (route: (typeof takes)[number]) => (route.pathType === 'Exact' ? 1e6 : route.path.length)
  return takes.toSorted((a, b) => rank(b) - rank(a))[0]?.target
}

test('a request is routed by its normalised path as by what the reference makes of it, never by another rule', () => {
  fc.assert(
    fc.property(table, trickyPath, (routes, path) => {
      const reference = referencePath(path)
      if (!('path' in reference)) throw new Error(`the generator made a path that is refused: ${reference.reason}`)
      const matched = linearMatcher(routes).match('h', normalisePath(path) as string)
      expect(matched?.route.target).toBe(ruleFor(routes, reference.path))
    }),
    { numRuns: 2000 },
  )
})

test('a path costs time in proportion to its length, however it is nested', () => {
  const unbounded = { maxLength: Number.POSITIVE_INFINITY, maxElements: Number.POSITIVE_INFINITY }
  // A quadratic way through would be a minute's work: 10^12 steps, and no test of this project is given so long.
  for (const part of ['/..', '/a/..', '/.', '//', '/a', '%2e', '/%2e%2e']) {
    expect(typeof normalisePath(`/${part.repeat(1_000_000)}`, unbounded)).toBe('string')
  }
})
