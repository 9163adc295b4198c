import type { Backend, IngressTarget } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { RoutePolicies } from '../../src/configuration/route-policies.ts'

const policies = (text: string) =>
  new RoutePolicies(readConfiguration({ file: 'f', text }, { values: {}, flags: new Map() }))
const target = (ingress: string, backend = 'shop/web:80'): IngressTarget => {
  const [namespace = '', name = ''] = ingress.split('/')
  return { backend, ingress: { namespace, name }, kind: 'rule', locate: () => undefined }
}
const backend = (name: string): Backend => ({
  ...{ id: `shop/${name}:80`, namespace: 'shop', endpoints: [], protocol: 'http' },
  service: { name, port: 80 },
})

it('nobody asks for anything by default', () => {
  const none = policies('')
  expect(none.positionOf('a.example.com', target('shop/a'))).toBeUndefined()
  expect(none.upstream(backend('web'))).toEqual({ options: {}, tls: undefined })
})

it('an override is for routes that fit all it names; later ones win, field by field', () => {
  const { positionOf, list } = bound(
    policies(`
routes: { attempts: 1, headTimeout: 1s }
overrides:
  - match: { ingress: shop/* }
    routes: { attempts: 2 }
  - match: { ingress: shop/*, host: b.example.com }
    routes: { attempts: 3, totalTimeout: 9 }
  - match: { service: shop/cart }
    routes: { deny: [10.0.0.1] }
`),
  )
  const at = (host: string | undefined, of: IngressTarget) => list[positionOf(host, of)!]
  expect(at('a', target('other/a'))).toEqual({ attempts: 1, headTimeout: 1_000 })
  expect(at('a', target('shop/a'))).toEqual({ attempts: 2, headTimeout: 1_000 })
  expect(at('b.example.com', target('shop/a'))).toEqual({ attempts: 3, headTimeout: 1_000, totalTimeout: 9_000 })
  expect(at(undefined, target('other/a', 'shop/cart:http'))).toMatchObject({ attempts: 1, deny: ['10.0.0.1'] })
  expect(at('a', target('shopping/a'))).toEqual({ attempts: 1, headTimeout: 1_000 })
})

it('routes that ask for the same share a policy', () => {
  const { positionOf } = bound(policies('overrides: [{ match: { host: a }, routes: { attempts: 1 } }]'))
  expect(positionOf('a', target('x/1'))).toBe(positionOf('a', target('y/2')))
  expect(positionOf('b', target('x/1'))).toBeUndefined()
})

it('a Service may be treated in its own way', () => {
  const some = policies(`
upstreams: { policy: least-requests, ejection: { failures: 3 } }
overrides:
  - match: { service: shop/cart }
    upstreams: { policy: consistent-hash, hashBy: X-User, ejection: { enabled: false }, tls: { serverName: cart } }
`)
  expect(some.upstream(backend('web'))).toMatchObject({
    options: { policy: { name: 'least-requests' }, ejection: { failures: 3 } },
  })
  expect(some.upstream(backend('cart'))).toMatchObject({
    options: { policy: { name: 'consistent-hash', key: { header: 'X-User' } }, ejection: false },
    tls: { servername: 'cart' },
  })
})

function bound(of: RoutePolicies) {
  return { positionOf: of.positionOf.bind(of), list: of.list }
}
