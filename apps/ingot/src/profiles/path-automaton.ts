import type { CodeSet, Expression } from './expression.ts'
import { endsNormal, START, stepNormal } from './normal-path.ts'
import type { PathPattern } from './path-pattern.ts'

/**
 * Path patterns as one automaton. It answers whether a path fits, without backtracking, and finds an example of every
 * set of patterns that some path fits: patterns are regular languages, so there are finitely many such sets.
 */
export class PathAutomaton {
  readonly #root = newState()
  /** Literal characters share their states, as in a trie; those that ignore case in a trie of their own. */
  readonly #lowerRoot = newState()
  readonly #states: State[] = [this.#root, this.#lowerRoot]

  constructor(patterns: readonly PathPattern[]) {
    for (const [index, pattern] of patterns.entries()) this.#add(pattern, index)
  }

  /** Whether some pattern fits the path. */
  accepts(path: string): boolean {
    let active = this.#start()
    for (let position = 0; position < path.length; position++) {
      active = this.#step(active, path.charCodeAt(position))
      if (active.length === 0) return false
    }
    return this.#accepted(active).length > 0
  }

  /**
   * One normalised path, the shortest, for each set of patterns that normalised paths fit, `[]` included. Gives up after
   * `limit` states and then yields `undefined` last.
   */
  *examples(limit: number): Generator<string | undefined, void> {
    const queue: Visit[] = [{ active: this.#start(), normal: START, path: '' }]
    const seen = new Set<string>()
    const found = new Set<string>()
    for (const { active, normal, path } of queue) {
      if (endsNormal(normal)) {
        const accepted = this.#accepted(active).join()
        if (!found.has(accepted)) {
          found.add(accepted)
          yield path
        }
      }
      for (const code of this.#telling(active)) {
        const nextNormal = stepNormal(normal, code)
        if (nextNormal === undefined) continue
        const next = this.#step(active, code)
        const key = `${nextNormal}:${next.join()}`
        if (seen.has(key)) continue
        if (seen.size === limit) {
          yield undefined
          return
        }
        seen.add(key)
        queue.push({ active: next, normal: nextNormal, path: path + String.fromCharCode(code) })
      }
    }
  }

  #start(): number[] {
    return this.#closure([0, 1])
  }

  /** Everything that can be reached without a character. */
  #closure(ids: number[]): number[] {
    if (ids.length === 1 && this.#states[ids[0]!]!.free.length === 0) return ids
    const reached = new Set(ids)
    for (const id of reached) for (const next of this.#states[id]!.free) reached.add(next)
    return [...reached].sort((a, b) => a - b)
  }

  #step(active: readonly number[], code: number): number[] {
    const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code
    const next: number[] = []
    for (const id of active) {
      const { literal, lowerLiteral, sets } = this.#states[id]!
      const exact = literal?.get(code)
      if (exact !== undefined) next.push(exact)
      const either = lowerLiteral?.get(lower)
      if (either !== undefined) next.push(either)
      for (const [set, to] of sets) if (set[code] === 1) next.push(to)
    }
    return next.length === 0 ? next : this.#closure(next)
  }

  #accepted(active: readonly number[]): number[] {
    const accepted = new Set<number>()
    const reached = new Set(active)
    for (const id of reached) {
      const state = this.#states[id]!
      for (const pattern of state.accepts) accepted.add(pattern)
      for (const next of [...state.atEnd, ...state.free]) reached.add(next)
    }
    return [...accepted].sort((a, b) => a - b)
  }

