import type { Report } from '../diagnostic.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import { type FieldPath, formatField } from '../field-path.ts'
import { isRecord } from '../kubernetes-object.ts'

/**
 * Reads the fields of one object level by level, as Kubernetes decodes them: `null` is the same as absent, and in a list
 * the same as an item without fields; a value of the wrong type is an error, and a field that nobody asked for is unknown.
 */
export class Fields {
  readonly path: FieldPath
  readonly report: Report
  /** Whether every value read so far had the type asked for. */
  wellTyped = true
  readonly #values: Readonly<Record<string, unknown>>
  readonly #known = new Set<string>()

  constructor(report: Report, path: FieldPath, values: Readonly<Record<string, unknown>>) {
    this.report = report
    this.path = path
    this.#values = values
  }

  /** The fields of the whole object; apiVersion and kind are known everywhere. */
  static of(report: Report): Fields {
    return new Fields(report, [], report.object.raw).ignore('apiVersion', 'kind')
  }

  /** Text, or `''` if absent: Kubernetes makes no difference. */
  text(name: string): string {
    return this.optionalText(name) ?? ''
  }

  optionalText(name: string): string | undefined {
    return this.#typed(name, 'text', (value): value is string => typeof value === 'string')
  }

  /** A whole number of 32 bits. */
  integer(name: string): number | undefined {
    return this.#typed(name, 'a whole number', isInteger)
  }

  /** A whole number that counts something in a cluster, of up to 64 bits. */
  longInteger(name: string): number | undefined {
    return this.#typed(name, 'a whole number', (value): value is number => Number.isInteger(value))
  }

  /** A moment as RFC 3339 writes it, in milliseconds since 1970. */
  time(name: string): number | undefined {
    const text = this.#typed(name, 'a time like 2026-01-31T12:00:00Z', isTime)
    return text === undefined ? undefined : Date.parse(text)
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, 'true or false', (value): value is boolean => typeof value === 'boolean')
  }

  /** A number or a name, as `targetPort` is. */
  integerOrText(name: string): number | string | undefined {
    return this.#typed(name, 'a number or a name', (value): value is number | string => {
      return typeof value === 'string' || isInteger(value)
    })
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#typed(name, 'a list', (value): value is unknown[] => Array.isArray(value))
  }

  /** A list of texts; an item of another type is reported and left out. */
  textList(name: string): { readonly index: number; readonly text: string }[] {
    return (this.list(name) ?? []).flatMap((item, index) => {
      if (typeof item === 'string') return [{ index, text: item }]
      if (isNothing(item)) return [{ index, text: '' }]
      this.#wrongType([...this.path, name, index], 'text', item)
      return []
    })
  }

  /** The fields below a field. */
  fields(name: string): Fields | undefined {
    const values = this.#typed(name, 'an object with fields', isRecord)
    return values === undefined ? undefined : new Fields(this.report, [...this.path, name], values)
  }

  /** The fields of each item of a list; an item of another type is reported and left out. */
  items(name: string): { readonly index: number; readonly fields: Fields }[] {
    return (this.list(name) ?? []).flatMap((item, index) => {
      const path = [...this.path, name, index]
      if (isRecord(item)) return [{ index, fields: new Fields(this.report, path, item) }]
      if (isNothing(item)) return [{ index, fields: new Fields(this.report, path, {}) }]
      this.#wrongType(path, 'an object with fields', item)
      return []
    })
  }

  /** A map from text to text, such as labels. */
  textMap(name: string): Readonly<Record<string, string>> {
    const values = this.#typed(name, 'an object with fields', isRecord) ?? {}
    const texts: Record<string, string> = Object.create(null)
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === 'string') texts[key] = value
      else if (value === null) texts[key] = ''
      else this.#wrongType([...this.path, name, key], 'text', value)
    }
    return texts
  }

  /** Says that these fields exist and are of no interest. */
  ignore(...names: readonly string[]): this {
    for (const name of names) this.#known.add(name)
    return this
  }

  /** Reports every field that was neither read nor ignored. */
  reportUnknown(hints: Readonly<Record<string, string>> = {}): void {
    for (const name of Object.keys(this.#values)) {
      if (this.#known.has(name)) continue
      const known = [...this.#known].find(candidate => candidate.toLowerCase() === name.toLowerCase())
      const hint = hints[name] ?? (known === undefined ? undefined : `did you mean ${known}?`)
      const message = `Kubernetes knows no field ${JSON.stringify(name)} here${hint === undefined ? '.' : `; ${hint}`}`
      this.report.add('unknown-field', [...this.path, name], message)
    }
  }

  /** Adds a diagnostic about a field of this level, or about the level itself. */
  complain(code: DiagnosticCode, name: string | undefined, message: string): void {
    this.report.add(code, name === undefined ? this.path : [...this.path, name], message)
  }

  #typed<T>(name: string, expected: string, isExpected: (value: unknown) => value is T): T | undefined {
    this.#known.add(name)
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (value === undefined || value === null) return undefined
    if (isExpected(value)) return value
    this.#wrongType([...this.path, name], expected, value)
    return undefined
  }

  #wrongType(path: FieldPath, expected: string, value: unknown): void {
    this.wellTyped = false
    const shown = this.report.object.kind === 'Secret' ? typeName(value) : describe(value)
    this.report.add('wrong-type', path, `${tailOf(path)} must be ${expected}, and this is ${shown}.`)
  }
}

/** The last names of a path, enough to be understood without the line. */
function tailOf(path: FieldPath): string {
  return formatField(path.slice(-2)).replace(/^\[\d+\]\.?/, '')
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) <= 0x7fff_ffff && (value as number) >= -0x8000_0000
}

function isTime(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const [, day] =
    /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-]\d\d:[0-5]\d)$/.exec(value) ?? []
  // A day that its month does not have would be read as one of the next month.
  const start = Date.parse(`${day}T00:00:00Z`)
  return day !== undefined && !Number.isNaN(start) && new Date(start).toISOString().startsWith(day)
}

function describe(value: unknown): string {
  if (typeof value === 'string' && /^[0-9]+$/.test(value))
    return `the text "${value}" (without quotes it would be a number)`
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
  if (typeof value === 'number') return `the number ${value} (in quotes it would be text)`
  if (typeof value === 'boolean') return `the value ${value} (in quotes it would be text)`
  return typeName(value)
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  return isRecord(value) ? 'an object with fields' : `a ${typeof value}`
}
