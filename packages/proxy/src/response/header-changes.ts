import { validateHeaderName, validateHeaderValue } from 'node:http'
import { headerKind } from '../request/header-kind.ts'

/** What is done to a message's fields, in this order. Names in any case. */
export interface HeaderChanges {
  readonly remove?: readonly string[]
  /** Replaces whatever values the field has. */
  readonly set?: Readonly<Record<string, string>>
  /** Adds a value beside those the field has. */
  readonly add?: Readonly<Record<string, string>>
}

/** Applies changes to alternating names and values, in place. */
export type HeaderEdit = (headers: string[]) => void

// What holds a message together is not for configuration to change.
const fixed: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
])

/** Throws `TypeError` for a name or value that no field can have, and for a field that frames the message. */
export function compileHeaderChanges(changes: HeaderChanges): HeaderEdit {
  const set = Object.entries(changes.set ?? {})
  const added = [...set, ...Object.entries(changes.add ?? {})]
  const gone = new Set([...(changes.remove ?? []), ...set.map(([name]) => name)].map(name => name.toLowerCase()))
  for (const name of gone) checkName(name)
  for (const [name, value] of added) {
    checkName(name)
    validateHeaderValue(name, value)
  }
  return headers => {
    if (gone.size > 0) removeAll(headers, gone)
    for (const [name, value] of added) headers.push(name, value)
  }
}

function checkName(name: string): void {
  validateHeaderName(name)
  const lower = name.toLowerCase()
  if (fixed.has(lower) || headerKind(lower) === 'hop-by-hop') throw new TypeError(`${name} cannot be changed`)
}

function removeAll(headers: string[], names: ReadonlySet<string>): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    if (names.has(headers[i]!.toLowerCase())) continue
    headers[kept++] = headers[i]!
    headers[kept++] = headers[i + 1]!
  }
  headers.length = kept
}
