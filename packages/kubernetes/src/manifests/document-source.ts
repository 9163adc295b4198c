import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import type { FieldPath } from '../field-path.ts'
import type { ObjectSource, Position } from '../kubernetes-object.ts'
import { JsonLocator } from './locate-in-json.ts'
import { findTemplate, type TemplateMark } from './template.ts'
import { yamlOptions } from './yaml-options.ts'

/** One YAML or JSON document of a file. Keeps its text only; what is parsed for a position may be forgotten again. */
export class DocumentSource {
  readonly file: string
  readonly text: string
  /** The line of the file on which the document begins, counted from 1. */
  readonly firstLine: number
  /** Set by the reader once it knows; JSON is searched without a YAML parser. */
  isJson = false
  #locator: WeakRef<Locator> | undefined
  #lineStarts: readonly number[] | undefined
  #template: { readonly mark: TemplateMark | undefined } | undefined

  constructor(file: string, text: string, firstLine: number) {
    this.file = file
    this.text = text
    this.firstLine = firstLine
  }

  /** The source of an object at some path in the document: an item of a List, or the whole. */
  at(prefix: FieldPath): ObjectSource {
    return { file: this.file, locate: field => this.locate([...prefix, ...field]) }
  }

  /** Where the field is, or the nearest one around it. */
  locate(field: FieldPath): Position {
    return this.position(this.#fieldLocator().locate(field))
  }

  /** The place in the file of an offset in the document's text. */
  position(offset: number): Position {
    this.#lineStarts ??= lineStarts(this.text)
    const line = lastAtMost(this.#lineStarts, offset)
    return { file: this.file, line: this.firstLine + line, column: offset - this.#lineStarts[line]! + 1 }
  }

  /** The first placeholder of a template in the text, if there is one. */
  get template(): TemplateMark | undefined {
    this.#template ??= { mark: findTemplate(this.text) }
    return this.#template.mark
  }

  #fieldLocator(): Locator {
    const kept = this.#locator?.deref()
    if (kept !== undefined) return kept
    const locator = this.isJson ? new JsonLocator(this.text) : yamlLocator(this.text)
    this.#locator = new WeakRef(locator)
    return locator
  }
}

interface Locator {
  locate(field: FieldPath): number
}

function yamlLocator(text: string): Locator {
  const document = parseDocument(text, yamlOptions)
  return { locate: field => offsetOf(document, field) }
}

/** The offset of the value at the path, if it is a scalar, else of its key. */
function offsetOf(document: Document.Parsed, field: FieldPath): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const part of field) {
    const next = stepInto(isAlias(node) ? node.resolve(document) : node, part)
    if (next === undefined) return offset
    node = next.value
    offset = isScalar(node) ? (startOf(node) ?? next.offset) : next.offset
  }
  return offset
}

function stepInto(node: unknown, part: string | number): { value: unknown; offset: number } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const value = node.items[part]
    return value === undefined ? undefined : { value, offset: startOf(value) ?? 0 }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(part))
  return pair === undefined ? undefined : { value: pair.value, offset: startOf((pair as Pair).key) ?? 0 }
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The index of the last of the ascending numbers that is at most `limit`. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (numbers[middle]! <= limit) low = middle
    else high = middle - 1
  }
  return low
}
