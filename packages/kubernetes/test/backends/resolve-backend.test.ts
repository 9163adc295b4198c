import { describe, expect, it } from 'vitest'
import type { TranslateOptions } from '../../src/translate.ts'
import { codesOf, documents, ingress, rule, service, slice, translateText } from '../builders.ts'

const route = ingress('a', `{ rules: [${rule('a.com', '/')}] }`)
const backendOf = (options: TranslateOptions, ...texts: string[]) =>
  translateText(documents(route, ...texts), options).backends.get('test/web:80')
const addressesOf = (...texts: string[]) =>
  backendOf({}, ...texts)?.endpoints.map(({ address, port }) => `${address} ${port}`)

const endpoints = (...list: string[]) => `endpoints: [${list.join(', ')}]`
const ipv4 = (rest: string, port = 8080) => `addressType: IPv4\nports: [{ port: ${port} }]\n${rest}`
const at = (address: string, conditions = '{}') => `{ addresses: ["${address}"], conditions: ${conditions} }`

describe('a Service with EndpointSlices', () => {
  it('has the union of their endpoints, each once', () => {
    const slices = [
      slice('web', ipv4(endpoints(at('10.0.0.1'), at('10.0.0.2'))), 'web-1'),
      slice('web', ipv4(endpoints(at('10.0.0.2'), at('10.0.0.3'))), 'web-2'),
    ]
    expect(addressesOf(service('web'), ...slices)).toEqual(['10.0.0.1 8080', '10.0.0.2 8080', '10.0.0.3 8080'])
  })

  it('uses one address family: the one the Service prefers, if it has endpoints', () => {
    const slices = [
      slice('web', ipv4(endpoints(at('10.0.0.1'))), 'web-1'),
      slice('web', `addressType: IPv6\nports: [{ port: 8080 }]\n${endpoints(at('fd00::1'))}`, 'web-2'),
    ]
    const preferring = (...families: string[]) => service('web', `{ ipFamilies: [${families}], ports: [{ port: 80 }] }`)
    expect(addressesOf(service('web'), ...slices)).toEqual(['10.0.0.1 8080'])
    expect(addressesOf(preferring('IPv6', 'IPv4'), ...slices)).toEqual(['fd00::1 8080'])
    expect(addressesOf(preferring('IPv6'), slices[0]!)).toEqual(['10.0.0.1 8080'])
  })

  it.each([
    ['{}', true],
    ['{ ready: true }', true],
    ['{ ready: false }', false],
    ['{ ready: true, serving: false }', true],
    ['{ ready: false, serving: true }', false],
    ['{ ready: true, terminating: true }', true],
    ['{ ready: false, serving: true, terminating: true }', true],
    ['{ ready: false, serving: false, terminating: true }', false],
    ['{ ready: null }', true],
  ])('an only endpoint with the conditions %s is used: %s', (conditions, used) => {
    expect(addressesOf(service('web'), slice('web', ipv4(endpoints(at('10.0.0.1', conditions)))))?.length).toBe(
      used ? 1 : 0,
    )
  })

  it('uses endpoints that are about to stop only if there are no others, and marks them', () => {
    const leaving = at('10.0.0.1', '{ ready: false, serving: true, terminating: true }')
    expect(addressesOf(service('web'), slice('web', ipv4(endpoints(leaving, at('10.0.0.2')))))).toEqual([
      '10.0.0.2 8080',
    ])
    expect(backendOf({}, service('web'), slice('web', ipv4(endpoints(leaving))))?.endpoints).toEqual([
      { address: '10.0.0.1', port: 8080, terminating: true },
    ])
  })

  it('may be told whose slices to trust', () => {
    const byHand = slice('web', ipv4(endpoints(at('10.0.0.1'))))
    const managed = byHand.replace('labels: {', 'labels: { endpointslice.kubernetes.io/managed-by: c,')
    const options = { sliceManagers: ['c'] }
    expect(backendOf(options, service('web'), byHand)?.unavailable).toBe('no-endpoints')
    expect(backendOf(options, service('web'), managed)?.unavailable).toBeUndefined()
  })
})

