import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Changes,
  type CompiledMatcher,
  compact,
  compile,
  matchBytes,
  measure,
  type Route,
  type RouteTable,
  RouteTableError,
  update,
} from '../src/index.ts'
import { hostPattern, requestHost, requestPath, tableArbitrary } from './arbitraries.ts'

/** What a table is after changes, host by host: the meaning of `update`. */
function applied(table: RouteTable<number>, { upsert, remove = [], ...rest }: Changes<number>): RouteTable<number> {
  const named = new Set([...(upsert?.routes ?? []).map(route => route.host), ...(upsert?.hosts ?? [])])
  const stays = (host: string | undefined) => !named.has(host) && !remove.includes(host)
  return {
    routes: [...table.routes.filter(route => stays(route.host)), ...(upsert?.routes ?? [])],
    hosts: [...(table.hosts ?? []).filter(stays), ...(upsert?.hosts ?? [])],
    ...('defaultTarget' in rest ? rest : { defaultTarget: table.defaultTarget }),
  } as RouteTable<number>
}

const changes: fc.Arbitrary<Changes<number>> = fc.record(
  {
    upsert: tableArbitrary(6).map(({ routes, hosts }) => ({ routes, hosts: hosts ?? [] })),
    remove: fc.array(hostPattern, { maxLength: 3 }),
    defaultTarget: fc.option(fc.nat(), { nil: undefined }),
  },
  { requiredKeys: [] },
)
const requests = fc.array(fc.tuple(requestHost, requestPath), { minLength: 15, maxLength: 15 })

function expectSame(matcher: CompiledMatcher<number>, table: RouteTable<number>, requests: [string, string][]): void {
  const fresh = compile(table)
  expect(matcher.defaultTarget).toBe(fresh.defaultTarget)
  const encoder = new TextEncoder()
  for (const [host, path] of requests) {
    const expected = fresh.match(host, path)
    expect(matcher.match(host, path), `${host} ${path}`).toEqual(expected)
    const [hostBytes, pathBytes] = [encoder.encode(host), encoder.encode(path)]
    const bytes = Uint8Array.of(...hostBytes, ...pathBytes)
    expect(matchBytes(matcher, bytes, 0, hostBytes.length, hostBytes.length, bytes.length), path).toEqual(expected)
  }
}

test('after any run of updates a matcher equals a fresh compile, and every older one stays as it was', () => {
  const run = fc.array(fc.tuple(changes, fc.constantFrom('keep', 'keep', 'compact', 'fork')), { maxLength: 12 })
  fc.assert(
    fc.property(tableArbitrary(20), run, requests, (first, steps, requests) => {
      const states = [{ table: first, matcher: compile(first) }]
      for (const [step, then] of steps) {
        const from = states[then === 'fork' ? 0 : states.length - 1] as (typeof states)[0]
        const updated = update(from.matcher, step)
        states.push({ table: applied(from.table, step), matcher: then === 'compact' ? compact(updated) : updated })
      }
      for (const { table, matcher } of states) expectSame(matcher, table, requests)
    }),
    { numRuns: 150 },
  )
})

const route = (host: string | undefined, path: string, target: number): Route<number> => {
  return { host, path, pathType: 'Prefix', target }
}

test('thousands of updates of a few hosts end where a fresh compile does, in bounded memory', () => {
  let matcher = compile<number>({ routes: [] })
  const latest = new Map<string, Route<number>[]>()
  let largest = 0
  for (let turn = 0; turn < 5_000; turn++) {
    const host = `host${(turn * 7) % 50}.example.com`
    const routes = Array.from({ length: 1 + (turn % 5) }, (_, index) =>
      route(host, `/${'deep/'.repeat(index)}${turn}`, turn),
    )
    matcher = turn % 11 === 0 ? update(matcher, { remove: [host] }) : update(matcher, { upsert: { routes } })
    if (turn % 11 === 0) latest.delete(host)
    else latest.set(host, routes)
    largest = Math.max(largest, measure(matcher).bytes)
  }
  const table = { routes: [...latest.values()].flat() }
  expectSame(
    matcher,
    table,
    table.routes.map(({ host, path }) => [host as string, `${path}/x`]),
  )
  expect(largest).toBeLessThan(1_000_000)
  expect(measure(compact(matcher)).bytes).toBeLessThan(2 * measure(compile(table)).bytes)
})

