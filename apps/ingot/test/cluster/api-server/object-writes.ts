import { randomBytes, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type ApiMetadata, type ApiObject, isRecord } from '../../../src/cluster/api-object.ts'
import type { ApiRequest } from './api-request.ts'
import { alreadyExists, badRequest, conflict, invalid, notFound } from './api-status.ts'
import type { Kind } from './kinds.ts'
import { mergePatch } from './merge-patch.ts'
import type { ObjectStore } from './object-store.ts'

/** Creates, changes and deletes objects by the rules of the API server. */
export class ObjectWrites {
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  read(request: ApiRequest): ApiObject {
    const object = this.#store.get(request.kind.plural, keyOf(request.kind, request.namespace, request.name))
    if (object === undefined) throw notFound(request.kind.plural, request.name ?? '')
    return object
  }

  create({ kind, namespace }: ApiRequest, body: unknown): ApiObject {
    const object = readBody(kind, body)
    const metadata = nameNew(object.metadata)
    if (kind.namespaced && namespace === undefined)
      throw badRequest('an empty namespace may not be set during creation')
    if (namespace !== undefined && this.#store.get('namespaces', namespace) === undefined) {
      throw notFound('namespaces', namespace)
    }
    const key = keyOf(kind, namespace, metadata.name)
    if (this.#store.get(kind.plural, key) !== undefined) throw alreadyExists(kind.plural, metadata.name)
    return this.#put(kind, key, {
      ...object,
      ...(kind.status && { status: kind.status }),
      metadata: { ...metadata, ...(namespace !== undefined && { namespace }), ...birth(kind) },
    } as ApiObject)
  }

  update(request: ApiRequest, body: unknown): ApiObject {
    const { kind, name, subresource } = request
    const object = readBody(kind, body)
    if (object.metadata.name !== name) throw badRequest('the name of the object does not match the name on the URL')
    const before = this.read(request)
    const expected = object.metadata.resourceVersion ?? ''
    if (expected === '' && !kind.unconditionalUpdate) {
      throw invalid(kind.kind, name ?? '', ['metadata.resourceVersion: must be specified for an update'])
    }
    if (expected !== '' && expected !== before.metadata.resourceVersion) throw conflict(kind.plural, name ?? '')
    if (object.metadata.uid !== undefined && object.metadata.uid !== before.metadata.uid) {
      throw conflict(kind.plural, name ?? '')
    }
    return this.#replace(request, before, subresource === 'status' ? { ...before, ...pick(object) } : object)
  }

  patch(request: ApiRequest, patch: unknown): ApiObject {
    const before = this.read(request)
    const { resourceVersion, uid } = before.metadata
    const patched = mergePatch({ ...before, metadata: { ...before.metadata, resourceVersion, uid } }, patch)
    return this.update(request, patched)
  }

  delete(request: ApiRequest): ApiObject {
    const object = this.read(request)
    const { kind, namespace, name } = request
    this.#remove(kind.plural, keyOf(kind, namespace, name))
    if (kind.plural === 'namespaces') this.#empty(name ?? '')
    return object
  }

  #replace({ kind, subresource }: ApiRequest, before: ApiObject, object: ApiObject): ApiObject {
    const { uid, creationTimestamp, namespace, generation, managedFields } = before.metadata
    const changed = { ...object, ...(kind.status && subresource === undefined && { status: before.status }) }
    if (changed.status === undefined) delete (changed as { status?: unknown }).status
    const grown = kind.generation && !isDeepStrictEqual(content(changed), content(before))
    const kept = {
      uid,
      creationTimestamp,
      namespace,
      managedFields,
      generation: grown ? Number(generation) + 1 : generation,
    }
    const metadata = { ...object.metadata, ...defined(kept), resourceVersion: before.metadata.resourceVersion }
    const after = { ...changed, metadata } as ApiObject
    // A write that changes nothing makes no new version, and nobody who watches hears of it.
    if (isDeepStrictEqual(after, before)) return before
    return this.#put(kind, keyOf(kind, namespace, before.metadata.name), after)
  }

  #put(kind: Kind, key: string, object: ApiObject): ApiObject {
    const problems = kind.validate?.(object) ?? []
    if (problems.length > 0) throw invalid(kind.kind, object.metadata.name, problems)
    const { apiVersion, kind: name } = kind
    const put = this.#store.put(kind.plural, key, revision => ({
      ...object,
      apiVersion,
      kind: name,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    }))
    return put.object!
  }

  #remove(plural: string, key: string): void {
    this.#store.put(plural, key, () => undefined)
  }

  #empty(namespace: string): void {
    for (const plural of ['services', 'configmaps', 'secrets', 'ingresses', 'endpointslices', 'leases', 'events']) {
      for (const { metadata } of this.#store.list(plural)) {
        if (metadata.namespace === namespace) this.#remove(plural, `${namespace}/${metadata.name}`)
      }
    }
  }
}

function keyOf(kind: Kind, namespace: string | undefined, name: string | undefined): string {
  return kind.namespaced ? `${namespace}/${name}` : (name ?? '')
}

function readBody(kind: Kind, body: unknown): ApiObject {
  if (!isRecord(body) || !isRecord(body.metadata)) throw badRequest('the body is not an object')
  if (body.kind !== kind.kind || body.apiVersion !== kind.apiVersion) {
    throw badRequest(`${body.apiVersion} ${body.kind} does not match ${kind.apiVersion} ${kind.kind}`)
  }
  return body as ApiObject
}

const validName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

function nameNew(metadata: ApiMetadata): ApiMetadata {
  const generated = typeof metadata.generateName === 'string' && metadata.name === undefined
  const name = generated ? metadata.generateName + randomBytes(3).toString('hex').slice(0, 5) : metadata.name
  if (typeof name !== 'string' || !validName.test(name)) {
    throw invalid('object', String(name), ['metadata.name: must be a lowercase RFC 1123 subdomain'])
  }
  return { ...metadata, name }
}

function birth(kind: Kind): Record<string, unknown> {
  return {
    uid: randomUUID(),
    creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
    managedFields: [{ manager: 'test', operation: 'Update', apiVersion: kind.apiVersion, fieldsType: 'FieldsV1' }],
    ...(kind.generation && { generation: 1 }),
  }
}

/** What `/status` may change: the status, and labels and annotations. */
function pick({ status, metadata }: ApiObject): Partial<ApiObject> {
  return { status, metadata }
}

function content({ metadata: _m, status: _s, ...rest }: ApiObject): unknown {
  return rest
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
