import { describe, expect, it } from 'vitest'
import { asKubernetesObject } from '../../src/cluster/api-object.ts'
import {
  addressesOfNode,
  addressesOfService,
  parseAddress,
  readyPlaces,
  stableAddresses,
} from '../../src/cluster/publish-addresses.ts'
import { endpointSlice, service } from './test-clusters.ts'

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

  it('are those inside the cluster where there are no others', () => {
    const clusterIPs = ['10.0.0.7', '2001:db8::7']
    expect(addresses({ type: 'ClusterIP', clusterIPs })).toEqual([{ ip: '10.0.0.7' }, { ip: '2001:db8::7' }])
    expect(addresses({ clusterIPs })).toHaveLength(2)
    expect(addresses({ type: 'ClusterIP', clusterIPs, externalIPs: ['198.51.100.1'] })).toEqual([
      { ip: '198.51.100.1' },
    ])
  })

  it('are none before there is a load balancer, whatever it had as another type', () => {
    expect(addresses({ type: 'LoadBalancer', clusterIPs: ['10.0.0.7'] })).toEqual([])
    const leftover = { loadBalancer: { ingress: [{ ip: '192.0.2.2' }] } }
    expect(addresses({ type: 'ClusterIP', clusterIPs: ['10.0.0.7'] }, leftover)).toEqual([{ ip: '10.0.0.7' }])
  })

  it('are those of nodes where it has none of its own', () => {
    expect(addresses({ type: 'NodePort', clusterIPs: ['10.0.0.7'] })).toBeUndefined()
    expect(addresses({ type: 'NodePort', externalIPs: ['198.51.100.1'] })).toEqual([{ ip: '198.51.100.1' }])
    expect(addresses({ type: 'ClusterIP', clusterIPs: ['None'] })).toBeUndefined()
  })
})

it('requests end at endpoints that are ready, or do not say', () => {
  const slice = {
    ...endpointSlice('a', 'edge', []),
    endpoints: [
      { addresses: ['192.0.2.1'], nodeName: 'n1' },
      { addresses: ['192.0.2.2'], nodeName: 'n2', conditions: { ready: false, serving: true } },
      { addresses: ['192.0.2.3'], conditions: { ready: true } },
      { addresses: [] },
    ],
  }
  expect(readyPlaces(asKubernetesObject(slice))).toEqual([
    { address: '192.0.2.1', node: 'n1' },
    { address: '192.0.2.3', node: undefined },
  ])
})

it('a node is reached at its external addresses, else at its internal ones', () => {
  const node = (...addresses: string[][]) => {
    const entries = addresses.map(([type, address]) => ({ type, address }))
    const metadata = { name: 'n1' }
    return addressesOfNode(
      asKubernetesObject({ apiVersion: 'v1', kind: 'Node', metadata, status: { addresses: entries } }),
    )
  }
  const inside = ['InternalIP', '10.0.0.1']
  expect(node(['Hostname', 'n1'], inside, ['ExternalIP', '192.0.2.1'])).toEqual([{ ip: '192.0.2.1' }])
  expect(node(['Hostname', 'n1'], inside)).toEqual([{ ip: '10.0.0.1' }])
  expect(node()).toEqual([])
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
