import { type Document, isAlias, parseDocument, visit, type YAMLError } from 'yaml'
import { type Diagnostic, diagnoseText } from '../diagnostic.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import type { FieldPath } from '../field-path.ts'
import { isRecord, type KubernetesObject, kubernetesObject, routingKind } from '../kubernetes-object.ts'
import { DocumentSource } from './document-source.ts'
import { duplicateJsonKeys } from './duplicate-json-keys.ts'
import { explainYamlError } from './explain-yaml-error.ts'
import { readPlainYaml } from './read-plain-yaml.ts'
import { splitDocuments } from './split-documents.ts'
import { describeTemplate, mentionsTemplate } from './template.ts'
import { toJsOptions, yamlOptions } from './yaml-options.ts'

export interface ReadOptions {
  /** The name that diagnostics give the file. */
  readonly file: string
  /** The namespace of objects that name none. Default: `default`. */
  readonly defaultNamespace?: string
  /** The longest text that is read, in UTF-16 code units. Default: 64 Mi. */
  readonly maxLength?: number
}

/** The objects of a text, of any kind and not yet validated, and what could not be read. */
export interface ReadResult {
  readonly objects: readonly KubernetesObject[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads the Kubernetes objects out of YAML or JSON: several documents, and Lists. A document that cannot be read is
 * left out with a diagnostic; the others stay. Never throws on what the text holds.
 */
export function readManifests(text: string, options: ReadOptions): ReadResult {
  const maxLength = options.maxLength ?? 64 * 1024 * 1024
  if (text.length > maxLength) return { objects: [], diagnostics: [tooLarge(text, options.file, maxLength)] }
  const objects: KubernetesObject[] = []
  const diagnostics: Diagnostic[] = []
  for (const { text: part, firstLine } of splitDocuments(withoutByteOrderMark(text))) {
    const source = new DocumentSource(options.file, part, firstLine)
    try {
      const read = readDocument(source)
      diagnostics.push(...read.diagnostics)
      if (read.value === undefined || read.value === null) continue
      collectObjects(read.value, source, [], options, objects, diagnostics)
    } catch (error) {
      // Nesting is walked by recursion, so hostile nesting ends in the engine's own limit.
      if (!(error instanceof RangeError)) throw error
      diagnostics.push(...tooDeep(source).diagnostics)
    }
  }
  return { objects, diagnostics: onlyFirstTemplate(diagnostics) }
}

interface ReadDocument {
  readonly value?: unknown
  readonly diagnostics: readonly Diagnostic[]
}

function readDocument(source: DocumentSource): ReadDocument {
  return isBlank(source.text) ? { diagnostics: [] } : (readJson(source) ?? readYaml(source))
}

function tooDeep(source: DocumentSource, offset = 0): ReadDocument {
  return failed('nested-too-deep', source, 'The document is nested too deeply to be read; it is left out.', offset)
}

/** JSON by the platform's parser, an order of magnitude faster than YAML; `undefined` if it is not valid JSON. */
function readJson(source: DocumentSource): ReadDocument | undefined {
  if (!/^\s*[[{]/.test(source.text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(source.text)
  } catch {
    return undefined
  }
  source.isJson = true
  return { value, diagnostics: duplicateJsonKeys(source.text).map(({ offset }) => duplicateKey(source, offset)) }
}

function readYaml(source: DocumentSource): ReadDocument {
  const plain = readPlainYaml(source.text)
  if (plain !== undefined) return { value: plain.value, diagnostics: [] }
  const document = parseDocument(source.text, yamlOptions)
  const fatal = document.errors.find(error => error.code !== 'DUPLICATE_KEY')
  if (fatal !== undefined) return brokenYaml(source, fatal)
  const duplicates = document.errors.map(error => duplicateKey(source, error.pos[0]))
  try {
    return { value: document.toJS(toJsOptions), diagnostics: duplicates }
  } catch (error) {
    if (error instanceof ReferenceError) return brokenAlias(source, document)
    return brokenMerge(source, error)
  }
}

/** A merge key that leads to no map is the one thing that only shows when values are made. */
function brokenMerge(source: DocumentSource, error: unknown): ReadDocument {
  if (!(error instanceof Error && error.message.startsWith('Merge'))) throw error
  const message = 'The key << must lead to an object with fields, or a list of them. The document is left out.'
  return failed('yaml-syntax', source, message, Math.max(source.text.indexOf('<<'), 0))
}

function brokenYaml(source: DocumentSource, error: YAMLError): ReadDocument {
  const { template } = source
  if (template !== undefined) {
    return failed('template-not-rendered', source, describeTemplate(template.text), template.offset)
  }
  if (error.code === 'RESOURCE_EXHAUSTION') return tooDeep(source, error.pos[0])
  const position = source.position(error.pos[0])
  return {
    diagnostics: [
      diagnoseText('yaml-syntax', position, `${sentence(explainYamlError(error))} The document is left out.`),
    ],
  }
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}

/** An alias to nothing is nearly always a wildcard host without quotes. */
function brokenAlias(source: DocumentSource, document: Document.Parsed): ReadDocument {
  let problem: ReadDocument | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      const position = source.position(alias.range?.[0] ?? 0)
      const message = `A value that begins with * must be in quotes: "*${alias.source}". The document is left out.`
      problem = { diagnostics: [diagnoseText('yaml-syntax', position, message)] }
      return visit.BREAK
    },
  })
  const bomb = 'Aliases in the document expand to more than 10,000 copies; it is left out.'
  return problem ?? failed('too-many-aliases', source, bomb, firstAlias(document))
}

function firstAlias(document: Document.Parsed): number {
  let offset = 0
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) return undefined
      offset = node.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

/** Takes Lists apart, and says what is no object. */
function collectObjects(
  value: unknown,
  source: DocumentSource,
  path: FieldPath,
  options: ReadOptions,
  objects: KubernetesObject[],
  diagnostics: Diagnostic[],
): void {
  if (isRecord(value) && isList(value)) {
    for (const [index, item] of value.items.entries()) {
      collectObjects(itemOf(value, item), source, [...path, 'items', index], options, objects, diagnostics)
    }
    return
  }
  const object = kubernetesObject(value, { ...options, source: source.at(path) })
  const problem = problemWith(value, object, source, path)
  if (problem !== undefined) diagnostics.push(problem)
  else if (object !== undefined) objects.push(object)
}

function isList(value: Record<string, unknown>): value is { apiVersion: unknown; kind: string; items: unknown[] } {
  return typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)
}

/** Items of a typed list may leave out apiVersion and kind, as the API server's own lists do. */
function itemOf(list: { apiVersion: unknown; kind: string }, item: unknown): unknown {
  const kind = list.kind.slice(0, -'List'.length)
  if (kind === '' || !isRecord(item) || (item.kind !== undefined && item.apiVersion !== undefined)) return item
  return { apiVersion: list.apiVersion, kind, ...item }
}

function problemWith(
  value: unknown,
  object: KubernetesObject | undefined,
  source: DocumentSource,
  path: FieldPath,
): Diagnostic | undefined {
  const { template } = source
  if (object === undefined) {
    if (template !== undefined)
      return atOffset('template-not-rendered', source, describeTemplate(template.text), template.offset)
    if (/(?:^|[\\/])kustomization\.ya?ml$/i.test(source.file)) return kustomize(source, path)
    return diagnoseText('not-an-object', source.locate(path), whyNotAnObject(value))
  }
  if (object.apiVersion.startsWith('kustomize.config.k8s.io/')) return kustomize(source, path)
  // Other kinds may well carry templates of their own: alert rules, workflow steps.
  if (template === undefined || routingKind(object) === undefined || !mentionsTemplate(object)) return undefined
  return atOffset('template-not-rendered', source, describeTemplate(template.text), template.offset)
}

function kustomize(source: DocumentSource, path: FieldPath): Diagnostic {
  const message = 'This file tells Kustomize how to make objects, and holds none itself.'
  return diagnoseText('kustomize-file', source.locate(path), message)
}

function whyNotAnObject(value: unknown): string {
  if (!isRecord(value)) return 'This document is no Kubernetes object: it has no fields. It is left out.'
  const missing = ['apiVersion', 'kind'].filter(field => typeof value[field] !== 'string')
  return `This document is no Kubernetes object: it has no ${missing.join(' and no ')}. It is left out.`
}

function duplicateKey(source: DocumentSource, offset: number): Diagnostic {
  const key = /^["']?([^"':\s]*)/.exec(source.text.slice(offset, offset + 300))?.[1] ?? ''
  const message = `The key ${JSON.stringify(key)} is written twice in the same place; the last one counts.`
  return atOffset('duplicate-key', source, message, offset)
}

function failed(code: DiagnosticCode, source: DocumentSource, message: string, offset = 0): ReadDocument {
  return { diagnostics: [atOffset(code, source, message, offset)] }
}

function atOffset(code: DiagnosticCode, source: DocumentSource, message: string, offset: number): Diagnostic {
  return diagnoseText(code, source.position(offset), message)
}

function tooLarge(text: string, file: string, maxLength: number): Diagnostic {
  const message = `The file has ${text.length} characters; at most ${maxLength} are read at once.`
  return diagnoseText('file-too-large', { file, line: 1, column: 1 }, message)
}

/** Every document of a chart is a template; one diagnostic a file says it all. */
function onlyFirstTemplate(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const first = diagnostics.find(({ code }) => code === 'template-not-rendered')
  return diagnostics.filter(diagnostic => diagnostic.code !== 'template-not-rendered' || diagnostic === first)
}

function isBlank(text: string): boolean {
  return !/^(?!---\s*(?:#.*)?$)[ \t]*[^\s#]/m.test(text)
}

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
