import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicy, type PickContext, type PolicyOptions } from '../../src/upstream/policies.ts'
import type { Endpoint } from '../../src/upstream/upstream.ts'
import { UpstreamRegistry } from '../../src/upstream/upstream-registry.ts'

/** Endpoints that are never sent to. */
function endpoints(count: number): readonly Endpoint[] {
  const registry = new UpstreamRegistry()
  const list = Array.from({ length: count }, (_, i) => ({ address: `10.0.0.${i + 1}`, port: 80 }))
  return registry.update(new Map([['x', { endpoints: list }]]))('x')!.endpoints
}

const client = (address: string): PickContext => ({ client: address, header: () => undefined })
const names = (picked: readonly Endpoint[]) => picked.map(({ name }) => name)

describe('a policy', () => {
  const all: readonly PolicyOptions[] = [
    { name: 'round-robin' },
    { name: 'least-requests' },
    { name: 'power-of-two' },
    { name: 'consistent-hash', key: 'client' },
  ]
  it.each(all)('$name picks one of whatever candidates there are', options => {
    const policy = createPolicy(options)
    const hosts = endpoints(8)
    fc.assert(
      fc.property(fc.subarray([...hosts], { minLength: 1 }), fc.string(), (candidates, who) => {
        expect(candidates).toContain(policy.pick(candidates, client(who)))
      }),
    )
  })
})

describe('round robin', () => {
  it('takes each in its turn', () => {
    const policy = createPolicy({ name: 'round-robin' })
    const hosts = endpoints(3)
    const picked = Array.from({ length: 6 }, () => policy.pick(hosts, client('c')))
    expect(names(picked)).toEqual([...names(hosts), ...names(hosts)])
  })
})

describe('least requests', () => {
  it('takes the least busy, and of equals each in its turn', () => {
    const policy = createPolicy({ name: 'least-requests' })
    const hosts = endpoints(4)
    hosts[0]!.inFlight = 2
    hosts[1]!.inFlight = 1
    hosts[2]!.inFlight = 1
    hosts[3]!.inFlight = 5
    const picked = new Set(Array.from({ length: 8 }, () => policy.pick(hosts, client('c'))))
    expect([...picked].sort()).toEqual([hosts[1], hosts[2]].sort())
  })
})

describe('power of two', () => {
  it('never takes the busiest of all', () => {
    const policy = createPolicy({ name: 'power-of-two' })
    const hosts = endpoints(5)
    hosts[3]!.inFlight = 100
    const picked = Array.from({ length: 300 }, () => policy.pick(hosts, client('c')))
    expect(picked).not.toContain(hosts[3])
    expect(new Set(picked).size).toBe(4)
  })
})

describe('consistent hash', () => {
  const policy = createPolicy({ name: 'consistent-hash', key: { header: 'X-User' } })
  const user = (name: string): PickContext => ({
    client: 'c',
    header: field => (field === 'x-user' ? name : undefined),
  })

  it('keeps a key where it is when another endpoint goes', () => {
    const hosts = endpoints(10)
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 9 }), (name, gone) => {
        const before = policy.pick(hosts, user(name))
        const left = hosts.filter((_, index) => index !== gone)
        if (before !== hosts[gone]) expect(policy.pick(left, user(name))).toBe(before)
      }),
    )
  })

  it('gives every endpoint a fair share of keys', () => {
    const hosts = endpoints(10)
    const shares = new Map<Endpoint, number>()
    for (let i = 0; i < 10_000; i++) {
      const picked = policy.pick(hosts, user(`user-${i}`))
      shares.set(picked, (shares.get(picked) ?? 0) + 1)
    }
    for (const host of hosts) expect(shares.get(host)).toBeGreaterThan(700)
  })

  it('goes by the client where the field is missing', () => {
    const hosts = endpoints(10)
    const picked = new Set(Array.from({ length: 50 }, (_, i) => policy.pick(hosts, client(`192.0.2.${i}`))))
    expect(picked.size).toBeGreaterThan(3)
  })
})
