import { describe, expect, it } from 'vitest'
import { addressSet } from '../../src/request/address-set.ts'

describe('a set of addresses', () => {
  const set = addressSet(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'])

  it.each(['10.1.2.3', '192.0.2.1', '2001:db8:1::1', '::1'])('has %s', address => {
    expect(set.has(address)).toBe(true)
  })

  it.each(['11.0.0.1', '192.0.2.2', '2001:db9::1', '::2', '', 'a.test', '10.0.0.0/8'])('does not have %j', address => {
    expect(set.has(address)).toBe(false)
  })

  it.each(['10.0.0.0/33', '10.0.0/8', 'a.test', '', '::1/129', '10.0.0.1/', '10.0.0.1/-1', '10.0.0.1/1e1'])(
    'is not made of %j',
    entry => {
      expect(() => addressSet([entry])).toThrow(TypeError)
    },
  )
})
