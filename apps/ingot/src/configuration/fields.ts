import * as v from 'valibot'
import type { OptionDetails } from './option.ts'
import { configurationSchema } from './schema.ts'

/** One option: where it stands in the file, and how it is written as a flag. */
export interface Field {
  /** `listen.port` as `['listen', 'port']`. */
  readonly path: readonly string[]
  /** Without dashes. */
  readonly flag: string
  readonly short: string | undefined
  /** What the help calls the value; undefined for yes or no. */
  readonly value: string | undefined
  readonly about: string
  readonly kind: FieldKind
  /** As it would be written; undefined if there is none. */
  readonly standard: unknown
}

/** How the text of a flag becomes a value. */
type FieldKind = 'boolean' | 'list' | 'record' | 'text' | 'yaml'

interface AnySchema extends v.GenericSchema {
  readonly wrapped?: AnySchema
  readonly default?: unknown
  readonly entries?: Readonly<Record<string, AnySchema>>
  readonly item?: AnySchema
  readonly options?: readonly unknown[]
}

/** Every option that has a flag, in the order of the file. */
export function allFields(): Field[] {
  return fieldsOf(configurationSchema as unknown as AnySchema, [])
}

/** A heading of the file, with its fields. */
export interface FieldGroup {
  /** Empty for the fields at the top. */
  readonly name: string
  readonly about: string
  readonly fields: readonly Field[]
}

/** The same by the sections of the file. */
export function fieldGroups(): FieldGroup[] {
  const sections = Object.entries(configurationSchema.entries as unknown as Record<string, AnySchema>)
  const groups = sections
    .filter(([, schema]) => entriesOf(schema) !== undefined)
    .map(([name, schema]) => ({
      name,
      about: v.getDescription(unwrap(schema)) ?? '',
      fields: fieldsOf(schema, [name]),
    }))
  return [{ name: '', about: '', fields: allFields().filter(({ path }) => path.length === 1) }, ...groups]
}

function fieldsOf(schema: AnySchema, path: readonly string[]): Field[] {
  const entries = entriesOf(schema)
  if (entries === undefined) return [fieldOf(schema, path)]
  return Object.entries(entries).flatMap(([name, entry]) => fieldsOf(entry, [...path, name]))
}

function entriesOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  return unwrap(schema).entries
}

function unwrap(schema: AnySchema): AnySchema {
  return schema.wrapped === undefined ? schema : unwrap(schema.wrapped)
}

function fieldOf(schema: AnySchema, path: readonly string[]): Field {
  const inner = unwrap(schema)
  const details = v.getMetadata(inner) as Omit<OptionDetails, 'about'>
  const kind = kindOf(inner)
  return {
    path,
    flag: details.flag ?? deriveFlag(path),
    short: details.short,
    value: kind === 'boolean' ? undefined : (details.value ?? (kind === 'list' ? 'value...' : 'value')),
    about: v.getDescription(inner) ?? '',
    kind,
    standard: schema.wrapped === undefined ? undefined : v.getDefault(schema as never),
  }
}

/** `routes.redirect.scheme` is `--redirect-scheme`: what is for all routes needs no word for it. */
function deriveFlag(path: readonly string[]): string {
  const [first] = path
  const rest = first === 'routes' || first === 'upstreams' ? path.slice(1) : path
  return rest.map(name => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)).join('-')
}

function kindOf(schema: AnySchema): FieldKind {
  if (schema.type === 'boolean' || schema.type === 'record') return schema.type
  if (schema.type === 'array') return entriesOf(schema.item!) === undefined ? 'list' : 'yaml'
  if (schema.type === 'picklist') return typeof schema.options?.[0] === 'string' ? 'text' : 'yaml'
  return schema.type === 'string' ? 'text' : 'yaml'
}
