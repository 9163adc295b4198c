import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import type { FieldPath } from './field-path.ts'
import type { ObjectSource, Position } from './kubernetes-object.ts'
import { findTemplate, type TemplateMark } from './template.ts'
import { yamlOptions } from './yaml-options.ts'

/** One YAML or JSON document of a file. Keeps its text only; what is parsed for a position may be forgotten again. */
export class DocumentSource {
  readonly file: string
  readonly text: string
  /** The line of the file on which the document begins, counted from 1. */
  readonly firstLine: number
  #parsed: WeakRef<ParsedDocument> | undefined
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
  locate(field: FieldPath): Position | undefined {
    const parsed = this.#parse()
    return this.position(parsed.lines, offsetOf(parsed.document, field))
  }

  /** The first placeholder of a template in the text, if there is one. */
  get template(): TemplateMark | undefined {
    this.#template ??= { mark: findTemplate(this.text) }
    return this.#template.mark
  }

  /** The place in the file of an offset in the document's text. */
  position(lines: LineCounter, offset: number): Position {
    const { line, col } = lines.linePos(offset)
    return { file: this.file, line: this.firstLine + Math.max(line, 1) - 1, column: Math.max(col, 1) }
  }

  #parse(): ParsedDocument {
    const kept = this.#parsed?.deref()
    if (kept !== undefined) return kept
    const lines = new LineCounter()
    const parsed = { document: parseDocument(this.text, { ...yamlOptions, lineCounter: lines }), lines }
    this.#parsed = new WeakRef(parsed)
    return parsed
  }
}

interface ParsedDocument {
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/** The offset of the value at the path, if it is written on the line of its key, else of the key. */
function offsetOf(document: Document.Parsed, field: FieldPath): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const part of field) {
    const next = stepInto(resolveAlias(document, node), part)
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
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
  return pair === undefined ? undefined : { value: pair.value, offset: startOf((pair as Pair).key) ?? 0 }
}

function resolveAlias(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
