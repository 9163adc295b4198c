import { expect, it } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { compileSignIn } from '../../src/request/sign-in.ts'

const exchange = {
  scheme: 'https',
  target: { host: 'a.com', authority: 'A.com:8443', path: '/x', query: '?y=z&r' },
} as Exchange<unknown>

it.each([
  ['https://login.example.com/start', 'https://login.example.com/start?rd=https%3A%2F%2FA.com%3A8443%2Fx%3Fy%3Dz%26r'],
  ['https://login.example.com/?a=b', 'https://login.example.com/?a=b&rd=https%3A%2F%2FA.com%3A8443%2Fx%3Fy%3Dz%26r'],
  ['https://$host/start?rd=$escaped_request_uri', 'https://a.com/start?rd=%2Fx%3Fy%3Dz%26r'],
  ['http://$http_host/?rd=', 'http://A.com:8443/?rd='],
])('a client goes to %s', (location, told) => {
  expect(compileSignIn({ location })(exchange)).toBe(told)
})

it.each(['//evil.test', 'javascript:alert(1)', 'https://$args/', 'https://a b/', ''])('nobody goes to %j', location => {
  expect(() => compileSignIn({ location })).toThrow(TypeError)
})