describe('a Service resolved by hand', () => {
  const to = (port: number) => [{ address: 'localhost', port }]

  it('needs no object', () => {
    expect(backendOf({ resolve: [{ service: 'web', endpoints: to(3000) }] })).toEqual({
      id: 'test/web:80',
      namespace: 'test',
      service: { name: 'web', port: 80 },
      endpoints: to(3000),
      protocol: 'http',
    })
  })

  it('takes the entry that says most about it', () => {
    const resolve = [
      { service: 'web', endpoints: to(1) },
      { service: 'web', namespace: 'test', endpoints: to(2) },
      { service: 'web', namespace: 'other', port: 80, endpoints: to(3) },
      { service: 'web', port: 81, endpoints: to(4) },
    ]
    expect(backendOf({ resolve })?.endpoints).toEqual(to(2))
    expect(backendOf({ resolve: [...resolve, { service: 'web', port: 80, endpoints: to(5) }] })?.endpoints).toEqual(
      to(5),
    )
  })

  it('comes before its slices, keeps its protocol, and may be named by the name of its port', () => {
    const object = service('web', '{ ports: [{ name: main, port: 80, appProtocol: kubernetes.io/h2c }] }')
    const slices = slice('web', ipv4(endpoints(at('10.0.0.1'))))
    const backend = backendOf({ resolve: [{ service: 'web', port: 'main', endpoints: to(3000) }] }, object, slices)
    expect(backend).toMatchObject({ endpoints: to(3000), protocol: 'h2c' })
  })

  it('still has to have the port, if its object is there', () => {
    const object = service('web', '{ ports: [{ port: 81 }] }')
    expect(backendOf({ resolve: [{ service: 'web', endpoints: to(3000) }] }, object)?.unavailable).toBe('no-port')
  })
})

describe('a headless Service without slices', () => {
  const options = { headlessDns: { clusterDomain: 'cluster.local' } }

  it('is looked up by its name, at the port of its Pods', () => {
    const headless = service('web', '{ clusterIP: None, ports: [{ port: 80, targetPort: 8080 }] }')
    const dns = { name: 'web.test.svc.cluster.local', port: 8080, kind: 'headless' }
    expect(backendOf(options, headless)).toMatchObject({ dns, endpoints: [{ address: dns.name, port: 8080 }] })
    expect(backendOf({}, headless)?.unavailable).toBe('no-endpoints')
  })

  it('cannot be looked up if only the name of that port is known, or if it is not headless', () => {
    const named = service('web', '{ clusterIP: None, ports: [{ port: 80, targetPort: http }] }')
    expect(backendOf(options, named)?.unavailable).toBe('no-endpoints')
    expect(backendOf(options, service('web'))?.unavailable).toBe('no-endpoints')
  })
})

describe('a Service of type ExternalName', () => {
  const external = (name: string, ports = '') => service('web', `{ type: ExternalName, externalName: ${name}${ports} }`)
  const refused = (name: string, ...allow: string[]) =>
    codesOf(documents(route, external(name)), { externalName: { allow } }).includes('external-name-refused')

  it('is looked up if its host and port are allowed, with the port of the Ingress if it has none', () => {
    const backend = backendOf({ externalName: { allow: ['api.example.com:80'] } }, external('api.example.com.'))
    const dns = { name: 'api.example.com', port: 80, kind: 'external' }
    expect(backend).toMatchObject({ dns, endpoints: [{ address: 'api.example.com', port: 80 }] })
  })

  it('is refused otherwise', () => {
    expect(backendOf({}, external('api.example.com'))?.unavailable).toBe('no-endpoints')
    expect(refused('api.example.com', 'www.example.com')).toBe(true)
    expect(refused('api.example.com', 'api.example.com:443')).toBe(true)
    expect(refused('api.example.com', '*.example.com')).toBe(false)
    expect(refused('a.b.example.com', '*.example.com')).toBe(true)
  })

  it.each([
    'localhost',
    'a.localhost',
    'metadata.google.internal',
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '2130706433',
  ])('never leads to %s, whatever is allowed', name => {
    expect(refused(JSON.stringify(name), name)).toBe(true)
  })
})

