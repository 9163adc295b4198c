import type { Finding } from '../check/finding.ts'
import { type FindingCode, findingCodes } from '../check/finding-codes.ts'

/** A finding as JSON: no field is looked up late any more. */
export interface FlatFinding {
  readonly code: FindingCode
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string } | null
  readonly field: string | null
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly related: readonly FlatPlace[]
  readonly fix: string
  /** A URL that shows the trouble. */
  readonly request: string | null
}

export interface FlatPlace {
  readonly object: string
  readonly field: string
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
}

/** Reads everything of a finding once. */
export function flatten(finding: Finding): FlatFinding {
  const { code, severity, message, object, field, position, related = [], fix, request } = finding
  return {
    ...{ code, severity, message, object: object ?? null, field: field || null },
    ...placeOf(position),
    related: related.map(place => ({
      object: `${place.object.kind} ${place.object.namespace === '' ? '' : `${place.object.namespace}/`}${place.object.name}`,
      field: place.field,
      ...placeOf(place.position),
    })),
    fix: fix ?? findingCodes[code].fix,
    request: request ?? null,
  }
}

function placeOf(position: Finding['position']) {
  return { file: position?.file ?? null, line: position?.line ?? null, column: position?.column ?? null }
}
