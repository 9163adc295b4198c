import { type IngressTarget, kubernetesObject, supportedNginxAnnotations, translate } from '@ingot/kubernetes'
import { compileRouteOptions, type RouteOptions } from '@ingot/proxy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RoutePolicies } from '../../src/configuration/route-policies.ts'

const prefix = 'nginx.ingress.kubernetes.io/'

/** Values that are almost right. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    'true',
    'false',
    '0',
    '1',
    '8m',
    '60',
    'cookie',
    'GRPC',
    '/$2',
    '/$1',
    '*',
    '',
    'https://*.example.org',
  ),
  fc.constantFrom(
    '10.0.0.0/8',
    '::/0',
    '1:2:3:4:5:6:7::',
    '256.0.0.1',
    '10.0.0.0/33',
    '1::2::3',
    '01.2.3.4',
    '::ffff:1.2.3.4',
  ),
  fc
    .array(fc.constantFrom('/', '.', '..', 'a', ';', '%2f', '%', '\\', '?', '#', '$1', '@', ':', '~'), { maxLength: 8 })
    .map(parts => `/${parts.join('')}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.array(fc.ipV6(), { minLength: 1, maxLength: 3 }).map(list => list.join(', ')),
)
const annotations = fc.dictionary(fc.constantFrom(...supportedNginxAnnotations, 'canary', 'auth-url'), value)
const path = fc.constantFrom('/', '/a', '/a(/|$)(.*)', '/(.*)', '/.*', '/a.b(/|$)(.*)', '/a/?(.*)', '/[a-z]+')

it('whatever annotations say, the proxy takes what is made of them', () => {
  fc.assert(
    fc.property(annotations, path, (written, rulePath) => {
      const object = ingress(written, rulePath)
      const { table, backends } = translate([object], { annotations: 'ingress-nginx' })
      const policies = new RoutePolicies({ routes: {}, upstreams: {} as never, overrides: [] })
      for (const { host, target } of table.routes) {
        policies.positionOf(host, target)
        expect(backends.has(target.backend)).toBe(true)
      }
      for (const options of policies.list as RouteOptions[]) compileRouteOptions(options)
    }),
    { numRuns: 300 },
  )
})

it('an Ingress that restricts clients is either restricted or closed', () => {
  const restricting = fc.constantFrom(
    'whitelist-source-range',
    'allowlist-source-range',
    'denylist-source-range',
    'limit-rps',
  )
  fc.assert(
    fc.property(annotations, restricting, value, (others, name, restriction) => {
      fc.pre(!['', 'false', 'off'].includes(restriction.trim().toLowerCase()) && others.canary !== 'true')
      const { table, backends } = translate([ingress({ ...others, [name]: restriction }, '/')], {
        annotations: 'ingress-nginx',
      })
      for (const { asks = {}, backend } of reached(table.routes[0]!.target)) {
        const isClosed = backends.get(backend)?.unavailable === 'unsupported-security-annotation'
        const isRestricted = name === 'limit-rps' ? asks.rateLimit : name.startsWith('deny') ? asks.deny : asks.allow
        expect(isClosed || isRestricted !== undefined).toBe(true)
      }
    }),
    { numRuns: 300, examples: [[{ 'use-regex': 'true' }, 'limit-rps', '1']] },
  )
})

/** Where requests of a route can end: of a host with regular expressions, wherever one of them or none leads. */
function reached(target: IngressTarget): readonly IngressTarget[] {
  if (target.choices === undefined) return [target]
  return [...target.choices.map(choice => choice.target), ...(target.otherwise === undefined ? [] : [target.otherwise])]
}

function ingress(written: Readonly<Record<string, string>>, rulePath: string) {
  const named = Object.entries(written).map(([name, text]) => [prefix + name, text])
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const paths = [{ path: rulePath, pathType: 'ImplementationSpecific', backend }]
  return kubernetesObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'any', namespace: 'default', annotations: Object.fromEntries(named) },
    spec: { rules: [{ host: 'a.example.com', http: { paths } }] },
  })!
}
