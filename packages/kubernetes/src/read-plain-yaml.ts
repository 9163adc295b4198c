/**
 * Reads the plain part of YAML that nearly every manifest is written in, an order of magnitude faster than a parser of
 * all of YAML: block maps and lists, scalars on one line, literal blocks. `undefined` for whatever is not certainly
 * plain (anchors, tags, flow collections, tabs, duplicate keys, odd numbers, errors), which the full parser has to read.
 * What it does read, it reads exactly as the full parser with `yamlOptions` does.
 */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  if (unusual.test(text)) return undefined
  try {
    return { value: new PlainReader(text).document() }
  } catch (error) {
    if (error !== notPlain) throw error
    return undefined
  }
}

/** Thrown at the first doubt; giving up is deep inside a descent and ends all of it. */
const notPlain = new Error('not plain YAML')

/** Tabs, control characters, unusual line ends, half and whole surrogates: whatever is no plain text and line feeds. */
const unusual = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/

const MAX_DEPTH = 200

/** A map key that is text and needs no quotes. */
const keyPattern = /^([A-Za-z_][A-Za-z0-9_./-]*):(?: +|$)/

class PlainReader {
  readonly #lines: string[]
  /** The line that is read next; always one with content, or the end. */
  #next = 0
  #depth = 0
  #endsWithBreak: boolean

