import { type Diagnostic, reportOn } from '../diagnostic.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { Fields } from './fields.ts'

/** An object of a known kind, without the parts that are invalid, or without a value if it has to be left out. */
export interface Validated<T> {
  readonly value: T | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** A validator that remembers its answer as long as the object lives: most objects stay when one changes. */
export function remembered<T>(read: (fields: Fields, object: KubernetesObject) => T | undefined) {
  const known = new WeakMap<KubernetesObject, Validated<T>>()
  return (object: KubernetesObject): Validated<T> => {
    const before = known.get(object)
    if (before !== undefined) return before
    const report = reportOn(object)
    const validated = { value: read(Fields.of(report), object), diagnostics: report.diagnostics }
    known.set(object, validated)
    return validated
  }
}
