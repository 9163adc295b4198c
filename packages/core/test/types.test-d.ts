import { expectTypeOf, test } from 'vitest'
import {
  type CompiledMatcher,
  compile,
  fromShared,
  guardAmbiguity,
  type HostRefusal,
  type Match,
  matchBytes,
  normaliseHost,
  type RouteTable,
  type SharedMatcher,
  toShared,
  update,
} from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'

const matcher = compile({ routes: [{ host: 'a.com', path: '/', pathType: 'Prefix', target: { port: 80 } }] })

test('what routes carry is inferred, from the table to the match', () => {
  expectTypeOf(matcher).toEqualTypeOf<CompiledMatcher<{ port: number }>>()
  expectTypeOf(matcher.match('a.com', '/')).toEqualTypeOf<Match<{ port: number }> | undefined>()
  expectTypeOf(matcher.match('a.com', '/')!.route.target.port).toBeNumber()
  expectTypeOf(matchBytes(matcher, new Uint8Array(), 0, 0, 0, 0)).toEqualTypeOf<Match<{ port: number }> | undefined>()
  expectTypeOf(matcher.defaultTarget).toEqualTypeOf<{ port: number } | undefined>()
  expectTypeOf(linearMatcher({ routes: [], defaultTarget: 'x' }).defaultTarget).toEqualTypeOf<string | undefined>()
})

test('updates and other threads keep it', () => {
  expectTypeOf(update(matcher, { remove: ['a.com'] })).toEqualTypeOf<CompiledMatcher<{ port: number }>>()
  expectTypeOf(toShared(matcher)).toEqualTypeOf<SharedMatcher<{ port: number }>>()
  expectTypeOf(fromShared(toShared(matcher))).toEqualTypeOf<CompiledMatcher<{ port: number }>>()
  // @ts-expect-error A route of another kind does not fit this matcher.
  update(matcher, { upsert: { routes: [{ host: 'a.com', path: '/', pathType: 'Prefix', target: 'text' }] } })
})

test('destinations are compared as what routes carry', () => {
  const match = matcher.match('a.com', '/')
  guardAmbiguity(matcher, 'a.com', '/', match, (a, b) => {
    expectTypeOf(a).toEqualTypeOf<{ port: number }>()
    return a.port === b.port
  })
})

test('a path type is one of two words, and a host may be refused', () => {
  // @ts-expect-error There is no such path type.
  compile({ routes: [{ host: 'a.com', path: '/', pathType: 'Regex', target: 1 }] })
  expectTypeOf<RouteTable<number>['routes'][number]['pathType']>().toEqualTypeOf<'Exact' | 'Prefix'>()
  expectTypeOf(normaliseHost('a')).toEqualTypeOf<string | HostRefusal>()
})
