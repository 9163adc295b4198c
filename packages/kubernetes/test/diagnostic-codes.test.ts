import { describe, expect, it } from 'vitest'
import { type DiagnosticCode, diagnosticCodes } from '../src/diagnostic-codes.ts'
import { readManifests } from '../src/manifests/read-manifests.ts'
import type { TranslateOptions } from '../src/translate.ts'
import { documents, ingress, ingressClass, rule, service, slice, translateText } from './builders.ts'

interface Example {
  readonly text: string
  /** Where in the text the diagnostic points. */
  readonly field?: string
  readonly line: number
  readonly options?: TranslateOptions
}

const web = service('web')
const defaultBackend = '{ service: { name: web, port: { number: 80 } } }'
const annotated = (key: string) => ingress('a', `{ rules: [${rule('a.com', '/')}] }`, `annotations: { ${key}: x }`)
const withBackend = (backend: string) =>
  ingress('a', `{ rules: [{ host: a.com, http: { paths: [{ path: /, pathType: Prefix, backend: ${backend} }] } }] }`)

/** The smallest text that leads to each code. */
const examples: Readonly<Record<Exclude<DiagnosticCode, FromElsewhere>, Example>> = {
  'yaml-syntax': { text: 'a: [1\nb: 2\n', line: 2 },
  'duplicate-key': { text: 'apiVersion: v1\nkind: ConfigMap\nkind: ConfigMap\nmetadata: { name: x }\n', line: 3 },
  'template-not-rendered': { text: '{{- if .Values.on }}\nkind: Ingress\n{{- end }}\n', line: 1 },
  'kustomize-file': {
    text: 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
    line: 1,
  },
  'too-many-aliases': { text: bomb(), line: 2 },
  'nested-too-deep': { text: `a: ${'['.repeat(100_000)}`, line: 1 },
  'not-an-object': { text: 'replicas: 3\n', line: 1 },
  'legacy-api-version': {
    text: 'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: a }\nspec: { backend: { serviceName: a, servicePort: 80 } }\n',
    field: 'apiVersion',
    line: 1,
  },
  'unsupported-api-version': {
    text: 'apiVersion: networking.k8s.io/v2\nkind: Ingress\nmetadata: { name: a }\n',
    field: 'apiVersion',
    line: 1,
  },
  'wrong-type': {
    text: withBackend('{ service: { name: web, port: { number: "80" } } }'),
    field: 'spec.rules[0].http.paths[0].backend.service.port.number',
    line: 4,
  },
  'unknown-field': { text: ingress('a', `{ rule: [], rules: [${rule('a.com', '/')}] }`), field: 'spec.rule', line: 4 },
  'missing-field': {
    text: 'apiVersion: v1\nkind: Service\nmetadata: { namespace: test }\nspec: { ports: [{ port: 80 }] }\n',
    field: 'metadata.name',
    line: 3,
  },
  'invalid-name': { text: ingress('Upper', `{ defaultBackend: ${defaultBackend} }`), field: 'metadata.name', line: 3 },
  'invalid-metadata': {
    text: ingress('a', `{ defaultBackend: ${defaultBackend} }`, 'labels: { app: "two words" }'),
    field: 'metadata.labels',
    line: 3,
  },
  'ingress-without-routes': { text: ingress('a', '{}'), field: 'spec', line: 4 },
  'invalid-host': { text: ingress('a', `{ rules: [${rule('*', '/')}] }`), field: 'spec.rules[0].host', line: 4 },
  'rule-without-paths': {
    text: ingress('a', '{ rules: [{ host: a.com, http: { paths: [] } }] }'),
    field: 'spec.rules[0].http.paths',
    line: 4,
  },
  'missing-path-type': {
    text: ingress('a', `{ rules: [{ host: a.com, http: { paths: [{ path: /, backend: ${defaultBackend} }] } }] }`),
    field: 'spec.rules[0].http.paths[0]',
    line: 4,
  },
  'unknown-path-type': {
    text: ingress('a', `{ rules: [${rule('a.com', '/', 'Regex')}] }`),
    field: 'spec.rules[0].http.paths[0].pathType',
    line: 4,
  },
  'invalid-path': {
    text: ingress('a', `{ rules: [${rule('a.com', 'shop')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'invalid-backend': { text: withBackend('{}'), field: 'spec.rules[0].http.paths[0].backend', line: 4 },
  'invalid-port': {
    text: withBackend('{ service: { name: web, port: { number: 70000 } } }'),
    field: 'spec.rules[0].http.paths[0].backend.service.port.number',
    line: 4,
  },
  'invalid-tls': {
    text: ingress('a', `{ tls: [{ hosts: ["*"] }], rules: [${rule('a.com', '/')}] }`),
    field: 'spec.tls[0].hosts[0]',
    line: 4,
  },
  'invalid-class': { text: ingressClass('a', 'nginx'), field: 'spec.controller', line: 4 },
  'invalid-service': { text: service('web', '{ type: Magic, ports: [{ port: 80 }] }'), field: 'spec.type', line: 4 },
  'invalid-endpoint-slice': { text: slice('web', 'addressType: IPX'), field: 'addressType', line: 4 },
  'invalid-secret': { text: secret('s', 'Opaque', '{ token: not-base64 }'), field: 'data.token', line: 5 },
  'duplicate-object': { text: documents(web, web), field: '', line: 6 },
  'duplicate-path': {
    text: ingress('a', `{ rules: [${rule('a.com', '/x')}, ${rule('a.com', '/x')}] }`),
    field: 'spec.rules[1].http.paths[0].path',
    line: 4,
  },
  'duplicate-path-across-namespaces': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/x')}] }`),
      ingress('b', `{ rules: [${rule('a.com', '/x')}] }`).replace('namespace: test', 'namespace: zoo'),
    ),
    field: 'spec.rules[0].http.paths[0].path',
    line: 9,
  },
  'host-in-several-namespaces': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/x')}] }`),
      ingress('b', `{ rules: [${rule('a.com', '/y')}] }`).replace('namespace: test', 'namespace: zoo'),
    ),
    field: 'spec.rules[0].host',
    line: 9,
  },
  'host-not-allowed': {
    text: ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
    options: { hostOwnership: { 'a.com': ['other'] } },
    field: 'spec.rules[0].host',
    line: 4,
  },
  'shadowed-path': {
    text: ingress('a', `{ rules: [${rule('a.com', '/x')}, ${rule('a.com', '/x/')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'exact-before-slash-prefix': {
    text: ingress('a', `{ rules: [${rule('a.com', '/x', 'Exact')}, ${rule('a.com', '/x/')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'regex-looking-path': {
    text: ingress('a', `{ rules: [${rule('a.com', '/api(/|$)(.*)')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'odd-path': {
    text: ingress('a', `{ rules: [${rule('a.com', '/a;b')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'path-rewritten': {
    text: ingress('a', `{ rules: [${rule('a.com', '/%41')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'unmatchable-path': {
    text: ingress('a', `{ rules: [${rule('a.com', '/a b')}] }`),
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'unmatchable-host': {
    text: ingress('a', `{ rules: [${rule(`${'a'.repeat(64)}.com`, '/')}] }`),
    field: 'spec.rules[0].host',
    line: 4,
  },
  'wildcard-looks-like-ip': {
    text: ingress('a', `{ rules: [${rule('*.0.0.1', '/')}] }`),
    field: 'spec.rules[0].host',
    line: 4,
  },
  'rule-without-host-and-paths': { text: ingress('a', '{ rules: [{}] }'), field: 'spec.rules[0]', line: 4 },
  'host-without-paths': { text: ingress('a', '{ rules: [{ host: a.com }] }'), field: 'spec.rules[0]', line: 4 },
  'shadowed-default-backend': {
    text: documents(
      ingress('a', `{ defaultBackend: ${defaultBackend} }`),
      ingress('b', `{ defaultBackend: ${defaultBackend} }`),
    ),
    field: 'spec.defaultBackend',
    line: 9,
  },
  'global-default-backend': {
    text: ingress('a', `{ defaultBackend: ${defaultBackend} }`),
    field: 'spec.defaultBackend',
    line: 4,
  },
  'global-default-backend-refused': {
    text: ingress('a', `{ defaultBackend: ${defaultBackend} }`),
    options: { allowGlobalDefaultBackend: 'never' },
    field: 'spec.defaultBackend',
    line: 4,
  },
  'service-not-found': {
    text: ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'port-not-found': {
    text: documents(ingress('a', `{ rules: [${rule('a.com', '/')}] }`), service('web', '{ ports: [{ port: 81 }] }')),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'looks-like-target-port': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
      service('web', '{ ports: [{ port: 81, targetPort: 80 }] }'),
    ),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'port-not-tcp': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
      service('web', '{ ports: [{ port: 80, protocol: UDP }] }'),
    ),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'no-endpoints': {
    text: documents(ingress('a', `{ rules: [${rule('a.com', '/')}] }`), web),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'ignored-addresses': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
      web,
      slice('web', 'addressType: FQDN\nports: [{ port: 80 }]\nendpoints: [{ addresses: [a.example] }]'),
    ),
    field: 'addressType',
    line: 14,
  },
  'unsupported-backend': {
    text: withBackend('{ resource: { kind: Bucket, name: icons } }'),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'external-name-refused': {
    text: documents(
      ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
      service('web', '{ type: ExternalName, externalName: api.example.com }'),
    ),
    field: 'spec.rules[0].http.paths[0].backend',
    line: 4,
  },
  'class-conflict': {
    text: ingress(
      'a',
      `{ ingressClassName: b, rules: [${rule('a.com', '/')}] }`,
      'annotations: { kubernetes.io/ingress.class: a }',
    ),
    field: 'metadata.annotations["kubernetes.io/ingress.class"]',
    line: 3,
  },
  'class-not-found': {
    text: documents(
      ingressClass('ours', 'ingot.dev/ingress-controller'),
      ingress('a', `{ ingressClassName: ghost, rules: [${rule('a.com', '/')}] }`),
    ),
    field: 'spec.ingressClassName',
    line: 9,
  },
  'class-missing': {
    text: documents(
      ingressClass('ours', 'ingot.dev/ingress-controller'),
      ingress('a', `{ rules: [${rule('a.com', '/')}] }`),
    ),
    field: 'spec',
    line: 9,
  },
  'several-default-classes': {
    text: documents(
      ingressClass('a', 'a.com/x', 'annotations: { ingressclass.kubernetes.io/is-default-class: "true" }'),
      ingressClass('b', 'b.com/x', 'annotations: { ingressclass.kubernetes.io/is-default-class: "true" }'),
    ),
    field: 'metadata.annotations["ingressclass.kubernetes.io/is-default-class"]',
    line: 8,
  },
  'tls-host-without-rule': {
    text: ingress('a', `{ tls: [{ hosts: [b.com], secretName: s }], rules: [${rule('a.com', '/')}] }`),
    field: 'spec.tls[0].hosts[0]',
    line: 4,
  },
  'tls-without-hosts': {
    text: ingress('a', `{ tls: [{ secretName: s }], rules: [${rule('a.com', '/')}] }`),
    field: 'spec.tls[0]',
    line: 4,
  },
  'tls-without-secret': {
    text: ingress('a', `{ tls: [{ hosts: [a.com] }], rules: [${rule('a.com', '/')}] }`),
    field: 'spec.tls[0]',
    line: 4,
  },
  'tls-host-claimed-twice': {
    text: documents(
      ingress('a', `{ tls: [{ hosts: [a.com], secretName: s }], rules: [${rule('a.com', '/')}] }`),
      ingress('b', `{ tls: [{ hosts: [a.com], secretName: t }], rules: [${rule('a.com', '/b')}] }`),
    ),
    field: 'spec.tls[0].hosts[0]',
    line: 9,
  },
  'tls-secret-not-found': {
    text: documents(
      ingress('a', `{ tls: [{ hosts: [a.com], secretName: s }], rules: [${rule('a.com', '/')}] }`),
      secret('other', 'kubernetes.io/tls', '{ tls.crt: eA==, tls.key: eA== }'),
    ),
    field: 'spec.tls[0].secretName',
    line: 4,
  },
  'tls-secret-unusable': {
    text: documents(
      ingress('a', `{ tls: [{ hosts: [a.com], secretName: s }], rules: [${rule('a.com', '/')}] }`),
      secret('s', 'kubernetes.io/tls', '{ tls.crt: eA== }'),
    ),
    field: 'data',
    line: 10,
  },
  'unsupported-annotation': {
    text: annotated('nginx.ingress.kubernetes.io/proxy-body-size'),
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/proxy-body-size"]',
    line: 3,
  },
  'routing-annotation-ignored': {
    text: annotated('nginx.ingress.kubernetes.io/canary'),
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/canary"]',
    line: 3,
  },
  'unsupported-security-annotation': {
    text: annotated('nginx.ingress.kubernetes.io/auth-url'),
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/auth-url"]',
    line: 3,
  },
  'auth-url-refused': {
    text: annotated('nginx.ingress.kubernetes.io/auth-url'),
    options: { annotations: 'ingress-nginx' },
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/auth-url"]',
    line: 3,
  },
  'unsupported-expression': {
    text: ingress(
      'a',
      `{ rules: [${rule('a.com', '/(?!x)')}] }`,
      'annotations: { nginx.ingress.kubernetes.io/use-regex: "true" }',
    ).replaceAll('pathType: Prefix', 'pathType: ImplementationSpecific'),
    options: { annotations: 'ingress-nginx' },
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'canary-unused': {
    text: ingress(
      'a',
      `{ rules: [${rule('a.com', '/')}] }`,
      'annotations: { nginx.ingress.kubernetes.io/canary: "true" }',
    ),
    options: { annotations: 'ingress-nginx' },
    field: 'spec.rules[0].http.paths[0].path',
    line: 4,
  },
  'security-annotation-ignored': {
    text: annotated('nginx.ingress.kubernetes.io/auth-url'),
    options: { acceptedAnnotations: 'all' },
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/auth-url"]',
    line: 3,
  },
  'snippet-annotation': {
    text: annotated('nginx.ingress.kubernetes.io/configuration-snippet'),
    field: 'metadata.annotations["nginx.ingress.kubernetes.io/configuration-snippet"]',
    line: 3,
  },
}

/** Codes of those who read the files, and the one that depends on a limit. */
type FromElsewhere = 'invalid-class-parameters' | 'unreadable-file' | 'invalid-resolve-file' | 'file-too-large'

describe('each diagnostic code', () => {
  it.each(Object.entries(examples))('%s points at the field and line it is about', (code, example) => {
    const { diagnostics } = translateText(example.text, example.options)
    const found = diagnostics.find(diagnostic => diagnostic.code === code)
    expect(diagnostics.map(diagnostic => diagnostic.code)).toContain(code)
    expect(found?.field).toBe(example.field)
    expect(found?.position).toMatchObject({ file: 'test.yaml', line: example.line })
  })

  it.each(Object.entries(diagnosticCodes))('%s has a title and a fix of one line each', (code, info) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(info.title).toMatch(/^[A-Z][^\n]{10,110}[^.\n]$/)
    expect(info.fix).toMatch(/^[^\n]{10,130}$/)
  })

  it('is a sentence that names what was written, and plain data with its position', () => {
    const { diagnostics } = translateText(ingress('a', `{ rules: [${rule('Shop.com', '/')}] }`))
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual([
      {
        code: 'invalid-host',
        severity: 'error',
        message: '"Shop.com" is not a host: it must be in lower case.',
        object: { kind: 'Ingress', namespace: 'test', name: 'a' },
        field: 'spec.rules[0].host',
        position: { file: 'test.yaml', line: 4, column: 25 },
        fix: diagnosticCodes['invalid-host'].fix,
      },
    ])
  })
})

it('a file longer than the limit is not read', () => {
  const { objects, diagnostics } = readManifests(web, { file: 'big.yaml', maxLength: 10 })
  expect(objects).toEqual([])
  expect(diagnostics.map(({ code }) => code)).toEqual(['file-too-large'])
})

/** Nine levels of nine aliases each: a few hundred bytes that stand for hundreds of millions of values. */
function bomb(): string {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const lines = levels
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${levels[index]}`).join(', ')}]`)
  return `a: &a [${Array(9).fill('x').join(', ')}]\n${lines.join('\n')}\n`
}

function secret(name: string, type: string, data: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: test }\ntype: ${type}\ndata: ${data}\n`
}
