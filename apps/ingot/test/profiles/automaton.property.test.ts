import { normalisePath } from '@ingot/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseExpression } from '../../src/profiles/expression.ts'
import { PathAutomaton } from '../../src/profiles/path-automaton.ts'
import { pathExamples } from '../../src/profiles/path-examples.ts'
import { type PathPattern, pathTest } from '../../src/profiles/path-pattern.ts'

/** Small alphabets make patterns meet. */
const element = fc.constantFrom('a', 'A', 'ab', 'aB', 'b', '%2F', 'a;b', '')
const literalPath = fc
  .array(element, { maxLength: 3 })
  .map(elements => normalisePath(`/${elements.join('/')}`) as string)

const source = fc
  .array(fc.constantFrom('/a', '/', 'a', '(/|$)', '(.*)', '[ab]+', 'b?', '(a|B)', '[^/]+', '$', '.', '/a{1,2}', '^'), {
    minLength: 1,
    maxLength: 5,
  })
  .map(parts => `/${parts.join('')}`)
  .filter(text => parseExpression(text) !== undefined)

const pattern: fc.Arbitrary<PathPattern> = fc.oneof(
  literalPath.map(path => ({ kind: 'exact' as const, path })),
  literalPath.map(path => ({ kind: 'elements' as const, path })),
  fc.record({ path: literalPath, ignoreCase: fc.boolean() }).map(rest => ({ kind: 'characters' as const, ...rest })),
  fc
    .record({ source, ignoreCase: fc.boolean(), whole: fc.boolean() })
    .map(rest => ({ kind: 'expression' as const, expression: parseExpression(rest.source)!, ...rest })),
)

const requestPath = fc
  .array(fc.constantFrom('/', 'a', 'A', 'b', 'B', 'x', '%2F', ';', '.', '-'), { maxLength: 8 })
  .map(parts => normalisePath(`/${parts.join('')}`) as string)

/** The expression by the engine of the platform, which the tests may use. */
function byRegExp(one: PathPattern, path: string): boolean {
  if (one.kind !== 'expression') return pathTest(one)(path)
  return new RegExp(`^(?:${one.source})${one.whole ? '$' : ''}`, one.ignoreCase ? 'i' : '').test(path)
}

it('fits a path with an expression wherever the regular expressions of JavaScript do', () => {
  fc.assert(
    fc.property(pattern, requestPath, (one, path) => {
      expect(pathTest(one)(path)).toBe(byRegExp(one, path))
    }),
    { numRuns: 3000 },
  )
})

it('finds an example for every way in which any path fits a set of patterns', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 5 }), fc.array(requestPath, { maxLength: 20 }), (patterns, paths) => {
      const fitting = (path: string) => patterns.map(one => byRegExp(one, path)).join()
      const examples = pathExamples(patterns)
      const known = new Set(examples.paths.map(fitting))
      expect(examples.complete).toBe(true)
      for (const path of paths) expect(known).toContain(fitting(path))
    }),
    { numRuns: 500 },
  )
})

it('gives only examples that are normalised paths, none twice', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 5 }), patterns => {
      const { paths } = pathExamples(patterns)
      expect(paths.map(path => normalisePath(path))).toEqual(paths)
      expect(new Set(paths).size).toBe(paths.length)
    }),
    { numRuns: 300 },
  )
})

it('says when it gives up', () => {
  const expression = parseExpression('/(a|b)*a(a|b){12}')!
  const one = { kind: 'expression', source: '', expression, whole: true, ignoreCase: false } as const
  expect([...new PathAutomaton([one]).examples(1000)].at(-1)).toBeUndefined()
})

it('answers for an expression that makes other engines backtrack', () => {
  const one = {
    kind: 'expression',
    source: '',
    expression: parseExpression('/(a+)+b')!,
    whole: true,
    ignoreCase: false,
  } as const
  expect(pathTest(one)(`/${'a'.repeat(5000)}`)).toBe(false)
})

it.each([
  '(?=a)',
  '\\1',
  '(a',
  'a)',
  '[a',
  '(*)',
  'a**+',
  '\\bfoo',
  'é',
  '[[:alpha:]]',
  '(?!api).*',
  'a{2000}',
  '('.repeat(60),
])('does not pretend to understand %s', text => {
  expect(parseExpression(`/${text}`)).toBeUndefined()
})
