import { type DiagnosticCode, diagnosticCodes, type Severity } from './diagnostic-codes.ts'
import { type FieldPath, formatField } from './field-path.ts'
import type { KubernetesObject, Position } from './kubernetes-object.ts'

/** Names one object in a diagnostic. */
export interface ObjectReference {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Another place that a diagnostic is about: the other of two duplicates, say. */
export interface RelatedPlace {
  readonly object: ObjectReference
  readonly field: string
  readonly position?: Position | undefined
}

/** Something the author of a manifest should know. Plain data; `position` is looked up when it is first read. */
export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** A sentence for someone who has not read the specification. */
  readonly message: string
  readonly object?: ObjectReference | undefined
  /** Such as `spec.rules[0].host`. */
  readonly field?: string | undefined
  readonly position?: Position | undefined
  readonly related?: readonly RelatedPlace[] | undefined
  /** What to do about it. */
  readonly fix?: string | undefined
  /** A URL whose request shows the trouble. */
  readonly request?: string | undefined
}

/** An object and a field in it. */
export interface Place {
  readonly object: KubernetesObject
  readonly field: FieldPath
}

/** What {@link diagnose} takes beside code and message. */
export interface DiagnosticDetails {
  readonly related?: readonly Place[]
  readonly severity?: Severity
  readonly fix?: string
  readonly request?: string
}

/** A diagnostic about a field of an object. */
export function diagnose(
  code: DiagnosticCode,
  place: Place,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return {
    code,
    severity: details.severity ?? diagnosticCodes[code].severity,
    message,
    object: referenceTo(place.object),
    field: formatField(place.field),
    get position() {
      return place.object.source?.locate(place.field)
    },
    related: details.related?.map(relatedPlace),
    fix: details.fix ?? diagnosticCodes[code].fix,
    request: details.request,
  }
}

/** A diagnostic about a place in a file, where there is no object yet. */
export function diagnoseText(code: DiagnosticCode, position: Position, message: string): Diagnostic {
  return { code, severity: diagnosticCodes[code].severity, message, position, fix: diagnosticCodes[code].fix }
}

/** Collects what is wrong with one object. */
export interface Report {
  readonly object: KubernetesObject
  readonly diagnostics: Diagnostic[]
  add(code: DiagnosticCode, field: FieldPath, message: string, details?: DiagnosticDetails): void
}

/** A report on an object; by default an empty one. */
export function reportOn(object: KubernetesObject, diagnostics: Diagnostic[] = []): Report {
  return {
    object,
    diagnostics,
    add: (code, field, message, details) => {
      diagnostics.push(diagnose(code, { object, field }, message, details))
    },
  }
}

function referenceTo(object: KubernetesObject): ObjectReference {
  return { kind: object.kind, ...object.metadata }
}

function relatedPlace({ object, field }: Place): RelatedPlace {
  return {
    object: referenceTo(object),
    field: formatField(field),
    get position() {
      return object.source?.locate(field)
    },
  }
}
