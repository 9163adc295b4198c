import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isConfigKey } from './names.ts'
import { remembered } from './validated.ts'

/** What may be known of a Secret without touching what it keeps: its type, and which keys have a value. */
export interface Secret {
  readonly object: KubernetesObject
  readonly metadata: Metadata
  readonly type: string
  readonly keys: ReadonlySet<string>
}

/** Of all values together, in bytes. */
const MAX_SIZE = 1024 * 1024

/**
 * Validates a Secret by names and sizes. Values get neither into the result nor into a diagnostic; whether one is a
 * certificate is found out by whoever uses it.
 */
export const validateSecret = remembered<Secret>((fields, object) => {
  const metadata = readMetadata(fields)
  const type = fields.text('type') || 'Opaque'
  const data = fields.textMap('data')
  const stringData = fields.textMap('stringData')
  fields.boolean('immutable')
  fields.reportUnknown()
  if (metadata === undefined || !fields.wellTyped) return undefined
  const entries = Object.entries({ ...data, ...stringData })
  checkKeys(fields, data, stringData)
  checkBase64(fields, data)
  checkSize(fields, data, stringData)
  return { object, metadata, type, keys: new Set(entries.flatMap(([key, value]) => (value === '' ? [] : [key]))) }
})

type Values = Readonly<Record<string, string>>

function checkKeys(fields: Fields, data: Values, stringData: Values): void {
  for (const [name, values] of [
    ['data', data],
    ['stringData', stringData],
  ] as const) {
    for (const key of Object.keys(values).filter(key => !isConfigKey(key))) {
      const message = `${JSON.stringify(key)} cannot be a key of a Secret: use letters, digits, hyphens, underscores and dots.`
      fields.complain('invalid-secret', name, message)
    }
  }
}

function checkBase64(fields: Fields, data: Values): void {
  for (const key of Object.keys(data).filter(key => !isBase64(data[key]!))) {
    const message = `The value of ${key} is not in base64; a value that is not encoded belongs in stringData.`
    fields.report.add('invalid-secret', ['data', key], message)
  }
}

/** As Go reads it: with padding, and line ends anywhere. */
function isBase64(text: string): boolean {
  const characters = text.replace(/[\r\n]/g, '')
  return characters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(characters)
}

function checkSize(fields: Fields, data: Values, stringData: Values): void {
  const sizes = Object.keys({ ...data, ...stringData }).map(key => {
    return Object.hasOwn(stringData, key) ? new TextEncoder().encode(stringData[key]).length : decodedSize(data[key]!)
  })
  if (sizes.reduce((sum, size) => sum + size, 0) <= MAX_SIZE) return
  fields.complain('invalid-secret', 'data', 'The values of this Secret have more than 1 MiB together.')
}

function decodedSize(base64: string): number {
  const characters = base64.replace(/[\r\n]/g, '')
  const padding = /=*$/.exec(characters)?.[0].length ?? 0
  return (characters.length / 4) * 3 - padding
}
