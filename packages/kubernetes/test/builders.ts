import { readManifests } from '../src/manifests/read-manifests.ts'
import { type TranslateOptions, type Translation, translate } from '../src/translate.ts'

/** An Ingress in the namespace `test` with the given spec, as YAML in flow style. */
export function ingress(name: string, spec: string, metadata = ''): string {
  return document(
    'networking.k8s.io/v1',
    'Ingress',
    `name: ${name}, namespace: test${extra(metadata)}`,
    `spec: ${spec}`,
  )
}

/** A Service in the namespace `test`. */
export function service(name: string, spec = '{ ports: [{ port: 80 }] }', metadata = ''): string {
  return document('v1', 'Service', `name: ${name}, namespace: test${extra(metadata)}`, `spec: ${spec}`)
}

/** An EndpointSlice of a Service in the namespace `test`; the rest is YAML. */
export function slice(serviceName: string, rest: string, name = `${serviceName}-1`): string {
  const labels = `labels: { kubernetes.io/service-name: ${serviceName} }`
  return document('discovery.k8s.io/v1', 'EndpointSlice', `name: ${name}, namespace: test, ${labels}`, rest)
}

/** An IngressClass. */
export function ingressClass(name: string, controller: string, metadata = ''): string {
  return document(
    'networking.k8s.io/v1',
    'IngressClass',
    `name: ${name}${extra(metadata)}`,
    `spec: { controller: ${controller} }`,
  )
}

/** A rule with one path. */
export function rule(host: string, path: string, pathType = 'Prefix', serviceName = 'web'): string {
  const backend = `{ service: { name: ${serviceName}, port: { number: 80 } } }`
  return `{ host: ${JSON.stringify(host)}, http: { paths: [{ path: ${JSON.stringify(path)}, pathType: ${pathType}, backend: ${backend} }] } }`
}

/** Several documents in one text. */
export function documents(...texts: readonly string[]): string {
  return texts.join('---\n')
}

/** Reads and translates a text in one go. */
export function translateText(text: string, options?: TranslateOptions): Translation {
  const { objects, diagnostics } = readManifests(text, { file: 'test.yaml' })
  const translation = translate(objects, options)
  return { ...translation, diagnostics: [...diagnostics, ...translation.diagnostics] }
}

/** The codes of what is wrong with a text, in order. */
export function codesOf(text: string, options?: TranslateOptions): string[] {
  return translateText(text, options).diagnostics.map(({ code }) => code)
}

function document(apiVersion: string, kind: string, metadata: string, rest: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { ${metadata} }\n${rest}\n`
}

function extra(metadata: string): string {
  return metadata === '' ? '' : `, ${metadata}`
}
