import fc from 'fast-check'
import type { Route, RouteTable } from '../src/index.ts'

/** Few and similar parts, so that generated routes and requests meet, share prefixes, and differ late. */
const label = fc.constantFrom('a', 'b', 'ab', 'a-b', 'x'.repeat(61), '0', '1', '127')
const element = fc.constantFrom('a', 'b', 'ab', 'aa', 'A', 'a%2Fb', 'a;v=1', '~', 'long-element-'.repeat(9))

const preciseHost = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map(labels => labels.join('.'))
  .filter(host => !/^[\d.]+$/.test(host))
const wildcardHost = fc.array(label, { minLength: 1, maxLength: 3 }).map(labels => ['*', ...labels].join('.'))
/** A host as a route writes it. */
export const hostPattern = fc.oneof(preciseHost, wildcardHost, fc.constant(undefined))

const elements = fc.array(element, { maxLength: 4 }).map(parts => parts.map(part => `/${part}`).join(''))
const rulePath = fc.tuple(elements, fc.constantFrom('', '/')).map(([path, end]) => path + end || '/')

function routeArbitrary(target: number): fc.Arbitrary<Route<number>> {
  return fc
    .record({ host: hostPattern, path: rulePath, pathType: fc.constantFrom('Exact', 'Prefix'), kind: fc.nat(7) })
    .map(({ host, path, pathType, kind }) =>
      kind === 0 ? { host, path: '/', pathType: 'Prefix', target, fallback: true } : { host, path, pathType, target },
    )
}

/** A valid route table of up to `maxLength` routes; each target is the position of its route. */
export function tableArbitrary(maxLength: number): fc.Arbitrary<RouteTable<number>> {
  return fc.record({
    routes: fc.nat(maxLength).chain(length => fc.tuple(...Array.from({ length }, (_, index) => routeArbitrary(index)))),
    hosts: fc.array(hostPattern, { maxLength: 2 }),
    defaultTarget: fc.constant(-1),
  })
}

/** A request's host: often one that some pattern covers, sometimes an address, nothing, or a string no client may send. */
export const requestHost = fc.oneof(
  { weight: 8, arbitrary: fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.')) },
  { weight: 2, arbitrary: fc.constantFrom('', '127.0.0.1', '1.0.0.1', '[::1]', '[::ffff:1.0.0.1]', 'a.127.0.0.1') },
  { weight: 1, arbitrary: fc.constantFrom('.a', '*.a', '*', '.', 'a.', 'a..b', '\u0161.b', 'a\u0000', '\u{1F600}') },
)

/** A request's path: often one that some pattern covers, sometimes a string no normalisation returns. */
export const requestPath = fc.oneof(
  { weight: 8, arbitrary: rulePath },
  { weight: 2, arbitrary: fc.tuple(rulePath, rulePath).map(([front, back]) => front + back) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'a', '//', '/\u0161', '/a\u0000', '/a/\u{1F600}', '/\uD800', '/aLONG'.repeat(99)),
  },
)
