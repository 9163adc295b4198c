import { reportOn } from '../diagnostic.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { type IngressBackend, readBackend } from './backend.ts'
import { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isDnsSubdomain, isLenientIpv4, isWildcardSubdomain, looksLikePlaceholder } from './names.ts'
import { upgradeIngress } from './upgrade-ingress.ts'
import { remembered } from './validated.ts'

/** An Ingress without its invalid parts. */
export interface Ingress {
  /** In the form of v1, also if it was written in an older one. */
  readonly object: KubernetesObject
  readonly metadata: Metadata
  readonly className: string | undefined
  readonly defaultBackend: IngressBackend | undefined
  readonly rules: readonly IngressRule[]
  readonly tls: readonly IngressTls[]
}

/** One entry of `spec.rules`. */
export interface IngressRule {
  /** The position in `spec.rules` as it was written. */
  readonly index: number
  /** `undefined` for every host that has no better rule. */
  readonly host: string | undefined
  /** Whether `http` was written; its paths may all have been invalid. */
  readonly hasPaths: boolean
  readonly paths: readonly IngressPath[]
}

/** One entry of `http.paths`. */
export interface IngressPath {
  /** The position in `http.paths` as it was written. */
  readonly index: number
  /** As it was written; empty only for ImplementationSpecific. */
  readonly path: string
  readonly pathType: IngressPathType
  readonly backend: IngressBackend
  /** Set by annotations alone: the path is a regular expression, anchored in front and whatever the case. */
  readonly expression?: string
}

export type IngressPathType = 'Exact' | 'Prefix' | 'ImplementationSpecific'

/** One entry of `spec.tls`. */
export interface IngressTls {
  readonly index: number
  readonly hosts: readonly { readonly index: number; readonly host: string }[]
  /** A Secret in the namespace of the Ingress. */
  readonly secretName: string | undefined
}

/**
 * Validates an Ingress as the API server does on create (semantics 2.1, 4.1, 4.10, 6.1-6.3, 9.1, 11.1). An invalid path
 * or rule is left out and its neighbours stay; the older API versions are upgraded first.
 */
export const validateIngress = remembered<Ingress>((fields, original) => {
  const { report } = fields
  const object = upgradeIngress(original, report)
  if (object === undefined) return undefined
  const root = object === original ? fields : Fields.of(reportOn(object, report.diagnostics))
  const metadata = readMetadata(root)
  const spec = root.fields('spec')
  // The API server replaces it when an object is created, so that only its type matters.
  root.fields('status')
  root.reportUnknown()
  if (metadata === undefined || !root.wellTyped) return undefined
  return readSpec(spec ?? new Fields(report, ['spec'], {}), metadata, object)
})

function readSpec(spec: Fields, metadata: Metadata, object: KubernetesObject): Ingress | undefined {
  const className = readClassName(spec)
  const defaultFields = spec.fields('defaultBackend')
  const rules = spec.items('rules').map(({ index, fields }) => readRule(fields, index))
  const tls = spec.items('tls').map(({ index, fields }) => readTls(fields, index))
  spec.reportUnknown({ backend: 'the form spec.backend ended with v1beta1; use spec.defaultBackend' })
  if ((spec.list('rules') ?? []).length === 0 && defaultFields === undefined) {
    spec.complain('ingress-without-routes', undefined, 'This Ingress has neither rules nor a defaultBackend.')
    return undefined
  }
  if (className === null) return undefined
  return {
    object,
    metadata,
    className,
    defaultBackend: defaultFields === undefined ? undefined : readBackend(defaultFields),
    rules: allOf(rules),
    tls,
  }
}

/** Those that are there. A filtered list has room for many more, which is a lot in a cluster of lists of one. */
function allOf<T>(list: (T | undefined)[]): T[] {
  return list.includes(undefined) ? list.filter(one => one !== undefined) : (list as T[])
}

/** The class, `undefined` if there is none, `null` if it is invalid. */
function readClassName(spec: Fields): string | undefined | null {
  const name = spec.optionalText('ingressClassName')
  if (name === undefined) return spec.wellTyped ? undefined : null
  if (isDnsSubdomain(name)) return name
  spec.complain('invalid-class', 'ingressClassName', `${JSON.stringify(name)} cannot be the name of an IngressClass.`)
  return null
}

function readRule(fields: Fields, index: number): IngressRule | undefined {
  const host = fields.text('host')
  const http = fields.fields('http')
  fields.reportUnknown()
  const problem = fields.wellTyped ? problemWithHost(host) : undefined
  if (problem !== undefined) fields.complain('invalid-host', 'host', problem)
  const paths = http === undefined ? [] : readPaths(http)
  if (!fields.wellTyped || problem !== undefined) return undefined
  return { index, host: host === '' ? undefined : host, hasPaths: http !== undefined, paths }
}

/** In two steps: one expression for both would take cubic time on a text of many colons. */
function looksLikeIpv6(host: string): boolean {
  return /^[0-9a-fA-F:.]*$/.test(host) && host.split(':', 3).length === 3
}

