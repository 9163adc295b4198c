import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile.ts'
import { linearMatcher } from '../../src/linear.ts'
import type { Matcher } from '../../src/matcher.ts'
import { guardAmbiguity, isAmbiguous } from '../../src/request/ambiguity.ts'
import { normaliseHost } from '../../src/request/host.ts'
import { interpretations } from '../../src/request/interpretations.ts'
import { normalisePath } from '../../src/request/path.ts'
import type { Route } from '../../src/route-table.ts'
import { BYPASS_CASES, type BypassCase, type Outcome, TABLES } from '../bypass-cases.ts'

/** The life of a request as far as its target is known. */
function outcomeOf(matcher: Matcher<Outcome>, { host: authority = 'a.test', target, options }: BypassCase): Outcome {
  const host = normaliseHost(authority)
  if (typeof host !== 'string') return host.code
  const path = normalisePath(target.split('?')[0] as string, options)
  if (typeof path !== 'string') return path.code
  const match = matcher.match(host, path)
  return guardAmbiguity(matcher, host, path, match)?.code ?? match?.route.target ?? 'not-found'
}

describe.each([
  ['compiled', compile],
  ['linear', linearMatcher],
] as const)('with the %s matcher, a request', (_, matcherFor) => {
  test.each(BYPASS_CASES)('that $trick ($routes: $host $target) ends in $outcome', bypass => {
    expect(outcomeOf(matcherFor(TABLES[bypass.routes]), bypass)).toBe(bypass.outcome)
  })
})

describe('guardAmbiguity', () => {
  const route = (path: string, target: string): Route<string> => ({ host: undefined, path, pathType: 'Prefix', target })
  const guard = (matcher: Matcher<string>, path: string, same?: (a: string, b: string) => boolean) =>
    guardAmbiguity(matcher, 'h', path, matcher.match('h', path), same)

  test('lets pass what leads to the same destination by other routes', () => {
    const matcher = compile({ routes: [route('/', 'shop:80 rule 1'), route('/admin', 'shop:80 rule 2')] })
    const sameBackend = (a: string, b: string) => a.split(' ')[0] === b.split(' ')[0]
    expect(guard(matcher, '/admin%2Fx', sameBackend)).toBeUndefined()
    expect(guard(matcher, '/admin%2Fx')).toEqual({ code: 'ambiguous-path', reason: 'other-destination' })
  })

  test('takes the default target for a destination like any other', () => {
    const matcher = compile({ routes: [route('/admin', 'guarded')], defaultTarget: 'fallback' })
    expect(guard(matcher, '/admin;x')?.reason).toBe('other-destination')
    expect(guard(matcher, '/admin/..%2F')?.reason).toBe('other-destination')
    expect(guard(matcher, '/x;y')).toBeUndefined()
    const same = compile({ routes: [route('/admin', 'guarded')], defaultTarget: 'guarded' })
    expect(guard(same, '/admin/..%2F')).toBeUndefined()
  })

  test('keeps targets apart that are falsy', () => {
    const zero: Route<number> = { host: undefined, path: '/', pathType: 'Prefix', target: 0 }
    const matcher = compile({ routes: [zero, { ...zero, path: '/admin', target: Number.NaN }] })
    expect(guardAmbiguity(matcher, 'h', '/a;b', matcher.match('h', '/a;b'))).toBeUndefined()
    expect(guardAmbiguity(matcher, 'h', '/admin;b', matcher.match('h', '/admin;b'))?.reason).toBe('other-destination')
  })

  test('refuses a path whose interpretations would cost too much, although all of them lead to one place', () => {
    const matcher = compile({ routes: [route('/', 'shop')] })
    const path = '/a%2Fb;c%5Cd%3Be.%20%C0%AF'
    const refused = { code: 'ambiguous-path', reason: 'too-many-interpretations' }
    expect(guard(matcher, path)).toBeUndefined()
    expect(guard(matcher, path.repeat(300))).toEqual(refused)
    expect(guard(matcher, `${path}%2F%2F..%2F%3Ff`)).toEqual(refused)
  })

  test('lets the longest path with encoded slashes pass', () => {
    const matcher = compile({ routes: [route('/', 'shop')] })
    expect(guard(matcher, `/${'ab%2Fcd'.repeat(1170)}`)).toBeUndefined()
  })

  test('answers with frozen refusals', () => {
    const matcher = compile({ routes: [route('/', 'public'), route('/admin', 'guarded')] })
    expect(guard(matcher, '/admin;x')).toBe(guard(matcher, '/admin.'))
    expect(Object.isFrozen(guard(matcher, '/admin;x'))).toBe(true)
  })
})

describe('interpretations', () => {
  test.each<[path: string, others: readonly string[]]>([
    ['/a/b', []],
    ['/a%252Fb%252E', []],
    ['/a%20b', []],
    ['/caf%C3%A9', []],
    ['/a%2Fb', ['/a/b']],
    ['/a%5Cb', ['/a\\b', '/a/b']],
    ['/a;v=1/b;w', ['/a/b']],
    ['/a%3Bv', ['/a;v', '/a']],
    ['/a%3Fb', ['/a?b', '/a']],
    ['/a%40', ['/a@']],
    ['/a//b', ['/a/b']],
    ['/a./b', ['/a/b']],
    ['/a%20', ['/a']],
    ['/...', ['/']],
    ['/x/..%20', ['/x/..', '/', '/x/']],
    ['/x/..;/b', ['/x/../b', '/b']],
    ['/a%C0%AFb', ['/a/b']],
    ['/a%C0%A52Fb', []],
    ['/a/%2F../b', ['/a//../b', '/a/%2F/b', '/a/b', '/a/../b', '/b']],
    ['/a;%2Fb', ['/a', '/a;/b', '/a/b']],
  ])('of %s are itself and %j', (path, others) => {
    expect(interpretations(path)[0]).toBe(path)
    expect(new Set(interpretations(path))).toEqual(new Set([path, ...others]))
    expect(isAmbiguous(path)).toBe(others.length > 0 || path === '/a%C0%A52Fb')
  })
})
