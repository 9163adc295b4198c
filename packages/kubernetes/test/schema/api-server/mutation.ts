import { type BaseName, bases } from './bases.ts'

/** One value set somewhere in an object; `undefined` stands for a field that is taken away. */
export type Change = readonly [path: readonly (string | number)[], value: unknown]

/** A valid object and what was changed about it. */
export interface ValidationCase {
  readonly base: BaseName
  readonly changes: readonly Change[]
}

/** The object of a case. */
export function objectOf({ base, changes }: ValidationCase): Record<string, unknown> {
  const object = structuredClone(bases[base]) as Record<string, unknown>
  for (const [path, value] of changes) change(object, path, expand(value))
  // As it is sent: an item that was taken out of a list is null.
  return JSON.parse(JSON.stringify(object))
}

/** Changes below something that an earlier change took away have no effect. */
function change(object: Record<string, unknown>, path: readonly (string | number)[], value: unknown): void {
  let at: unknown = object
  for (const part of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return
    const next = (at as Record<string | number, unknown>)[part]
    if (next === undefined) (at as Record<string | number, unknown>)[part] = {}
    at = (at as Record<string | number, unknown>)[part]
  }
  if (typeof at !== 'object' || at === null) return
  const last = path.at(-1)!
  if (value === undefined) delete (at as Record<string | number, unknown>)[last]
  else (at as Record<string | number, unknown>)[last] = value
}

/** Long values are written short: `{ "repeat": ["a", 300] }`. `{ "absent": true }` takes the field away. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand)
  if (typeof value !== 'object' || value === null) return value
  if ('absent' in value) return undefined
  if ('repeat' in value) {
    const [what, count] = value.repeat as [string, number]
    return what.repeat(count)
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]))
}

/** A text that is written short in the recorded table. */
export const repeated = (text: string, count: number) => ({ repeat: [text, count] })

/** What takes a field away. */
export const absent = { absent: true }
