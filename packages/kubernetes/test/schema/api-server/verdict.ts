import type { DiagnosticCode } from '../../../src/diagnostic-codes.ts'
import { kubernetesObject } from '../../../src/kubernetes-object.ts'
import { validateObject } from '../../../src/schema/validate-object.ts'
import { exceptions } from './exceptions.ts'
import { objectOf, type ValidationCase } from './mutation.ts'

/** What becomes of an object. */
export interface Verdict {
  readonly accepted: boolean
  /** What is wrong, as `spec.rules[0].host`; empty where an answer names no field. */
  readonly fields: readonly string[]
  /** Fields that nobody knows, and that are dropped. */
  readonly unknown: readonly string[]
}

/** What the API server says. */
export interface TheirVerdict extends Verdict {
  /** Its words; `''` if it has nothing against the object. */
  readonly message: string
}

/** A case and what the API server said. */
export interface RecordedCase extends ValidationCase, TheirVerdict {}

/** Codes that do not mean that an object, or a part of it, is refused. */
const remarks: readonly DiagnosticCode[] = ['unknown-field', 'legacy-api-version']

/** Our verdict, in the form of the API server's. */
export function ourVerdict(validationCase: ValidationCase): Verdict {
  const object = kubernetesObject(objectOf(validationCase))
  const validated = object && validateObject(object)
  if (validated === undefined) throw new Error('A case is of a kind that nobody validates')
  const refusals = validated.diagnostics.filter(({ code }) => !remarks.includes(code))
  const unknown = validated.diagnostics.filter(({ code }) => code === 'unknown-field')
  return {
    accepted: refusals.length === 0,
    fields: sorted(refusals.map(({ field }) => field ?? '')),
    unknown: sorted(unknown.map(({ field }) => field ?? '')),
  }
}

/** How two verdicts differ, in words; `undefined` if they do not, or if it is meant. */
export function difference(ours: Verdict, theirs: TheirVerdict): string | undefined {
  const found = anyDifference(ours, theirs)
  return found === undefined || exceptionFor(ours, theirs) !== undefined ? undefined : found
}

/** Why two verdicts that differ are meant to. */
export function exceptionFor(ours: Verdict, theirs: TheirVerdict): string | undefined {
  if (anyDifference(ours, theirs) === undefined) return undefined
  return exceptions.find(({ says, about }) => {
    if (says?.test(theirs.message)) return true
    return about !== undefined && [...ours.fields, ...theirs.unknown].some(field => about.test(field))
  })?.why
}

function anyDifference(ours: Verdict, theirs: TheirVerdict): string | undefined {
  if (ours.accepted !== theirs.accepted) return ours.accepted ? 'only the API server refuses it' : 'only we refuse it'
  const named = theirs.fields.map(plain)
  const stray = ours.fields.map(plain).find(field => named.length > 0 && !named.some(other => related(field, other)))
  if (stray !== undefined) return `the API server has nothing against ${stray}`
  if (!ours.accepted) return undefined
  const unknown = sorted(ours.unknown.map(plain))
  return unknown.join(' ') === sorted(theirs.unknown.map(plain)).join(' ') ? undefined : `we do not know ${unknown}`
}

/** Both have their own ways to write a few fields. */
function plain(field: string): string {
  return field
    .replace(/\["((?:[^"\\]|\\.)*)"\]/g, (_, key: string) => `.${JSON.parse(`"${key}"`)}`)
    .replace(/^metadata\.ownerReferences\[\d+\]/, 'metadata.ownerReferences')
    .replace(/^spec\.clusterIPs(\[0\])?/, 'spec.clusterIP')
    .replace(/^(?:data|stringData)\b.*/, 'data')
}

/** A field that is missing is reported where it is missing from; of a path without type, the API server says no more. */
function related(one: string, theirs: string): boolean {
  const other = theirs.replace(/\.pathType$/, '')
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return long === short || long.startsWith(`${short}.`) || long.startsWith(`${short}[`)
}

/** Without repetitions, in the order of their characters. */
function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}
