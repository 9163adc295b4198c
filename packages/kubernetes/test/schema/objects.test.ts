import { describe, expect, it } from 'vitest'
import { readManifests } from '../../src/manifests/read-manifests.ts'
import { validateObject } from '../../src/schema/validate-object.ts'
import { ingressClass, service, slice } from '../builders.ts'

const messagesFor = (text: string) => {
  const [object] = readManifests(text, { file: 'a.yaml' }).objects
  return validateObject(object!)?.diagnostics.map(({ message }) => message)
}

describe('a Service', () => {
  it.each([
    '{ ports: [{ port: 80 }] }',
    '{ ports: [{ name: a, port: 80, targetPort: http }, { name: b, port: 81, targetPort: 8080 }] }',
    '{ ports: [{ name: tcp, port: 53 }, { name: udp, port: 53, protocol: UDP }] }',
    '{ clusterIP: None }',
    '{ type: ExternalName, externalName: a.example. }',
    '{ type: LoadBalancer, loadBalancerIP: 1.2.3.4, selector: { app: a }, ports: [{ port: 80, nodePort: 30000 }] }',
  ])('may have the spec %s', spec => {
    expect(messagesFor(service('web', spec))).toEqual([])
  })

  it.each([
    ['{}', /has no ports/],
    ['{ ports: [{ port: 80 }, { port: 81 }] }', /needs a name for each/],
    ['{ ports: [{ name: a, port: 80 }, { name: a, port: 81 }] }', /the same name or the same number/],
    ['{ ports: [{ name: a, port: 80 }, { name: b, port: 80 }] }', /the same name or the same number/],
    ['{ ports: [{ port: 0 }] }', /from 1 to 65535/],
    ['{ ports: [{}] }', /from 1 to 65535/],
    ['{ ports: [{ port: 80, targetPort: Upper }] }', /targetPort must be/],
    ['{ ports: [{ port: 80, targetPort: 70000 }] }', /targetPort must be/],
    ['{ ports: [{ port: 80, protocol: tcp }] }', /TCP, UDP or SCTP/],
    ['{ ports: [{ port: 80, name: A }] }', /cannot be the name of a port/],
    ['{ ports: [{ port: "80" }] }', /without quotes it would be a number/],
    ['{ type: Headless, ports: [{ port: 80 }] }', /no type of Service/],
    ['{ type: ExternalName }', /needs a DNS name in externalName/],
  ])('may not have the spec %s', (spec, message) => {
    expect(messagesFor(service('web', spec))?.[0]).toMatch(message)
  })

  it('has one DNS label for a name', () => {
    expect(messagesFor(service('a.b'))).toEqual([
      '"a.b" cannot be the name of Service: it may have at most 63 lower-case letters, digits and hyphens, with a letter or digit at each end.',
    ])
    expect(messagesFor(service('1a'))).toEqual([])
  })
})

describe('an EndpointSlice', () => {
  it('keeps its valid endpoints if some are not', () => {
    const text = slice(
      'web',
      'addressType: IPv4\nports: [{ port: 80 }]\nendpoints: [{ addresses: [] }, { addresses: [10.0.0.1] }]',
    )
    const [object] = readManifests(text, { file: 'a.yaml' }).objects
    expect(validateObject(object!)).toMatchObject({
      value: {
        serviceName: 'web',
        endpoints: [{ addresses: ['10.0.0.1'], ready: true, serving: true, terminating: false }],
      },
      diagnostics: [{ code: 'invalid-endpoint-slice', field: 'endpoints[0].addresses' }],
    })
  })
})

describe('an IngressClass', () => {
  const withParameters = (parameters: string) =>
    ingressClass('a', 'example.com/x').replace('example.com/x', `example.com/x, parameters: ${parameters}`)

  it.each([
    '{ kind: X, name: x }',
    '{ kind: X, name: x, scope: Cluster }',
    '{ apiGroup: a.com, kind: X, name: x, scope: Namespace, namespace: test }',
  ])('may have the parameters %s', parameters => {
    expect(messagesFor(withParameters(parameters))).toEqual([])
  })

  it.each([
    ['{ name: x }', /need a kind/],
    ['{ kind: X, name: a/b }', /need a name/],
    ['{ kind: X, name: x, scope: Everywhere }', /Cluster or Namespace/],
    ['{ kind: X, name: x, scope: Namespace }', /namespace must name one/],
    ['{ kind: X, name: x, scope: Cluster, namespace: test }', /namespace must be left out/],
    ['{ apiGroup: A, kind: X, name: x }', /no API group/],
  ])('may not have the parameters %s', (parameters, message) => {
    expect(messagesFor(withParameters(parameters))?.[0]).toMatch(message)
  })

  it.each(['nginx', '/x', 'A.com/x', `a.com/${'x'.repeat(245)}`])('may not have the controller %s', controller => {
    expect(messagesFor(ingressClass('a', controller))?.[0]).toMatch(/spec.controller must be/)
  })
})

it('objects that routing does not need are not validated', () => {
  expect(messagesFor('apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: A }\n')).toBeUndefined()
})