test('an update that brings hosts made to collide is answered by another way of hashing', () => {
  // The names differ in one character each, at a place that other names give no reason to look at.
  const base = 'a'.repeat(60)
  const twins = Array.from({ length: 500 }, (_, index) => {
    const place = 20 + (index % 30)
    return `${base.slice(0, place)}${String.fromCharCode(98 + Math.floor(index / 30))}${base.slice(place + 1)}.example.com`
  })
  const matcher = update(compile({ routes: [route('shop.example.com', '/', 0)] }), {
    upsert: { routes: twins.map((host, index) => route(host, '/', index)) },
  })
  expect(measure(matcher).longestChain).toBeLessThanOrEqual(64)
  twins.forEach((host, index) => {
    expect(matcher.match(host, '/')?.route.target).toBe(index)
  })
})

test('an update shares the matches of hosts that did not change', () => {
  const before = compile({ routes: [route('a.com', '/', 1), route('b.com', '/', 2)] })
  const after = update(before, { upsert: { routes: [route('b.com', '/', 3)] } })
  expect(after.match('a.com', '/')).toBe(before.match('a.com', '/'))
  expect(before.match('b.com', '/')?.route.target).toBe(2)
  expect(after.match('b.com', '/')?.route.target).toBe(3)
})

test('until a compaction is due, what earlier updates of a large table have written is not moved', () => {
  const hosts = Array.from({ length: 2_000 }, (_, index) => `app${index}.example.com`)
  const compiled = compile({
    routes: hosts.flatMap((host, index) => [route(host, '/', index), route(host, '/a/b', 0)]),
  })
  const changed = hosts.slice(0, 200).map(host => ({ upsert: { routes: [route(host, '/c/d/e', 1)] } }))
  let matcher = update(compiled, changed[0]!)
  const words = matcher.recent?.words
  for (const changes of changed) matcher = update(matcher, changes)
  expect(matcher.base).toBe(compiled.base)
  expect(matcher.recent?.words).toBe(words)
})

test.each<[string, Changes<number>, string]>([
  ['a path that is not normalised', { upsert: { routes: [route('a.com', '/a/../b', 1)] } }, 'routes[0].path'],
  ['a host that is none', { upsert: { routes: [], hosts: ['A.com'] } }, 'hosts[0].host'],
  ['a host to remove that is none', { remove: ['a.com', '*'] }, 'remove[1].host'],
])('an update is refused with %s', (_, changes, field) => {
  const matcher = compile<number>({ routes: [] })
  expect(() => update(matcher, changes)).toThrow(RouteTableError)
  expect(() => update(matcher, changes)).toThrow(field)
})

test('every step on the way through many compactions, and every fork of it, answers as a fresh compile does', () => {
  const hostOf = (number: number) => `${number % 9 === 0 ? '*' : `app${number}`}.team${number}.example.com`
  let table: RouteTable<number> = {
    routes: Array.from({ length: 600 }, (_, index) => route(hostOf(index), '/', index)),
  }
  let matcher = compile(table)
  let compactions = 0
  for (let turn = 0; turn < 500; turn++) {
    const host = hostOf((turn * 37) % 700)
    const changes = turn % 5 === 0 ? { remove: [host] } : { upsert: { routes: [route(host, `/${turn}`, turn)] } }
    const before = matcher
    matcher = update(before, changes)
    table = applied(table, changes)
    if (matcher.base !== before.base) compactions++
    const isBusy = matcher.compaction !== undefined || matcher.base !== before.base
    if (!isBusy || turn % 10 !== 0) continue
    const requests = [...table.routes, ...(changes.upsert?.routes ?? [])].map(({ host, path }): [string, string] => {
      return [(host as string).replace('*', 'any'), path]
    })
    expectSame(matcher, table, [...requests, [host.replace('*', 'any'), '/']])
    const fork = update(before, { remove: [hostOf(1)] })
    expect(fork.match(hostOf(1), '/')).toBeUndefined()
  }
  expect(compactions).toBeGreaterThan(1)
})
