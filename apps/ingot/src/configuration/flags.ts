import { type Command, Option } from 'commander'
import { allFields, type Field, fieldGroups } from './fields.ts'

/** What was said by flags, as it would be written in the file, and which flag said it. */
export interface FlagValues {
  readonly values: Readonly<Record<string, unknown>>
  /** The flag by the field, both as they are written: `listen.port` and `--port`. */
  readonly flags: ReadonlyMap<string, string>
}

/** Lets a command take every option of the configuration as a flag; the help has them by the sections of the file. */
export function addFlags(command: Command): void {
  for (const { name, about, fields } of fieldGroups()) {
    const heading = name === '' ? 'What is served:' : `${name}: ${about}`
    for (const field of fields) for (const option of optionsOf(field)) command.addOption(option.helpGroup(heading))
  }
}

function optionsOf(field: Field): Option[] {
  if (field.kind === 'boolean') return switchesOf(field)
  return [new Option(`${shortFlag(field)}--${field.flag} <${field.value}>`, describe(field))]
}

/** Both ways round, of which the help shows the one that changes something. */
function switchesOf(field: Field): Option[] {
  const on = new Option(`--${field.flag}`, describe(field))
  const off = new Option(`--no-${field.flag}`, `Says no to: ${describe(field).replace(/^Whether/, 'whether')}`)
  if (field.standard === true) on.hideHelp()
  else off.hideHelp()
  return [on, off]
}

/** Reads the flags that were given. `readYaml` reads what is neither a text nor a list of texts. */
export function flagValues(command: Command, readYaml: (text: string) => unknown): FlagValues {
  const values: Record<string, unknown> = {}
  const flags = new Map<string, string>()
  for (const field of allFields()) {
    const given = command.getOptionValue(attributeOf(field)) as string | string[] | boolean | undefined
    if (given === undefined) continue
    place(values, field.path, givenValue(field, given, readYaml))
    flags.set(field.path.join('.'), `--${given === false ? 'no-' : ''}${field.flag}`)
  }
  return { values, flags }
}

function givenValue(field: Field, given: string | string[] | boolean, readYaml: (text: string) => unknown): unknown {
  switch (field.kind) {
    case 'list':
      return [given].flat().map(item => plainValue(String(item)))
    case 'record':
      return Object.fromEntries([given].flat().map(splitPair))
    case 'yaml':
      return Array.isArray(given) ? given.map(readYaml) : readYaml(String(given))
    default:
      return given
  }
}

/** In a list only numbers are anything else than texts. */
function plainValue(text: string): string | number {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

function splitPair(pair: string | boolean): [string, string] {
  const text = String(pair)
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

function place(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (rest.length === 0) {
    values[first!] = value
    return
  }
  values[first!] ??= {}
  place(values[first!] as Record<string, unknown>, rest, value)
}

function attributeOf({ flag }: Field): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function shortFlag({ short }: Field): string {
  return short === undefined ? '' : `-${short}, `
}

function describe({ about, standard }: Field): string {
  if (standard === true) return `${about} (default: yes)`
  const isWorthSaying = standard !== undefined && standard !== false && !(Array.isArray(standard) && !standard.length)
  return isWorthSaying ? `${about} (default: ${String(standard)})` : about
}
