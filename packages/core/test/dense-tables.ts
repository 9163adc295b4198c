import fc from 'fast-check'
import type { Route, RouteTable } from '../src/index.ts'

/**
 * So few hosts and paths that most routes of a table compete, and most requests find several that fit. All that is
 * written in other words elsewhere is here too: both slash forms, default backends, addresses, names made up as fresh.
 */
const hostPattern = fc.constantFrom(
  undefined,
  'a.b',
  'c.a.b',
  'b',
  'other.b',
  '*.b',
  '*.a.b',
  '*.example',
  'other.example',
  '*.0.0.1',
  `${`${'x'.repeat(62)}.`.repeat(3)}${'y'.repeat(62)}`,
  `*.${`${'x'.repeat(62)}.`.repeat(3)}${'y'.repeat(62)}`,
)
const rulePath = fc.constantFrom(
  ...['/', '/a', '/a/', '/a/b', '/a/b/', '/ab', '/a/other', '/other', '/a%2Fb', '/a%2Fb/c', '/a;v=1', '/a%5Cb/'],
)

const route = fc
  .record({ host: hostPattern, path: rulePath, pathType: fc.constantFrom('Exact', 'Prefix'), kind: fc.nat(9) })
  .map(
    ({ host, path, pathType, kind }): Omit<Route<number>, 'target'> =>
      kind === 0 ? { host, path: '/', pathType: 'Prefix', fallback: true } : { host, path, pathType },
  )

/** A valid table of at most `maxLength` routes; the target of each is its position. */
export function denseTable(maxLength: number): fc.Arbitrary<RouteTable<number>> {
  return fc
    .record({ routes: fc.array(route, { maxLength }), hosts: fc.array(hostPattern, { maxLength: 2 }) })
    .map(({ routes, hosts }) => ({ routes: routes.map((route, target) => ({ ...route, target })), hosts }))
}

/** A normalised host, or `''` for a request without one. */
export const denseHost = fc.constantFrom(
  ...[
    '',
    'b',
    'a.b',
    'c.b',
    'c.a.b',
    'd.a.b',
    'e.d.a.b',
    'other.b',
    'other.example',
    'z',
    '127.0.0.1',
    'a.0.0.1',
    '[::1]',
  ],
  `z.${`${'x'.repeat(62)}.`.repeat(3)}${'y'.repeat(61)}`,
)

/** A normalised path. */
export const densePath = fc
  .tuple(rulePath, fc.constantFrom('', '/', '/b', '/b/', '/other', '/c%2Fd', 'x'))
  .map(([path, more]) => (path.endsWith('/') && more.startsWith('/') ? path + more.slice(1) : path + more))
