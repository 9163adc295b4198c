import type { Fields } from './fields.ts'
import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName, looksLikePlaceholder } from './names.ts'
import { checkOwnerReferences } from './owner-references.ts'

/** The part of an object's metadata that routing and reports use. */
export interface Metadata {
  readonly namespace: string
  readonly name: string
  /** Milliseconds since 1970; absent for objects that no cluster has stored yet. */
  readonly creationTimestamp?: number
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** In bytes, keys and values together. */
const MAX_ANNOTATIONS = 256 * 1024

/** Finalizers that need no domain in front. */
const standardFinalizers: readonly string[] = ['foregroundDeletion', 'orphan', 'kubernetes']

/** What names of a kind are made of: labels joined by dots, or one label. */
export type Naming = 'subdomain' | 'label'

/** The metadata, or `undefined` if the API server would refuse it. */
export function readMetadata(object: Fields, naming: Naming = 'subdomain'): Metadata | undefined {
  const fields = object.fields('metadata')
  if (fields === undefined) {
    object.complain('missing-field', 'metadata', `${object.report.object.kind} has no metadata, and so no name.`)
    return undefined
  }
  const created = fields.time('creationTimestamp')
  const labels = fields.textMap('labels')
  const annotations = fields.textMap('annotations')
  const { kind } = object.report.object
  const valid = [
    checkName(fields, kind, naming),
    checkNamespace(fields, kind),
    checkKeys(fields, 'labels', labels),
    checkKeys(fields, 'annotations', annotations),
    checkLabelValues(fields, labels),
    checkAnnotationSize(fields, annotations),
    checkGenerateName(fields, kind, naming),
    checkFinalizers(fields),
    checkOwnerReferences(fields),
  ].every(Boolean)
  checkTypesOfOthers(fields)
  fields.reportUnknown({ annotation: 'did you mean annotations?', label: 'did you mean labels?' })
  if (!valid || !fields.wellTyped) return undefined
  return {
    ...object.report.object.metadata,
    labels,
    annotations,
    ...(created === undefined ? {} : { creationTimestamp: created }),
  }
}

/** Fields that the cluster or its tools keep: they only have to be of the right type. */
function checkTypesOfOthers(fields: Fields): void {
  for (const name of ['uid', 'resourceVersion', 'selfLink']) fields.text(name)
  for (const name of ['generation', 'deletionGracePeriodSeconds']) fields.longInteger(name)
  fields.time('deletionTimestamp')
  fields.items('managedFields')
}

/** The API server adds characters to it, so that it may end in a hyphen. */
function checkGenerateName(fields: Fields, kind: string, naming: Naming): boolean {
  const written = fields.text('generateName')
  const name = written.length > 1 && written.endsWith('-') ? `${written.slice(0, -2)}a` : written
  if (name === '' || (naming === 'label' ? isDnsLabel(name) : isDnsSubdomain(name))) return true
  const message = `${JSON.stringify(written)} cannot begin the name of ${kind}: ${whyNot(written, naming)}.`
  fields.complain('invalid-name', 'generateName', message)
  return false
}

function checkFinalizers(fields: Fields): boolean {
  const bad = fields.textList('finalizers').filter(({ text }) => {
    return !isQualifiedName(text) || !(text.includes('/') || standardFinalizers.includes(text))
  })
  for (const { text } of bad) {
    const message = `${JSON.stringify(text)} is no finalizer: it must be like example.com/name.`
    fields.complain('invalid-metadata', 'finalizers', message)
  }
  return bad.length === 0
}

function checkName(fields: Fields, kind: string, naming: Naming): boolean {
  const name = fields.text('name')
  if (naming === 'label' ? isDnsLabel(name) : isDnsSubdomain(name)) return true
  if (name === '') {
    const why = fields.text('generateName') === '' ? '.' : ' yet: generateName is filled in when a cluster creates it.'
    fields.complain('missing-field', 'name', `This ${kind} has no name${why}`)
  } else
    fields.complain(
      'invalid-name',
      'name',
      `${JSON.stringify(name)} cannot be the name of ${kind}: ${whyNot(name, naming)}.`,
    )
  return false
}

function whyNot(name: string, naming: Naming): string {
  if (looksLikePlaceholder(name)) return 'it looks like a placeholder that was not filled in'
  const characters = naming === 'label' ? 'letters, digits and hyphens' : 'letters, digits, hyphens and dots'
  const longest = naming === 'label' ? 63 : 253
  return `it may have at most ${longest} lower-case ${characters}, with a letter or digit at each end`
}

function checkNamespace(fields: Fields, kind: string): boolean {
  const namespace = fields.text('namespace')
  if (namespace === '' || kind === 'IngressClass' || isDnsLabel(namespace)) return true
  fields.complain(
    'invalid-name',
    'namespace',
    `${JSON.stringify(namespace)} cannot be the name of a namespace: ${whyNot(namespace, 'label')}.`,
  )
  return false
}

function checkKeys(fields: Fields, name: 'labels' | 'annotations', map: Readonly<Record<string, string>>): boolean {
  // The API server compares annotation keys in lower case.
  const bad = Object.keys(map).filter(key => !isQualifiedName(name === 'annotations' ? key.toLowerCase() : key))
  for (const key of bad) {
    const message = `${JSON.stringify(key)} cannot be a key of ${name}: it must be like example.com/name or name.`
    fields.complain('invalid-metadata', name, message)
  }
  return bad.length === 0
}

function checkLabelValues(fields: Fields, labels: Readonly<Record<string, string>>): boolean {
  const bad = Object.entries(labels).filter(([, value]) => !isLabelValue(value))
  for (const [key, value] of bad) {
    const rule = 'at most 63 letters, digits, hyphens, underscores and dots'
    fields.complain(
      'invalid-metadata',
      'labels',
      `The label ${key} cannot have the value ${JSON.stringify(value)}: ${rule}.`,
    )
  }
  return bad.length === 0
}

function checkAnnotationSize(fields: Fields, annotations: Readonly<Record<string, string>>): boolean {
  const texts = Object.entries(annotations).flat()
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  // A character has at most three bytes, so most annotations need not be looked at.
  if (characters * 3 <= MAX_ANNOTATIONS) return true
  const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0)
  if (bytes <= MAX_ANNOTATIONS) return true
  const message = `The annotations have ${bytes} bytes; Kubernetes allows at most ${MAX_ANNOTATIONS}.`
  fields.complain('invalid-metadata', 'annotations', message)
  return false
}
