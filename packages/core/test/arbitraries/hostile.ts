import fc from 'fast-check'
import type { PathOptions } from '../../src/request/path.ts'

/** What parsers, decoders and file systems have been fooled with, in pieces. */
const trick = fc.constantFrom(
  '/',
  '//',
  '.',
  '..',
  '...',
  ';',
  ';v=1',
  '%2e',
  '%2E',
  '%2F',
  '%2f',
  '%5C',
  '%5c',
  '%3B',
  '%3F',
  '%23',
  '%25',
  '%252e',
  '%252f',
  '%20',
  '%09',
  '%0A',
  '%7F',
  '%7e',
  '%40',
  '%C0%AE',
  '%c0%af',
  '%C0.',
  '%C1%9C',
  '%C1%1C',
  '%E0%80%AE',
  '%E0%80%AF',
  '%F0%80%80%AF',
  '%EF%BC%8E',
  '%EF%BC%8F',
  '%C3%A9',
  '%FF',
)

/** What is refused wherever it stands. */
const refused = fc.constantFrom(
  '\\',
  '#',
  '?',
  ' ',
  '\t',
  '\r\n',
  '\u0000',
  '\u007f',
  '%',
  '%0',
  '%00',
  '%zz',
  '%u002e',
  '%%32%65',
  '\u00e9',
  '\uff0e',
  '\u{1f600}',
  '\ud800',
)

const word = fc.constantFrom('admin', 'public', 'a', 'b', 'x.y', '%61', '%61dmin', 'Admin', '-', '~', '@', ':', 'a%20b')

/** The names of a route table, and tricks around and inside them. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constant('/') },
  { weight: 4, arbitrary: word },
  { weight: 5, arbitrary: trick },
)
const anything = fc.oneof({ weight: 20, arbitrary: piece }, { weight: 1, arbitrary: refused })

const joined = (pieces: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(pieces, { maxLength }).map(parts => parts.join(''))

const long = fc.tuple(piece, fc.integer({ min: 1, max: 3000 })).map(([part, times]) => part.repeat(times))
const deep = fc
  .tuple(
    fc.constantFrom('/a', '/..', '/.', '//', '/a/..', '/%2e%2e', '%2F..', '/..;'),
    fc.integer({ min: 1, max: 1500 }),
  )
  .map(([part, times]) => part.repeat(times))

/** A path as the worst of clients would write it; many are refused. */
export const hostilePath: fc.Arbitrary<string> = fc.oneof(
  { weight: 10, arbitrary: joined(anything, 14).map(path => `/${path}`) },
  { weight: 2, arbitrary: fc.tuple(deep, joined(anything, 6)).map(([front, back]) => `/${front}${back}`) },
  { weight: 1, arbitrary: fc.tuple(long, joined(anything, 6)).map(([front, back]) => `/${front}${back}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 30 }).map(path => `/${path}`) },
)

/** A path without anything that is refused by default: every one of them reaches a matcher. */
export const trickyPath: fc.Arbitrary<string> = joined(piece, 10).map(path => `/${path}`)

export const pathOptions: fc.Arbitrary<PathOptions> = fc.record(
  {
    emptySegments: fc.constantFrom('merge', 'preserve', 'reject'),
    encodedSlash: fc.constantFrom('keep', 'reject', 'decode'),
    aboveRoot: fc.constantFrom('clamp', 'refuse'),
    maxLength: fc.constantFrom(5, 8192, 100_000),
    maxElements: fc.constantFrom(2, 1024, 100_000),
  },
  { requiredKeys: [] },
)

const label = fc.constantFrom(
  'a',
  'foo',
  'FOO',
  'x-1',
  '_x',
  'xn--bcher-kva',
  '127',
  '0',
  '256',
  '010',
  'b'.repeat(63),
  'b'.repeat(64),
)
const hostTrick = fc.constantFrom(
  '.',
  '..',
  ':',
  '::',
  ':80',
  ':65536',
  ':x',
  '[',
  ']',
  '@',
  '%',
  '*',
  ',',
  ' ',
  '/',
  '\u0000',
  '\u00e9',
)
const group = fc.constantFrom('0', '1', 'db8', 'FFFF', '12345', '', '1.2.3.4', '256.1.1.1', '%eth0')

/** What may stand in a Host header where nobody checks it. */
export const hostileAuthority: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.array(label, { minLength: 1, maxLength: 6 }).map(labels => labels.join('.')) },
  { weight: 5, arbitrary: joined(fc.oneof({ weight: 3, arbitrary: label }, { weight: 2, arbitrary: hostTrick }), 9) },
  { weight: 3, arbitrary: fc.tuple(fc.ipV4(), hostTrick).map(([address, end]) => address + end) },
  { weight: 3, arbitrary: fc.tuple(fc.ipV6(), hostTrick).map(([address, end]) => `[${address}]${end}`) },
  { weight: 3, arbitrary: fc.array(group, { maxLength: 10 }).map(groups => `[${groups.join(':')}]`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)
