import * as v from 'valibot'

/** What people are told about an option. */
export interface OptionDetails {
  /** The command line flag, without its dashes. A flag without a name is derived from the field. */
  readonly flag?: string
  /** What the flag's value is called in the help, and its short form, if it has one. */
  readonly value?: string
  readonly short?: string
  /** One sentence. */
  readonly about: string
}

/** A field that has a value when nobody gives one. */
export function option<const Schema extends v.GenericSchema>(
  schema: Schema,
  standard: v.InferInput<Schema>,
  details: OptionDetails,
) {
  return v.optional(described(schema, details), () => standard as never)
}

/** A field that may be left out. */
export function optional<const Schema extends v.GenericSchema>(schema: Schema, details: OptionDetails) {
  return v.exactOptional(described(schema, details))
}

/** Fields that belong together, under one name. */
export function section<const Entries extends v.ObjectEntries>(about: string, entries: Entries) {
  return v.optional(v.pipe(v.strictObject(entries), v.description(about)), {} as never)
}

/** The same, where leaving it out means something. */
export function optionalSection<const Entries extends v.ObjectEntries>(about: string, entries: Entries) {
  return v.exactOptional(v.pipe(v.strictObject(entries), v.description(about)))
}

function described<const Schema extends v.GenericSchema>(schema: Schema, { about, ...rest }: OptionDetails) {
  return v.pipe(schema, v.description(about), v.metadata({ ...rest }))
}
