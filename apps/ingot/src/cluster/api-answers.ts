import { ApiError, errorFromStatus } from './api-error.ts'
import { type ApiObject, isRecord } from './api-object.ts'
import type { ApiResource } from './api-resources.ts'

/** One page of objects. */
export interface ObjectList {
  readonly items: ApiObject[]
  /** Where a watch may go on from. */
  readonly resourceVersion: string
  /** Leads to the next page; absent on the last. */
  readonly continue?: string
}

/** A line of a watch. The object of a BOOKMARK has nothing but a resource version. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: ApiObject
}

/** Reads a page of a list. Throws {@link ApiError}. */
export function readList(answer: unknown, resource: ApiResource): ObjectList {
  const { items, metadata } = isRecord(answer) ? answer : {}
  if (!isRecord(metadata) || typeof metadata.resourceVersion !== 'string') throw badAnswer('a list')
  // A list of nothing may have null for items, and its items do not say what kind they are.
  const { apiVersion, kind } = resource
  const named = (Array.isArray(items) ? items : []).map(item => ({ apiVersion, kind, ...item }) as ApiObject)
  const next = typeof metadata.continue === 'string' && metadata.continue !== '' ? { continue: metadata.continue } : {}
  return { items: named, resourceVersion: metadata.resourceVersion, ...next }
}

/** Reads an object. Throws {@link ApiError}. */
export function readObject(answer: unknown): ApiObject {
  if (!isRecord(answer) || !isRecord(answer.metadata)) throw badAnswer('an object')
  return answer as unknown as ApiObject
}

const eventTypes = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/** Reads a line of a watch. Throws {@link ApiError}: the one that the line tells of, if it is an ERROR. */
export function readEvent(line: unknown): WatchEvent {
  if (!isRecord(line) || !isRecord(line.object)) throw badAnswer('an event')
  if (line.type === 'ERROR') throw errorFromStatus(line.object, 500)
  if (!eventTypes.has(String(line.type)) || !isRecord(line.object.metadata)) throw badAnswer('an event')
  return line as unknown as WatchEvent
}

function badAnswer(expected: string): ApiError {
  return new ApiError(`The API server sent something that is not ${expected}`, { code: 0, reason: 'BadAnswer' })
}
