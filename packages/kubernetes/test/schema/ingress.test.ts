import { describe, expect, it } from 'vitest'
import { readManifests } from '../../src/manifests/read-manifests.ts'
import { validateIngress } from '../../src/schema/ingress.ts'
import { ingress, rule } from '../builders.ts'

const validate = (text: string) => validateIngress(readManifests(text, { file: 'a.yaml' }).objects[0]!)
const spec = (text: string) => validate(ingress('a', text))
const messagesFor = (text: string) => spec(text).diagnostics.map(({ message }) => message)
const backend = '{ service: { name: web, port: { number: 80 } } }'

describe('a rule host', () => {
  const accepts = (host: string) => spec(`{ rules: [${rule(host, '/')}] }`).diagnostics.length === 0

  it.each(['', 'a', 'foo.com', '1.2.3', 'xn--bcher-kva.example', '*.foo.com', '*.0.0.1', '*.a'])('may be %j', host => {
    expect(accepts(host)).toBe(true)
  })

  it.each([
    ['*', /whole first label/],
    ['*foo.com', /whole first label/],
    ['foo*.com', /whole first label/],
    ['foo.*.com', /whole first label/],
    ['*.*.com', /whole first label/],
    ['Foo.com', /lower case/],
    ['foo.com.', /dot at the end/],
    ['foo.com:80', /leave out the port/],
    ['https://foo.com', /leave out the scheme/],
    ['foo.com/x', /a path belongs in http.paths/],
    ['10.0.0.1', /is an IP address/],
    ['010.0.0.1', /is an IP address/],
    ['::1', /is an IP address/],
    [`\${HOST}.com`, /placeholder/],
    ['foo..com', /use lower-case letters/],
    ['foo_bar.com', /use lower-case letters/],
    ['-foo.com', /use lower-case letters/],
    ['bücher.example', /use lower-case letters/],
    [`${'a'.repeat(254)}`, /more than 253/],
  ])('may not be %j', (host, message) => {
    expect(messagesFor(`{ rules: [${rule(host, '/')}] }`)).toEqual([expect.stringMatching(message)])
  })
})

describe('a path', () => {
  const accepts = (path: string, type: string) =>
    spec(`{ rules: [${rule('a.com', path, type)}] }`).diagnostics.length === 0

  it.each([
    '/',
    '/a',
    '/a/',
    '/.a',
    '/a..',
    '/..a/b',
    '/%2e%2e',
    '/a;b',
    '/a?b#c',
    '/a b',
    '/(.*)',
    '/é',
    '/%zz',
    '/a\\b',
  ])('of each type may be %j', path => {
    for (const type of ['Exact', 'Prefix', 'ImplementationSpecific']) expect(accepts(path, type)).toBe(true)
  })

  it.each(['//', '/a//b', '/./a', '/a/../b', '/%2f', '/a%2Fb', '/.', '/..', '/a/.', '/a/..', ''])(
    'may be %j only if it is ImplementationSpecific',
    path => {
      expect(accepts(path, 'Exact')).toBe(false)
      expect(accepts(path, 'Prefix')).toBe(false)
      expect(accepts(path, 'ImplementationSpecific')).toBe(true)
    },
  )

  it.each(['a', 'a/b', '*', '.'])('of no type may be %j', path => {
    for (const type of ['Exact', 'Prefix', 'ImplementationSpecific']) expect(accepts(path, type)).toBe(false)
  })
})

describe('an Ingress', () => {
  it('keeps the positions of what is left, and drops only what is invalid', () => {
    const paths = `[{ path: bad, pathType: Prefix, backend: ${backend} }, { path: /ok, pathType: Exact, backend: ${backend} }]`
    const { value, diagnostics } = spec(`{ rules: [{ host: "*" }, 7, { host: a.com, http: { paths: ${paths} } }] }`)
    expect(value?.rules).toMatchObject([
      { index: 2, host: 'a.com', hasPaths: true, paths: [{ index: 1, path: '/ok' }] },
    ])
    expect(diagnostics.map(({ field }) => field)).toEqual([
      'spec.rules[1]',
      'spec.rules[0].host',
      'spec.rules[2].http.paths[0].path',
    ])
  })

  it('keeps what says where paths lead once for neighbours that lead to the same port of the same Service', () => {
    const [a, b] = ['a.com', 'b.com'].map(host => rule(host, '/'))
    const others = [rule('c.com', '/', 'Prefix', 'api'), rule('d.com', '/', 'Prefix', 'api').replace('80', '81')]
    const { value } = spec(`{ rules: [${[a, b, ...others].join()}] }`)
    const [first, second, ...rest] = value!.rules.map(({ paths }) => paths[0]!.backend)
    expect(second).toBe(first)
    expect([first, ...rest]).toEqual([
      { service: { name: 'web', port: { number: 80 } } },
      { service: { name: 'api', port: { number: 80 } } },
      { service: { name: 'api', port: { number: 81 } } },
    ])
  })

  it('takes null for absent, as Kubernetes does', () => {
    const text = `{ ingressClassName: null, tls: null, rules: [{ host: null, http: { paths: [{ path: /, pathType: Exact, backend: { resource: null, service: { name: web, port: { name: null, number: 80 } } } }] } }] }`
    expect(spec(text)).toMatchObject({ diagnostics: [], value: { className: undefined, rules: [{ host: undefined }] } })
  })

  it('whose rules are no list is left out as a whole', () => {
    expect(spec('{ rules: { host: a.com } }').value).toBeUndefined()
    expect(messagesFor('{ rules: { host: a.com } }')[0]).toBe(
      'spec.rules must be a list, and this is an object with fields.',
    )
  })

  it('with a class name that cannot be one is left out', () => {
    expect(spec(`{ ingressClassName: "Not a name", rules: [${rule('a.com', '/')}] }`).value).toBeUndefined()
  })

  it('says which field was probably meant', () => {
    expect(messagesFor(`{ Rules: [], rules: [${rule('a.com', '/')}] }`)).toEqual([
      'Kubernetes knows no field "Rules" here; did you mean rules?',
    ])
    const old = `{ rules: [{ host: a.com, http: { paths: [{ path: /, pathType: Exact, backend: { serviceName: a, servicePort: 80 } }] } }] }`
    expect(messagesFor(old)[0]).toMatch(
      /^Kubernetes knows no field "serviceName" here; the form serviceName and servicePort/,
    )
  })

  it('without metadata, name or spec is left out', () => {
    for (const text of ['', 'metadata: {}\n', 'metadata: { name: a }\n', 'metadata: { name: a }\nspec: null\n']) {
      const found = validate(`apiVersion: networking.k8s.io/v1\nkind: Ingress\n${text}`)
      expect(found.value).toBeUndefined()
      expect(found.diagnostics.length).toBeGreaterThan(0)
    }
  })

  it('is validated once as long as it does not change', () => {
    const { objects } = readManifests(ingress('a', `{ rules: [${rule('a.com', '/')}] }`), { file: 'a.yaml' })
    expect(validateIngress(objects[0]!)).toBe(validateIngress(objects[0]!))
  })
})
