import { kubernetesObject } from '@ingot/kubernetes'
import fc from 'fast-check'

/** Names and paths from small sets, so that routes meet. */
const host = fc.constantFrom('a.test', 'b.test', '*.test', 'x.a.test', '*.a.test', undefined)
const plainPath = fc.constantFrom('/', '/a', '/a/', '/a/b', '/A', '/ab', '/a;b', '/a%2Fb', '/b')
const freePath = fc.constantFrom('/', '/a', '/a/', '/ab', '', '/a(/|$)(.*)', '/[ab]+', '/a.*', '/A')
const backend = fc.constantFrom('one', 'two', 'three').map(name => ({ service: { name, port: { number: 80 } } }))

const path = fc.oneof(
  fc.record({ path: plainPath, pathType: fc.constantFrom('Exact', 'Prefix'), backend }),
  fc.record({ path: freePath, pathType: fc.constant('ImplementationSpecific'), backend }),
)

const rule = fc.record({ host, paths: fc.array(path, { maxLength: 4 }) }).map(({ host, paths }) => ({
  ...(host !== undefined && { host }),
  ...(paths.length > 0 && { http: { paths } }),
}))

const annotations = fc.constantFrom<Record<string, string>>(
  ...Array.from({ length: 6 }, () => ({})),
  { 'nginx.ingress.kubernetes.io/use-regex': 'true' },
  { 'nginx.ingress.kubernetes.io/rewrite-target': '/$2' },
  { 'haproxy-ingress.github.io/path-type': 'regex' },
  { 'traefik.ingress.kubernetes.io/router.pathmatcher': 'PathRegexp' },
)

const ingress = fc.record({
  name: fc.constantFrom('p', 'q', 'r', 's'),
  namespace: fc.constantFrom('n', 'm'),
  annotations,
  rules: fc.array(rule, { maxLength: 3 }),
  defaultBackend: fc.option(backend, { nil: undefined, freq: 4 }),
})

/** Valid Ingresses that share hosts, paths and defaults. */
export const ingressObjects = fc
  .uniqueArray(ingress, { maxLength: 4, selector: ({ name, namespace }) => `${namespace}/${name}` })
  .map(list =>
    list
      .filter(({ rules, defaultBackend }) => rules.length > 0 || defaultBackend !== undefined)
      .map(({ name, namespace, annotations, rules, defaultBackend }) => {
        const spec = { ...(rules.length > 0 && { rules }), ...(defaultBackend !== undefined && { defaultBackend }) }
        const metadata = { name, namespace, annotations }
        return kubernetesObject({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec })!
      }),
  )

/** Normalised hosts, covered and not. */
export const requestHost = fc.constantFrom(
  ...[
    'a.test',
    'b.test',
    'c.test',
    'x.a.test',
    'y.a.test',
    'z.y.a.test',
    'z.y.test',
    'test',
    'none.example',
    '',
    '127.0.0.1',
  ],
)

/** Normalised paths, covered and not. */
export const requestPath = fc
  .array(fc.constantFrom('/', '/a', '/A', '/b', 'b', '/ab', '/x', ';b', '%2Fb', 'a', '/a/'), { maxLength: 5 })
  .map(parts => `/${parts.join('')}`.replace(/\/{2,}/g, '/'))
