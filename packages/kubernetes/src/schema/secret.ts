import { isRecord, type KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { remembered } from './validated.ts'

/** What may be known of a Secret without touching what it keeps: its type, and which keys have a value. */
export interface Secret {
  readonly object: KubernetesObject
  readonly metadata: Metadata
  readonly type: string
  readonly keys: ReadonlySet<string>
}

/** Validates a Secret by names alone. Values are never read into the result nor into a diagnostic. */
export const validateSecret = remembered<Secret>((fields, object) => {
  const metadata = readMetadata(fields)
  const type = fields.optionalText('type') ?? 'Opaque'
  fields.ignore('data', 'stringData', 'immutable').reportUnknown()
  const keys = new Set([...keysOf(fields, 'data'), ...keysOf(fields, 'stringData')])
  return metadata === undefined ? undefined : { object, metadata, type, keys }
})

function keysOf(fields: Fields, name: 'data' | 'stringData'): string[] {
  const values = fields.report.object.raw[name]
  if (!isRecord(values)) return []
  return Object.keys(values).filter(key => typeof values[key] === 'string' && values[key] !== '')
}
