import {
  compile,
  fromShared,
  guardAmbiguity,
  type Matcher,
  matchBytes,
  normaliseHost,
  normalisePath,
  type Route,
  toShared,
  update,
} from '../../src/index.ts'

const hosts = [undefined, 'shop.example.com', '*.example.com', 'a.b.example.com', '*.0.0.1', 'xn--bcher-kva.example']
const paths = ['/', '/a', '/a/', '/a/b', '/a/b%2Fc', '/api/v1/:id', '/*', `/${'long'.repeat(500)}`, '/a%C3%A9']
const authorities = [
  'SHOP.example.com:443',
  'any.example.com.',
  '127.0.0.1',
  '[::1]:80',
  'a..b',
  'a.b.example.com',
  'app7.example.com',
  '',
]
const targets = [
  '/a/../a/b',
  '/a/b/c',
  '//a',
  '/a%2fb',
  '/a/..%2f..%2fapi',
  '/%61',
  '/a b',
  '/é',
  '/api/v1/:id',
  '/ab',
  '/7/x',
]

/** Everything that the package does with some requests, in a form that every runtime must give alike. */
export function conformance(): string[] {
  const routes = hosts.flatMap((host, first): Route<string>[] => {
    return paths.flatMap((path, index) => [
      { host, path, pathType: index % 2 === 0 ? 'Prefix' : 'Exact', target: `${first}.${index}` },
    ])
  })
  const compiled = compile({ routes, defaultTarget: 'none' }, { hostFallthrough: 'wildcard' })
  const many = Array.from({ length: 500 }, (_, index) => {
    return { host: `app${index}.example.com`, path: `/${index}`, pathType: 'Prefix' as const, target: `new ${index}` }
  })
  const updated = update(compiled, { upsert: { routes: many }, remove: ['a.b.example.com'] })
  return [compiled, updated, fromShared(structuredClone(toShared(updated)))].flatMap(matcher => [
    ...answers(matcher),
    ...answers({ ...matcher, match: (host, path) => matchEncoded(matcher, host, path) }),
  ])
}

function answers(matcher: Matcher<string>): string[] {
  return authorities.flatMap(authority => targets.map(target => answer(matcher, authority, target)))
}

function answer(matcher: Matcher<string>, authority: string, target: string): string {
  const host = normaliseHost(authority)
  const path = normalisePath(target)
  if (typeof host !== 'string') return host.reason
  if (typeof path !== 'string') return path.reason
  const match = matcher.match(host, path)
  const refusal = guardAmbiguity(matcher, host, path, match)
  return `${host} ${path} ${match?.route.target} ${match?.host} ${match?.path} ${refusal?.reason}`
}

function matchEncoded(matcher: Parameters<typeof matchBytes<string>>[0], host: string, path: string) {
  const bytes = new TextEncoder().encode(host + path)
  return matchBytes(matcher, bytes, 0, host.length, host.length, bytes.length)
}
