import { validateHeaderName } from 'node:http'
import { valuesOf } from '../transport/raw-headers.ts'
import type { RawHeaders } from '../transport/transport.ts'

type Value = number | string | readonly string[]

/** Fields as `node:http` takes them: alternating names and values, pairs of them, or an object. */
export type GivenFields =
  | RawHeaders
  | readonly (readonly [string, Value])[]
  | Readonly<Record<string, Value | undefined>>

/**
 * Fields as alternating names and values. Connection is left out, as HTTP/2 has none (RFC 9113 8.2.2). Throws `TypeError`
 * for a name that is none.
 */
export function listOf(given: GivenFields): string[] {
  if (isList(given)) return checked(given as string[])
  const list: string[] = []
  for (const [name, value] of Array.isArray(given) ? given : Object.entries(given)) addField(list, name, value)
  return list
}

function isList(given: GivenFields): given is RawHeaders {
  return Array.isArray(given) && !Array.isArray(given[0])
}

function checked(list: string[]): string[] {
  let hasConnection = false
  for (let i = 0; i < list.length; i += 2) {
    validateHeaderName(list[i]!)
    if (isConnection(list[i]!)) hasConnection = true
  }
  return hasConnection ? withoutField(list, 'connection') : list
}

function isConnection(name: string): boolean {
  return name.length === 10 && name.toLowerCase() === 'connection'
}

/** Adds a field behind those that are there, once for each of its values. */
export function addField(list: string[], name: string, value: Value | undefined): string[] {
  validateHeaderName(name)
  if (value === undefined || isConnection(name)) return list
  for (const one of Array.isArray(value) ? value : [value]) list.push(name, String(one))
  return list
}

export function withoutField(list: RawHeaders, name: string): string[] {
  const lower = name.toLowerCase()
  return list.filter((_, i) => list[i - (i % 2)]!.toLowerCase() !== lower)
}

/** A field's value, or all of them if there are several. */
export function fieldOf(list: RawHeaders, name: string): string | string[] | undefined {
  return oneOrAll(valuesOf(list, name.toLowerCase()))
}

/** The same for every field, by its name in lower case. */
export function fieldsOf(list: RawHeaders): Record<string, string | string[] | undefined> {
  return Object.fromEntries(Object.entries(groupByName(list)).map(([name, values]) => [name, oneOrAll(values)]))
}

function oneOrAll(values: string[]): string | string[] | undefined {
  return values.length > 1 ? values : values[0]
}

export function groupByName(list: RawHeaders): Record<string, string[]> {
  const grouped: Record<string, string[]> = Object.create(null)
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase()
    const values = grouped[name]
    if (values === undefined) grouped[name] = [list[i + 1]!]
    else values.push(list[i + 1]!)
  }
  return grouped
}
