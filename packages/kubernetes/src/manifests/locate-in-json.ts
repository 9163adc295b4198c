import type { FieldPath } from '../field-path.ts'

/**
 * Finds values in a text that `JSON.parse` accepts, without building anything: a list of ten thousand objects has to
 * be walked once, not once for each question.
 */
export class JsonLocator {
  readonly #text: string
  /** The offsets of the items of each list that was asked for, by the offset of the list. */
  readonly #items = new Map<number, readonly number[]>()
  /** The members of the outermost object, one of which may hold nearly all of the text. */
  #rootMembers: ReadonlyMap<string, number> | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The offset of the value at the path, or of the nearest one around it. */
  locate(field: FieldPath): number {
    const root = this.#skipBlanks(0)
    let offset = root
    for (const part of field) {
      const next = typeof part === 'number' ? this.#itemsOf(offset)[part] : this.#member(offset, part, offset === root)
      if (next === undefined) return offset
      offset = next
    }
    return offset
  }

  #itemsOf(list: number): readonly number[] {
    const known = this.#items.get(list)
    if (known !== undefined) return known
    const items: number[] = []
    if (this.#text[list] === '[') {
      let at = this.#skipBlanks(list + 1)
      while (this.#text[at] !== ']') {
        items.push(at)
        at = this.#afterComma(this.#skipValue(at))
      }
    }
    this.#items.set(list, items)
    return items
  }

  #member(object: number, key: string, isRoot: boolean): number | undefined {
    if (!isRoot) return this.#membersOf(object).get(key)
    this.#rootMembers ??= this.#membersOf(object)
    return this.#rootMembers.get(key)
  }

  /** The offsets of an object's values; of two with one key the last counts. */
  #membersOf(object: number): ReadonlyMap<string, number> {
    const members = new Map<string, number>()
    if (this.#text[object] !== '{') return members
    let at = this.#skipBlanks(object + 1)
    while (this.#text[at] !== '}') {
      const keyEnd = this.#skipString(at)
      const value = this.#skipBlanks(this.#text.indexOf(':', keyEnd) + 1)
      members.set(JSON.parse(this.#text.slice(at, keyEnd)) as string, value)
      at = this.#afterComma(this.#skipValue(value))
    }
    return members
  }

  #afterComma(end: number): number {
    const at = this.#skipBlanks(end)
    return this.#text[at] === ',' ? this.#skipBlanks(at + 1) : at
  }

  /** The offset after the value that begins at `at`. */
  #skipValue(at: number): number {
    if (this.#text[at] === '"') return this.#skipString(at)
    let depth = 0
    for (let position = at; position < this.#text.length; position++) {
      const character = this.#text[position]
      if (character === '"') position = this.#skipString(position) - 1
      else if (character === '{' || character === '[') depth++
      else if (character === '}' || character === ']') {
        if (depth === 0) return position
        if (--depth === 0) return position + 1
      } else if (character === ',' && depth === 0) return position
    }
    return this.#text.length
  }

  /** The offset after the string that begins at `at`. */
  #skipString(at: number): number {
    let position = at + 1
    while (this.#text[position] !== '"') position += this.#text[position] === '\\' ? 2 : 1
    return position + 1
  }

  #skipBlanks(at: number): number {
    let position = at
    while (' \t\r\n'.includes(this.#text[position] ?? 'x')) position++
    return position
  }
}