  /** One code for each way in which the next character can matter. */
  *#telling(active: readonly number[]): Generator<number, void> {
    const literal = new Set<number>()
    const sets = new Set<CodeSet>()
    for (const id of active) {
      const state = this.#states[id]!
      for (const code of state.literal?.keys() ?? []) literal.add(code)
      for (const code of state.lowerLiteral?.keys() ?? []) {
        literal.add(code)
        if (code >= 0x61 && code <= 0x7a) literal.add(code - 0x20)
      }
      for (const [set] of state.sets) if (set !== ALL) sets.add(set)
    }
    yield* literal
    for (const alike of sets.size === 0 ? ALIKE : alikeIn(sets)) {
      const code = alike.find(one => !literal.has(one))
      if (code !== undefined) yield code
    }
  }

  #add(pattern: PathPattern, index: number): void {
    switch (pattern.kind) {
      case 'exact':
        this.#states[this.#literal(0, pattern.path)]!.accepts.push(index)
        return
      case 'elements': {
        const stem = this.#literal(0, pattern.path.endsWith('/') ? pattern.path.slice(0, -1) : pattern.path)
        this.#states[stem]!.accepts.push(index)
        this.#link(this.#literal(stem, '/'), this.#anything(index))
        return
      }
      case 'characters': {
        const end = pattern.ignoreCase ? this.#lowerLiteral(pattern.path) : this.#literal(0, pattern.path)
        this.#link(end, this.#anything(index))
        return
      }
      case 'expression': {
        const first = this.#new()
        this.#link(0, first)
        const last = this.#expression(pattern.expression, first, { ignoreCase: pattern.ignoreCase, first })
        const accepting = pattern.whole ? this.#new() : this.#anything(index)
        if (pattern.whole) this.#states[accepting]!.accepts.push(index)
        this.#link(last, accepting)
      }
    }
  }

  /** Adds an expression behind the state `from`, and returns the state behind it. */
  #expression(expression: Expression, from: number, context: { ignoreCase: boolean; first: number }): number {
    const to = this.#new()
    switch (expression.kind) {
      case 'characters':
        this.#states[from]!.sets.push([context.ignoreCase ? eitherCase(expression.codes) : expression.codes, to])
        return to
      case 'sequence':
        return expression.parts.reduce((state, part) => this.#expression(part, state, context), from)
      case 'choice':
        for (const part of expression.parts) {
          const start = this.#new()
          this.#link(from, start)
          this.#link(this.#expression(part, start, context), to)
        }
        return to
      case 'repeat':
        return this.#repeat(expression, from, context)
      case 'end':
        this.#states[from]!.atEnd.push(to)
        return to
      case 'start':
        // Behind the first character it can hold no more.
        if (this.#closure([context.first]).includes(from)) this.#link(from, to)
        return to
    }
  }

  #repeat(
    { part, least, most }: Extract<Expression, { kind: 'repeat' }>,
    from: number,
    context: { ignoreCase: boolean; first: number },
  ): number {
    let state = from
    for (let count = 0; count < least; count++) state = this.#expression(part, state, context)
    const end = this.#new()
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#new()
      this.#link(state, loop)
      this.#link(this.#expression(part, loop, context), loop)
      this.#link(loop, end)
      return end
    }
    for (let count = least; count < most; count++) {
      this.#link(state, end)
      state = this.#expression(part, state, context)
    }
    this.#link(state, end)
    return end
  }

  #anything(index: number): number {
    const id = this.#new()
    this.#states[id]!.sets.push([ALL, id])
    this.#states[id]!.accepts.push(index)
    return id
  }

  #literal(from: number, text: string): number {
    let id = from
    for (let position = 0; position < text.length; position++) {
      const state = this.#states[id]!
      state.literal ??= new Map()
      id = this.#follow(state.literal, text.charCodeAt(position))
    }
    return id
  }

  #lowerLiteral(text: string): number {
    let id = 1
    const lower = text.toLowerCase()
    for (let position = 0; position < lower.length; position++) {
      const state = this.#states[id]!
      state.lowerLiteral ??= new Map()
      id = this.#follow(state.lowerLiteral, lower.charCodeAt(position))
    }
    return id
  }

  #follow(edges: Map<number, number>, code: number): number {
    const known = edges.get(code)
    if (known !== undefined) return known
    const id = this.#new()
    edges.set(code, id)
    return id
  }

  #link(from: number, to: number): void {
    this.#states[from]!.free.push(to)
  }

  #new(): number {
    return this.#states.push(newState()) - 1
  }
}

interface State {
  literal: Map<number, number> | undefined
  /** By the lower case of what is read. */
  lowerLiteral: Map<number, number> | undefined
  readonly sets: [set: CodeSet, to: number][]
  /** Moves that take no character. */
  readonly free: number[]
  /** Moves that are open only where the path ends. */
  readonly atEnd: number[]
  /** The patterns that fit if the path ends here. */
  readonly accepts: number[]
}

interface Visit {
  readonly active: readonly number[]
  readonly normal: number
  readonly path: string
}

function newState(): State {
  return { literal: undefined, lowerLiteral: undefined, sets: [], free: [], atEnd: [], accepts: [] }
}

const ALL: CodeSet = new Uint8Array(128).fill(1)

function eitherCase(set: CodeSet): CodeSet {
  return set.map((member, code) => {
    if (code >= 0x41 && code <= 0x5a) return member | set[code + 0x20]!
    return code >= 0x61 && code <= 0x7a ? member | set[code - 0x20]! : member
  })
}

/** Every code, those that make readable examples first. */
const BY_LOOKS = [
  ...Array.from('xyzabcdefghijklmnopqrstuvw0123456789/-_XYZABCDEFGHIJKLMNOPQRSTUVW.~', letter => letter.charCodeAt(0)),
  ...Array.from({ length: 128 }, (_, code) => code),
]

/** Codes with the same text here are alike in every state of the automaton of normalised paths. */
const NORMAL_KINDS = Array.from({ length: 128 }, (_, code) => {
  // Before anything, in an element, after one dot, after two, after a percent sign, after each first digit.
  const states = [START]
  for (const text of ['/', '/x', '/.', '/..', '/%', ...Array.from('0123456789ABCDEF', digit => `/%${digit}`)]) {
    let state: number | undefined = START
    for (const character of text) state = state === undefined ? undefined : stepNormal(state, character.charCodeAt(0))
    if (state !== undefined) states.push(state)
  }
  return `${states.map(state => stepNormal(state, code) ?? '-').join()};`
})

/** Codes that are alike for normalised paths and for each of these sets, those with good looks first. */
function alikeIn(sets: Iterable<CodeSet>): number[][] {
  const listed = [...sets]
  return [...Map.groupBy(BY_LOOKS, code => NORMAL_KINDS[code]! + listed.map(set => set[code]).join('')).values()]
}

const ALIKE = alikeIn([])
