import type { KubernetesObject } from '@ingot/kubernetes'

/** What the API server keeps about every object. */
export interface ApiMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  /** Only ever compared for equality: its order is the API server's own business. */
  readonly resourceVersion?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** An object as the API server sends it. */
export interface ApiObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ApiMetadata
  readonly [field: string]: unknown
}

/** `namespace/name`, or the name alone for kinds without a namespace. */
export function objectKey(object: { readonly metadata: ApiMetadata }): string {
  const { namespace, name } = object.metadata
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** Whether a value has what every stored object has. */
export function isApiObject(value: unknown): value is ApiObject {
  return isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string'
}

/** Whether a value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object as the rest of the app knows it. */
export function asKubernetesObject(object: ApiObject): KubernetesObject {
  const { namespace = '', name } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: { namespace, name }, raw: object }
}
