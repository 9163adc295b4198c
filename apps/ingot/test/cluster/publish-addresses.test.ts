import { describe, expect, it } from 'vitest'
import { asKubernetesObject } from '../../src/cluster/api-object.ts'
import { addressesOfService, parseAddress, stableAddresses } from '../../src/cluster/publish-addresses.ts'
import { service } from './test-clusters.ts'

describe('an address to publish', () => {
  it.each([
    ['192.0.2.1', { ip: '192.0.2.1' }],
    ['2001:DB8::1', { ip: '2001:db8::1' }],
    [' Edge.Example.com ', { hostname: 'edge.example.com' }],
    ['localhost', { hostname: 'localhost' }],
  ])('%j is read as %j', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  it.each([
    '',
    '192.0.2.256',
    'a_b',
    '*.example.com',
    'a..b',
    'a.b.',
    '-a',
    'example.com:80',
    'a b',
    `${'a'.repeat(64)}.b`,
  ])('%j is refused', text => {
    expect(() => parseAddress(text)).toThrow(TypeError)
  })
})

describe('the addresses of a Service', () => {
  const addresses = (spec: object, status: object = {}) =>
    addressesOfService(asKubernetesObject({ ...service('a', 'edge', { ...spec }), status }))

  it('are those that its load balancer was given', () => {
    const ingress = [{ ip: '192.0.2.2', ports: [] }, { hostname: 'lb.example.com' }, { ip: '192.0.2.1' }]
    expect(addresses({ type: 'LoadBalancer' }, { loadBalancer: { ingress } })).toEqual([
      { hostname: 'lb.example.com' },
      { ip: '192.0.2.1' },
      { ip: '192.0.2.2' },
    ])
  })

  it('are its external addresses and its external name', () => {
    expect(addresses({ type: 'ClusterIP', externalIPs: ['198.51.100.1'] })).toEqual([{ ip: '198.51.100.1' }])
    expect(addresses({ type: 'ExternalName', externalName: 'lb.example.com' })).toEqual([
      { hostname: 'lb.example.com' },
    ])
  })

  it('are none before there is a load balancer, or of a type that has none', () => {
    expect(addresses({ type: 'LoadBalancer' })).toEqual([])
    expect(addresses({ type: 'NodePort' })).toEqual([])
    const leftover = { loadBalancer: { ingress: [{ ip: '192.0.2.2' }] } }
    expect(addresses({ type: 'ClusterIP' }, leftover)).toEqual([])
  })
})

it('addresses come in one order, each once, and without what is not valid', () => {
  const mixed = [
    { ip: '192.0.2.2' },
    { hostname: 'b.example' },
    { ip: 'x' },
    null,
    { ip: '192.0.2.1' },
    { ip: '192.0.2.2' },
  ]
  const stable = [{ hostname: 'b.example' }, { ip: '192.0.2.1' }, { ip: '192.0.2.2' }]
  expect(stableAddresses(mixed)).toEqual(stable)
  expect(stableAddresses(mixed.toReversed())).toEqual(stable)
})