  constructor(text: string) {
    this.#lines = text.split('\n')
    this.#endsWithBreak = text.endsWith('\n')
    if (/^---(?: +(?:#.*)?)?$/.test(this.#lines[0]!)) this.#next = 1
    this.#skipBlanks()
  }

  document(): unknown {
    if (this.#next >= this.#lines.length || this.#indent() !== 0) throw notPlain
    const value = this.#block(0)
    if (this.#next < this.#lines.length) throw notPlain
    return value
  }

  /** The map or list whose lines are indented by exactly `indent`. */
  #block(indent: number): unknown {
    if (++this.#depth > MAX_DEPTH) throw notPlain
    const line = this.#lines[this.#next]!
    const value = isItem(line, indent) ? this.#list(indent) : this.#map(indent)
    this.#depth--
    return value
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = []
    while (this.#indent() === indent && isItem(this.#lines[this.#next]!, indent)) items.push(this.#item(indent))
    return items
  }

  #item(indent: number): unknown {
    const line = this.#lines[this.#next]!
    const rest = /^- *(.*)$/.exec(line.slice(indent))![1]!
    if (rest === '' || rest.startsWith('#')) return this.#nested(indent, indent + 1)
    if (!keyPattern.test(rest)) return this.#scalar(rest, indent)
    // A map that begins beside the dash: the rest of the line counts as indented by what stands before it.
    const column = line.length - rest.length
    this.#lines[this.#next] = ' '.repeat(column) + rest
    return this.#block(column)
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    do {
      const content = this.#lines[this.#next]!.slice(indent)
      const [whole, key] = keyPattern.exec(content) ?? []
      if (whole === undefined || key === undefined || Object.hasOwn(map, key)) throw notPlain
      if (isKeyword(key) || key === '__proto__') throw notPlain
      const rest = content.slice(whole.length)
      map[key] = rest === '' || rest.startsWith('#') ? this.#valueBelow(indent) : this.#scalar(rest, indent)
    } while (this.#indent() === indent && !isItem(this.#lines[this.#next]!, indent))
    if (this.#indent() > indent) throw notPlain
    return map
  }

  /** The value of a key that has none beside it; a list may stand as far left as its key. */
  #valueBelow(indent: number): unknown {
    this.#advance()
    if (this.#indent() === indent && isItem(this.#lines[this.#next]!, indent)) return this.#block(indent)
    return this.#indent() > indent ? this.#block(this.#indent()) : null
  }

  #nested(indent: number, least: number): unknown {
    this.#advance()
    if (this.#indent() < least) {
      // Nothing beside the dash and nothing below it.
      if (this.#indent() > indent) throw notPlain
      return null
    }
    return this.#block(this.#indent())
  }

  /** A scalar beside its key or dash; what follows must not be indented further, or it would continue the scalar. */
  #scalar(text: string, indent: number): unknown {
    if (text.startsWith('|')) return this.#literal(text, indent)
    const value = scalarOf(text)
    this.#advance()
    if (this.#indent() > indent) throw notPlain
    return value
  }

  /** A literal block, `|` or `|-`. */
  #literal(header: string, indent: number): string {
    if (header !== '|' && header !== '|-') throw notPlain
    const lines: string[] = []
    let width = -1
    let at = this.#next + 1
    for (; at < this.#lines.length; at++) {
      const line = this.#lines[at]!
      const spaces = spacesBefore(line)
      if (spaces === line.length) {
        // Blank lines with more spaces than the text are text themselves, or an error.
        if (spaces > Math.max(width, 0)) throw notPlain
        lines.push('')
        continue
      }
      if (width < 0) width = spaces
      if (spaces < width) break
      lines.push(line.slice(width))
    }
    if (width <= indent || (at === this.#lines.length && !this.#endsWithBreak)) throw notPlain
    this.#next = at
    this.#skipBlanks()
    if (this.#indent() > indent) throw notPlain
    const body = lines.join('\n').replace(/\n+$/, '')
    return header === '|' ? `${body}\n` : body
  }

  #advance(): void {
    this.#next++
    this.#skipBlanks()
  }

  #skipBlanks(): void {
    while (this.#next < this.#lines.length && /^ *(?:#|$)/.test(this.#lines[this.#next]!)) this.#next++
  }

  /** The indentation of the next line; -1 at the end. */
  #indent(): number {
    return this.#next < this.#lines.length ? spacesBefore(this.#lines[this.#next]!) : -1
  }
}

function spacesBefore(line: string): number {
  let count = 0
  while (line.charCodeAt(count) === 0x20) count++
  return count
}

function isItem(line: string, indent: number): boolean {
  if (line.charCodeAt(indent) !== 0x2d) return false
  return line.length === indent + 1 || line.charCodeAt(indent + 1) === 0x20
}

/** The value of a scalar and an optional comment behind it. */
function scalarOf(text: string): unknown {
  const first = text.charCodeAt(0)
  if (first === 0x22) return doubleQuoted(text)
  if (first === 0x27) return singleQuoted(text)
  const comment = text.indexOf(' #')
  const plain = (comment < 0 ? text : text.slice(0, comment)).trimEnd()
  if (plain === '[]') return []
  if (plain === '{}') return {}
  return plainScalar(plain)
}

function doubleQuoted(text: string): string {
  const found = /^("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*") *(?: #.*)?$/.exec(text)
  if (found === null) throw notPlain
  return found[1]!.includes('\\') ? (JSON.parse(found[1]!) as string) : found[1]!.slice(1, -1)
}

function singleQuoted(text: string): string {
  const found = /^'((?:[^']|'')*)' *(?: #.*)?$/.exec(text)
  if (found === null) throw notPlain
  return found[1]!.replaceAll("''", "'")
}

function plainScalar(text: string): unknown {
  if (/^(?:0|-?[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  if (text.includes(': ') || text.endsWith(':')) throw notPlain
  if (/^[A-Za-z_/]/.test(text)) return isKeyword(text) ? keyword(text) : text
  // Only what no notation of numbers can be is certainly text.
  if (/^[0-9]/.test(text) && /[g-mp-wyzG-MP-WYZ/]|\..*\./.test(text)) return text
  throw notPlain
}

function isKeyword(text: string): boolean {
  return text.length <= 5 && /^(?:y|yes|n|no|on|off|true|false|null)$/i.test(text)
}

/** The keywords that people use; the parser may decide on the others. */
function keyword(text: string): boolean | null {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  throw notPlain
}
