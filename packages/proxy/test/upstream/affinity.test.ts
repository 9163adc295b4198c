import { expect, it } from 'vitest'
import { type AffinityOptions, affinityCookie, affinityValue, isGivenTo } from '../../src/upstream/affinity.ts'

const cookie = (options: Omit<AffinityOptions, 'cookie'>, userAgent?: string, scheme: 'http' | 'https' = 'http') =>
  affinityCookie({ cookie: 'c', ...options }, 't', { client: '', scheme, header: () => userAgent })

it('is plain without options, and Secure over TLS', () => {
  expect(cookie({})).toBe('c=t; Path=/; HttpOnly; SameSite=Lax')
  expect(cookie({}, undefined, 'https')).toBe('c=t; Path=/; HttpOnly; SameSite=Lax; Secure')
  expect(cookie({ secure: false }, undefined, 'https')).not.toContain('Secure')
})

it('has the attributes that are asked for', () => {
  expect(cookie({ path: '/a', domain: 'example.com', maxAge: 5, sameSite: 'Strict', secure: true })).toBe(
    'c=t; Path=/a; Domain=example.com; Max-Age=5; HttpOnly; SameSite=Strict; Secure',
  )
})

it.each([
  ['/a', '/a'],
  ['/a/', '/a'],
  ['/', '/'],
  ['/a;b', '/'],
  ['/a b', '/'],
])('of the route %s may have its path, as %s', (path, told) => {
  const request = { client: '', scheme: 'http', header: () => undefined, match: { route: { path } } } as const
  expect(affinityCookie({ cookie: 'c', path: 'route' }, 't', request)).toContain(`; Path=${told}; `)
  expect(cookie({ path: 'route' })).toContain('; Path=/; ')
})

it.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 12_1 like Mac OS X) Version/12.0 Safari/604.1', false],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) Version/12.1 Safari/605.1.15', false],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) Chrome/120.0.0.0 Safari/537.36', true],
  ['Mozilla/5.0 (X11; Linux x86_64) Chrome/61.0.3163.100 Safari/537.36', false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.0 Safari/604.1', true],
  [undefined, true],
])('SameSite=None is told to %s: %s', (userAgent, isTold) => {
  expect(cookie({ sameSite: 'None', conditionalSameSiteNone: true }, userAgent).includes('SameSite')).toBe(isTold)
  expect(cookie({ sameSite: 'None' }, userAgent)).toContain('SameSite=None')
})

it('tells whose endpoints they are, if they have a name', () => {
  expect(cookie({ group: 'a/web:80' })).toMatch(/^c=t\.[\w-]{8}; /)
  const asks = (value: string, group: string) => isGivenTo({ header: () => `c=${value}` }, { cookie: 'c', group })
  const value = affinityValue({ cookie: 'c', group: 'a/web:80' }, 't')
  expect([asks(value, 'a/web:80'), asks(value, 'b/web:80'), asks('t', 'a/web:80')]).toEqual([true, false, false])
})
