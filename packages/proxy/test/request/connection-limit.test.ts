import { expect, it } from 'vitest'
import { ConnectionLimit } from '../../src/request/connection-limit.ts'

it('counts what is under way for each client, and a /64 as one', () => {
  const limit = new ConnectionLimit({ perClient: 2 })
  const [first, second] = [limit.begin('192.0.2.1'), limit.begin('192.0.2.1')]
  expect(second).toBeDefined()
  expect(limit.begin('192.0.2.1')).toBeUndefined()
  expect(limit.begin('192.0.2.2')).toBeDefined()
  first!()
  expect(limit.begin('192.0.2.1')).toBeDefined()
  limit.begin('2001:db8::1')
  limit.begin('2001:db8::2')
  expect(limit.begin('2001:db8::3')).toBeUndefined()
  expect(limit.begin('2001:db8:0:1::3')).toBeDefined()
})
