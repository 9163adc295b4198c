import type { FieldPath } from './field-path.ts'

/** A place in a file. Lines and columns count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Where an object was read from. */
export interface ObjectSource {
  readonly file: string
  /** Where the field is written, or the nearest field around it that is. Slow: it reads the document again. */
  locate(field: FieldPath): Position | undefined
}

/** What names an object among others of its kind. */
export interface ObjectName {
  readonly namespace: string
  readonly name: string
}

/** An object of any kind, not yet validated. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  /** The namespace is `''` for kinds without one, and filled in where it was left out. */
  readonly metadata: ObjectName
  /** The object as it was written. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Absent if the object came from an API server. */
  readonly source?: ObjectSource
}

/** The kinds that routing depends on. */
export type RoutingKind = 'Ingress' | 'IngressClass' | 'Service' | 'EndpointSlice' | 'Secret'

const groups: Readonly<Record<RoutingKind, readonly string[]>> = {
  Ingress: ['networking.k8s.io', 'extensions'],
  IngressClass: ['networking.k8s.io'],
  Service: [''],
  EndpointSlice: ['discovery.k8s.io'],
  Secret: [''],
}

/** The routing kind of an object, or `undefined` for every other; a Knative `Service` is not a Service. */
export function routingKind(object: KubernetesObject): RoutingKind | undefined {
  if (!Object.hasOwn(groups, object.kind)) return undefined
  const slash = object.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash)
  const kind = object.kind as RoutingKind
  return groups[kind].includes(group) ? kind : undefined
}

/** The object around a plain value, or `undefined` if the value has no `kind` and `apiVersion`. */
export function kubernetesObject(
  value: unknown,
  options: { readonly source?: ObjectSource; readonly defaultNamespace?: string } = {},
): KubernetesObject | undefined {
  if (!isRecord(value)) return undefined
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined
  const meta = isRecord(metadata) ? metadata : {}
  const clusterScoped = kind === 'IngressClass'
  const namespace = textOr(meta.namespace, options.defaultNamespace ?? 'default')
  return {
    apiVersion,
    kind,
    metadata: { namespace: clusterScoped ? '' : namespace, name: textOr(meta.name, '') },
    raw: value,
    ...(options.source === undefined ? {} : { source: options.source }),
  }
}

/** `namespace/name`, or the name alone for kinds without a namespace. */
export function formatName(name: ObjectName): string {
  return name.namespace === '' ? name.name : `${name.namespace}/${name.name}`
}

/** Whether the value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}
