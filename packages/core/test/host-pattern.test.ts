import { expect, test } from 'vitest'
import { parseHostPattern } from '../src/request/host.ts'

test.each([
  [undefined, { kind: 'none' }],
  ['foo.com', { kind: 'exact', host: 'foo.com' }],
  ['localhost', { kind: 'exact', host: 'localhost' }],
  ['a-b.c--d.x1', { kind: 'exact', host: 'a-b.c--d.x1' }],
  ['127.1', { kind: 'exact', host: '127.1' }],
  ['256.0.0.1', { kind: 'exact', host: '256.0.0.1' }],
  [`${'a'.repeat(63)}.com`, { kind: 'exact', host: `${'a'.repeat(63)}.com` }],
  ['*.foo.com', { kind: 'wildcard', suffix: '.foo.com' }],
  ['*.com', { kind: 'wildcard', suffix: '.com' }],
  // The API server accepts this one, although it reads like addresses; none of them may match it (semantics 1.9).
  ['*.0.0.1', { kind: 'wildcard', suffix: '.0.0.1' }],
])('semantics 2.1: a rule may have the host %j', (host, pattern) => {
  expect(parseHostPattern(host)).toEqual(pattern)
})

test.each([
  '',
  '*',
  '*.',
  '.',
  '*foo.com',
  'foo*.com',
  'foo.*.com',
  '*.*.com',
  '*.*',
  '.foo.com',
  'foo.com.',
  'foo..com',
  '*..com',
  'Foo.com',
  'foo.com:80',
  'foo_bar.com',
  '__proto__',
  '-foo.com',
  'foo-.com',
  'foo com',
  'b\u00fccher.example',
  'foo.com\n',
  'foo/bar',
  '127.0.0.1',
  '010.0.0.1',
  '::1',
  '[::1]',
  `${'a'.repeat(64)}.com`,
  'a.'.repeat(127).concat('a'),
  `*.${'a.'.repeat(125)}aa`,
])('semantics 2.1: no rule may have the host %j', host => {
  expect(parseHostPattern(host)).toBeUndefined()
})

test('semantics 2.1: 253 characters are the most, the wildcard counted', () => {
  const longest = `${'a.'.repeat(126)}a`
  expect(parseHostPattern(longest)).toEqual({ kind: 'exact', host: longest })
  expect(parseHostPattern(`*.${longest.slice(2)}`)?.kind).toBe('wildcard')
})
