/** A regular expression as a tree: data, which no engine that backtracks ever sees. */
export type Expression =
  | { readonly kind: 'characters'; readonly codes: CodeSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly parts: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly part: Expression; readonly least: number; readonly most: number }
  /** `$`: nothing may follow. */
  | { readonly kind: 'end' }
  /** `^`: nothing may come before. */
  | { readonly kind: 'start' }

/** 1 for each ASCII code that is in the set. */
export type CodeSet = Uint8Array

/** The most copies that counted repetitions may make of their parts. */
const MAX_COPIES = 1000

/**
 * Reads what regular expressions of controllers have in common: characters, classes, groups, alternatives, repetitions
 * and anchors. `undefined` for what a finite automaton cannot do (back-references, look-around), and for what is broken.
 */
export function parseExpression(source: string): Expression | undefined {
  try {
    const parser = new Parser(source)
    const expression = parser.choice()
    return parser.atEnd && copies(expression) <= MAX_COPIES ? expression : undefined
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** The set of these codes. */
function codes(holds: (code: number) => boolean): CodeSet {
  return Uint8Array.from({ length: 128 }, (_, code) => Number(holds(code)))
}

class Unsupported extends Error {}

function copies(expression: Expression): number {
  switch (expression.kind) {
    case 'sequence':
    case 'choice':
      return expression.parts.reduce((sum, part) => sum + copies(part), 1)
    case 'repeat':
      return (
        copies(expression.part) * Math.max(1, expression.least, Number.isFinite(expression.most) ? expression.most : 1)
      )
    default:
      return 1
  }
}

const DIGITS = codes(code => code >= 0x30 && code <= 0x39)
const WORD = codes(code => /\w/.test(String.fromCharCode(code)))
const BLANK = codes(code => /\s/.test(String.fromCharCode(code)))
const ANY = codes(code => code !== 0x0a)
const ESCAPED_SETS: Readonly<Record<string, CodeSet>> = {
  d: DIGITS,
  D: inverse(DIGITS),
  w: WORD,
  W: inverse(WORD),
  s: BLANK,
  S: inverse(BLANK),
}

function inverse(set: CodeSet): CodeSet {
  return set.map(member => 1 - member)
}

/** Recursive descent, one method for each level of precedence. */
class Parser {
  readonly #source: string
  #position = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  get atEnd(): boolean {
    return this.#position === this.#source.length
  }

  choice(): Expression {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): Expression {
    const parts: Expression[] = []
    while (!this.atEnd && !'|)'.includes(this.#peek())) parts.push(this.#repetition())
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  #repetition(): Expression {
    let part = this.#atom()
    for (let count = this.#count(); count !== undefined; count = this.#count()) {
      if (part.kind === 'start' || part.kind === 'end') throw new Unsupported()
      part = { kind: 'repeat', part, ...count }
      // Greedy or not decides what is captured, never whether there is a match; possessive does.
      if (this.#take('+')) throw new Unsupported()
      this.#take('?')
    }
    return part
  }

  #count(): { least: number; most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { least: 0, most: 1 }
    const [text, least, comma, most] =
      /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.#source.slice(this.#position, this.#position + 12)) ?? []
    if (text === undefined) return undefined
    this.#position += text.length
    if (comma === '') return { least: Number(least), most: Number(least) }
    return { least: Number(least), most: most === '' ? Number.POSITIVE_INFINITY : Number(most) }
  }

  #atom(): Expression {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'characters', codes: this.#class() }
      case '.':
        return { kind: 'characters', codes: ANY }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '\\':
        return { kind: 'characters', codes: this.#escape() }
      case '*':
      case '+':
      case '?':
        throw new Unsupported()
      default:
        return { kind: 'characters', codes: this.#single(character) }
    }
  }

  #group(): Expression {
    if (this.#take('?')) {
      // `(?:…)` and `(?<name>…)` group; everything else behind `(?` looks around or changes the rules.
      const name = /^(?::|P?<[A-Za-z_]\w{0,30}>)/.exec(this.#source.slice(this.#position, this.#position + 40))
      if (name === null) throw new Unsupported()
      this.#position += name[0].length
    }
    if (++this.#depth > 50) throw new Unsupported()
    const inner = this.choice()
    this.#depth--
    if (!this.#take(')')) throw new Unsupported()
    return inner
  }

  #class(): CodeSet {
    const negated = this.#take('^')
    const set = new Uint8Array(128)
    for (let first = true; first || this.#peek() !== ']'; first = false) this.#classItem(set)
    this.#position++
    return negated ? inverse(set) : set
  }

  #classItem(set: CodeSet): void {
    const character = this.#next()
    if (character === '[' && ':=.'.includes(this.#peek())) throw new Unsupported()
    const from = character === '\\' ? this.#escape() : this.#single(character)
    if (this.#peek() !== '-' || this.#source[this.#position + 1] === ']') {
      from.forEach((member, code) => {
        if (member === 1) set[code] = 1
      })
      return
    }
    this.#position++
    const last = this.#next()
    const to = last === '\\' ? this.#escape() : this.#single(last)
    const [low, high] = [onlyCode(from), onlyCode(to)]
    for (let code = low; code <= high; code++) set[code] = 1
  }

  #escape(): CodeSet {
    const character = this.#next()
    const set = ESCAPED_SETS[character]
    if (set !== undefined) return set
    // `\b`, `\1`, `\Q` and the like.
    if (/[A-Za-z0-9]/.test(character)) throw new Unsupported()
    return this.#single(character)
  }

  #single(character: string): CodeSet {
    const wanted = character.charCodeAt(0)
    if (wanted >= 128) throw new Unsupported()
    return codes(code => code === wanted)
  }

  #peek(): string {
    return this.#source[this.#position] ?? ''
  }

  #next(): string {
    if (this.atEnd) throw new Unsupported()
    return this.#source[this.#position++]!
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#position++
    return true
  }
}

function onlyCode(set: CodeSet): number {
  const code = set.indexOf(1)
  if (code < 0 || set.indexOf(1, code + 1) >= 0) throw new Unsupported()
  return code
}
