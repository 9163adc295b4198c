import { expect, test } from 'vitest'
import { compile, matchBytes, type Route } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state >>> 8
  }
}

function agreeOn(routes: readonly Route<number>[], requests: readonly (readonly [string, string])[]): void {
  const compiled = compile({ routes })
  const linear = linearMatcher({ routes })
  const encoder = new TextEncoder()
  for (const [host, path] of requests) {
    const expected = linear.match(host, path)
    expect(compiled.match(host, path), `${host}${path}`).toEqual(expected)
    const bytes = encoder.encode(host + path)
    expect(matchBytes(compiled, bytes, 0, host.length, host.length, bytes.length), `${host}${path}`).toEqual(expected)
  }
}

test('a host with thousands of long paths is matched as the reference does', () => {
  const random = numbers(1)
  const word = () => (random.next().value % 500).toString(36).repeat(1 + (random.next().value % 9))
  const path = () => `/${Array.from({ length: 1 + (random.next().value % 4) }, word).join('/')}`
  const routes = Array.from({ length: 9_000 }, (_, target): Route<number> => {
    const kind = random.next().value % 3
    return { host: 'h', path: kind === 2 ? `${path()}/` : path(), pathType: kind === 0 ? 'Exact' : 'Prefix', target }
  })
  const requests = Array.from({ length: 150 }, (_, index): [string, string] => {
    const near = (routes[(index * 37) % routes.length] as Route<number>).path
    return ['h', index % 3 === 0 ? near : index % 3 === 1 ? `${near}/${word()}` : `${near}${word()}`]
  })
  agreeOn(routes, requests)
})

test('paths that nest a thousand deep are matched as the reference does', () => {
  const routes = Array.from({ length: 1_000 }, (_, depth): Route<number> => {
    return { host: 'h', path: '/a'.repeat(depth + 1), pathType: depth % 2 === 0 ? 'Prefix' : 'Exact', target: depth }
  })
  const requests = [1, 2, 3, 500, 999, 1000, 1001, 1500].flatMap((depth): [string, string][] => [
    ['h', '/a'.repeat(depth)],
    ['h', `${'/a'.repeat(depth)}b`],
    ['h', `/b${'/a'.repeat(depth)}`],
    ['h', `${'/a'.repeat(depth)}/`],
  ])
  agreeOn(routes, requests)
})

test('labels of thousands of characters are matched as the reference does', () => {
  const long = 'x'.repeat(8_000)
  const routes: Route<number>[] = [
    { host: 'h', path: `/${long}`, pathType: 'Prefix', target: 0 },
    { host: 'h', path: `/${long}/a`, pathType: 'Exact', target: 1 },
    { host: 'h', path: `/${long}y`, pathType: 'Exact', target: 2 },
  ]
  agreeOn(
    routes,
    ['', '/', '/a', '/a/', 'y', 'yy', 'z'].map(end => ['h', `/${long}${end}`] as const),
  )
  agreeOn(routes, [
    ['h', `/${long.slice(1)}`],
    ['h', `/y${long.slice(1)}`],
  ])
})

test('thousands of hosts are matched as the reference does', () => {
  const routes = Array.from({ length: 5_000 }, (_, target): Route<number> => {
    const name = `${target % 7}x${target}.example${target % 3}.com`
    return { host: target % 10 === 0 ? `*.${name}` : name, path: '/', pathType: 'Prefix', target }
  })
  const hosts = routes.filter((_, index) => index % 97 === 0).map(route => route.host as string)
  agreeOn(
    routes,
    hosts.flatMap(host =>
      [host, host.replace('*', 'a'), `b.${host}`, host.replace('com', 'org')].map(name => [name, '/p'] as const),
    ),
  )
})