/** Why the API server refuses a host of a rule or of tls (semantics 2.1, 11.1); rules may have an empty one. */
function problemWithHost(host: string): string | undefined {
  if (host === '' || isWildcardSubdomain(host)) return undefined
  const quoted = JSON.stringify(host)
  if (isLenientIpv4(host) || looksLikeIpv6(host)) {
    return `${quoted} is an IP address, and a host must be a name; leave host out to match requests to an address.`
  }
  if (isDnsSubdomain(host)) return undefined
  if (looksLikePlaceholder(host)) return `${quoted} is not a host: it looks like a placeholder that was not filled in.`
  if (host.includes('*'))
    return `${quoted} is not a host: a * may only stand for the whole first label, as in *.example.com.`
  if (/[A-Z]/.test(host)) return `${quoted} is not a host: it must be in lower case.`
  if (host.includes('://'))
    return `${quoted} is not a host: leave out the scheme, ${host.slice(0, host.indexOf('://') + 3)}.`
  if (host.includes('/')) return `${quoted} is not a host: a path belongs in http.paths.`
  if (/:[0-9]*$/.test(host)) return `${quoted} is not a host: leave out the port; a rule covers every port.`
  if (host.endsWith('.')) return `${quoted} is not a host: leave out the dot at the end.`
  if (host.length > 253) return 'The host has more than 253 characters.'
  return `${quoted} is not a host: use lower-case letters, digits, hyphens and dots, as in shop.example.com.`
}

function readPaths(http: Fields): IngressPath[] {
  const written = http.list('paths')
  const paths = http.items('paths').map(({ index, fields }) => readPath(fields, index))
  http.reportUnknown()
  if (http.wellTyped && (written ?? []).length === 0) {
    http.complain('rule-without-paths', 'paths', 'This rule has http but no paths; Kubernetes refuses it.')
  }
  return allOf(paths)
}

function readPath(fields: Fields, index: number): IngressPath | undefined {
  const path = fields.text('path')
  const pathType = readPathType(fields, path)
  const backendFields = fields.fields('backend')
  fields.reportUnknown()
  const backend = backendFields === undefined ? missingBackend(fields) : readBackend(backendFields)
  const problem = pathType === undefined ? undefined : problemWithPath(path, pathType)
  if (problem !== undefined) fields.complain('invalid-path', 'path', problem)
  if (!fields.wellTyped || pathType === undefined || backend === undefined || problem !== undefined) return undefined
  return { index, path, pathType, backend }
}

function missingBackend(fields: Fields): undefined {
  if (fields.wellTyped) fields.complain('invalid-backend', undefined, 'This path has no backend to send requests to.')
  return undefined
}

function readPathType(fields: Fields, path: string): IngressPathType | undefined {
  const pathType = fields.optionalText('pathType')
  if (pathType === 'Exact' || pathType === 'Prefix' || pathType === 'ImplementationSpecific') return pathType
  if (pathType !== undefined) {
    const message = `${JSON.stringify(pathType)} is no pathType: it must be Exact, Prefix or ImplementationSpecific.`
    fields.complain('unknown-path-type', 'pathType', message)
  } else if (fields.wellTyped) {
    const message = `The path ${JSON.stringify(path)} has no pathType, so nobody can say how to compare it.`
    fields.complain('missing-path-type', undefined, message)
  }
  return undefined
}

const refusedSequences = ['//', '/./', '/../', '%2f', '%2F']
const refusedEndings = ['/.', '/..']

/** Why the API server refuses a path (semantics 6.2, 6.3). */
function problemWithPath(path: string, pathType: IngressPathType): string | undefined {
  const quoted = JSON.stringify(path)
  if (pathType === 'ImplementationSpecific') {
    return path === '' || path.startsWith('/') ? undefined : `The path ${quoted} must begin with a slash.`
  }
  if (!path.startsWith('/')) {
    return path === ''
      ? `A path of type ${pathType} must not be empty; use / for every path.`
      : `The path ${quoted} must begin with a slash.`
  }
  const sequence = refusedSequences.find(part => path.includes(part))
  if (sequence !== undefined) return `The path ${quoted} must not contain ${sequence}.`
  const ending = refusedEndings.find(part => path.endsWith(part))
  return ending === undefined ? undefined : `The path ${quoted} must not end with ${ending}.`
}

function readTls(fields: Fields, index: number): IngressTls {
  const hosts = fields.textList('hosts').map(({ index, text }) => ({ index, host: text }))
  const secretName = fields.text('secretName')
  fields.reportUnknown()
  const valid = hosts.filter(({ index, host }) => {
    if (host.includes('*') ? isWildcardSubdomain(host) : isDnsSubdomain(host)) return true
    const message = problemWithHost(host) ?? 'A tls host must not be empty.'
    fields.report.add('invalid-tls', [...fields.path, 'hosts', index], message)
    return false
  })
  const secretIsValid = secretName === '' || isDnsSubdomain(secretName)
  if (!secretIsValid)
    fields.complain('invalid-tls', 'secretName', `${JSON.stringify(secretName)} cannot be the name of a Secret.`)
  return { index, hosts: valid, secretName: secretIsValid && secretName !== '' ? secretName : undefined }
}