describe('the protocol of a backend', () => {
  const protocolOf = (port: string, metadata = '') =>
    backendOf({}, service('web', `{ ports: [{ port: 80, ${port} }] }`, metadata))?.protocol
  const annotation = 'annotations: { ingot.dev/backend-protocol: https }'

  it.each([
    ['appProtocol: kubernetes.io/h2c', 'h2c'],
    ['appProtocol: kubernetes.io/ws', 'http'],
    ['appProtocol: kubernetes.io/wss', 'https'],
    ['appProtocol: https', 'https'],
    ['appProtocol: HTTPS', 'https'],
    ['appProtocol: http', 'http'],
    ['appProtocol: ws', 'http'],
    ['appProtocol: h2c', 'h2c'],
    ['appProtocol: grpc', 'h2c'],
    ['appProtocol: h2', 'h2'],
    ['appProtocol: grpcs', 'h2'],
    ['appProtocol: constructor', 'http'],
    ['appProtocol: example.com/custom', 'http'],
    ['name: https', 'http'],
  ])('with %s is %s', (port, protocol) => {
    expect(protocolOf(port)).toBe(protocol)
  })

  it('comes from an annotation if the port says nothing', () => {
    expect(protocolOf('name: x', annotation)).toBe('https')
    expect(protocolOf('appProtocol: http', annotation)).toBe('http')
    expect(protocolOf('name: x', annotation.replace('https', 'GRPCS'))).toBe('h2')
    expect(protocolOf('name: x', annotation.replace('https', 'gopher'))).toBe('http')
  })
})

describe('a resource backend', () => {
  const text = ingress(
    'a',
    '{ defaultBackend: { resource: { apiGroup: k8s.example.com, kind: Bucket, name: icons } } }',
  )

  it('may be served by whoever knows its kind', () => {
    const resolveResource: TranslateOptions['resolveResource'] = ({ kind, name }, namespace) =>
      kind === 'Bucket'
        ? { endpoints: [{ address: `${name}.${namespace}`, port: 9000 }], protocol: 'https' }
        : undefined
    expect(translateText(text, { resolveResource }).backends.get('test/k8s.example.com/Bucket/icons')).toMatchObject({
      endpoints: [{ address: 'icons.test', port: 9000 }],
      protocol: 'https',
    })
  })

  it('is unavailable otherwise', () => {
    expect(translateText(text).backends.get('test/k8s.example.com/Bucket/icons')?.unavailable).toBe(
      'unsupported-backend',
    )
  })
})

describe('what is said about backends', () => {
  it('weighs less where no Service is at hand', () => {
    const severityWith = (...texts: string[]) =>
      translateText(documents(route, ...texts)).diagnostics.find(({ code }) => code === 'service-not-found')?.severity
    expect(severityWith()).toBe('warning')
    expect(severityWith(service('other'))).toBe('error')
  })

  it('leaves endpoints out where none are expected', () => {
    expect(codesOf(documents(route, service('web')), { expectEndpoints: false })).toEqual([])
  })

  it('names the Service that is there but invalid', () => {
    const { diagnostics } = translateText(documents(route, service('web', '{ type: Magic }')))
    const found = diagnostics.find(({ code }) => code === 'service-not-found')
    expect(found?.message).toBe('Service test/web is invalid; requests are answered 503.')
    expect(found?.related).toMatchObject([{ object: { kind: 'Service', name: 'web' } }])
  })
})
