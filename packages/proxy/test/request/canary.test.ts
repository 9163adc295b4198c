import { describe, expect, it } from 'vitest'
import { type CanaryOptions, decideCanary, takesCanary } from '../../src/request/canary.ts'
import { affinityValue } from '../../src/upstream/affinity.ts'

const request = (fields: Readonly<Record<string, string>> = {}) => ({ header: (name: string) => fields[name] })
const never = { weight: 0, total: 100 }
const takes = (options: Partial<CanaryOptions>, fields?: Readonly<Record<string, string>>, random = 0) =>
  takesCanary({ ...never, ...options }, request(fields), {}, () => random)

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

describe('a client that was given to a side', () => {
  const sides = { main: { cookie: 'stay', group: 'a/web:80' }, canary: { cookie: 'stay', group: 'a/next:80' } }
  const from = (side: 'main' | 'canary', more = '') =>
    request({ cookie: `x=1; stay=${affinityValue(sides[side], 'gone')}${more}`, 'x-try': 'always' })
  const all = { header: { name: 'x-try' }, weight: 50, total: 100 }

  it('stays there, whatever else says', () => {
    expect(decideCanary(all, from('main'), sides)).toEqual({ by: 'affinity', takes: false })
    expect(decideCanary({ ...never, cookie: 'try' }, from('canary', '; try=never'), sides)).toEqual({
      ...{ by: 'affinity', takes: true },
    })
  })

  it('is like all others where affinity must not count, or its cookie tells no group', () => {
    expect(decideCanary({ ...all, affinity: 'legacy' }, from('main'), sides)).toEqual({ by: 'header', takes: true })
    const { group: _, ...main } = sides.main
    expect(decideCanary(all, from('main'), { ...sides, main })).toEqual({ by: 'header', takes: true })
    expect(decideCanary(never, request({ cookie: 'stay=abc' }), sides)).toEqual({ by: 'weight', takes: false })
  })

  it('is left to chance only where a weight is between none and all', () => {
    const by = (weight: number) => decideCanary({ weight, total: 100 }, request(), sides).takes
    expect([0, 50, 100].map(by)).toEqual([false, undefined, true])
  })
})
