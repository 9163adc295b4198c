import { describe, expect, it } from 'vitest'
import { type CanaryOptions, takesCanary } from '../../src/request/canary.ts'

const request = (fields: Readonly<Record<string, string>> = {}) => ({ header: (name: string) => fields[name] })
const never = { weight: 0, total: 100 }
const takes = (options: Partial<CanaryOptions>, fields?: Readonly<Record<string, string>>, random = 0) =>
  takesCanary({ ...never, ...options }, request(fields), () => random)

describe('a canary takes a request', () => {
  it('by its weight of a total, by chance', () => {
    expect([0, 0.19, 0.2, 0.99].map(random => takes({ weight: 20 }, {}, random))).toEqual([true, true, false, false])
    expect(takes({ weight: 1, total: 1_000 }, {}, 0.0009)).toBe(true)
    expect(takes({ weight: 1, total: 1_000 }, {}, 0.001)).toBe(false)
    expect(takes({ weight: 0 })).toBe(false)
  })

  it('by a field before a cookie, and by both before chance', () => {
    const options = { header: { name: 'X-Try' }, cookie: 'try', weight: 100 }
    expect(takes(options, { 'x-try': 'never', cookie: 'try=always' })).toBe(false)
    expect(takes({ ...options, weight: 0 }, { 'x-try': 'always', cookie: 'try=never' })).toBe(true)
    expect(takes({ ...options, weight: 0 }, { 'x-try': 'yes', cookie: 'a=b; try=always' })).toBe(true)
    expect(takes(options, { cookie: 'try=maybe' })).toBe(true)
  })

  it('by a value, beside which always and never mean nothing', () => {
    const header = { name: 'x-try', value: 'blue', pattern: '.*' }
    expect(['blue', 'always', 'green'].map(value => takes({ header }, { 'x-try': value }))).toEqual([
      true,
      false,
      false,
    ])
  })

  it('by an expression that is found in the value, with its case', () => {
    const header = { name: 'x-try', pattern: 'b+l' }
    expect(['xbbly', 'XBL', ''].map(value => takes({ header }, { 'x-try': value }))).toEqual([true, false, false])
  })
})
