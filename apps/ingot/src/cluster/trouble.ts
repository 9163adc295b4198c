import { createHash } from 'node:crypto'
import type { Diagnostic } from '@ingot/kubernetes'
import type { ApiObject } from './api-object.ts'
import { events } from './api-resources.ts'
import { eventNote, eventReason } from './event-reason.ts'
import { microTime } from './lease.ts'

/** The object that an Event is about. */
export interface EventSubject {
  readonly apiVersion: string
  readonly uid?: string | undefined
}

/** Who tells. */
export interface EventReporter {
  /** The controller, as in `spec.controller` of an IngressClass. */
  readonly controller: string
  /** Tells this replica from the others. */
  readonly instance: string
}

/** A diagnostic that an Event can tell of: one that is about an object. */
export interface Trouble {
  readonly diagnostic: Diagnostic
  readonly object: NonNullable<Diagnostic['object']>
}

/** Equal for what is the same trouble; `undefined` if the diagnostic is about no object. */
export function troubleKey(diagnostic: Diagnostic): string | undefined {
  const { object, code } = diagnostic
  return object && [object.kind, object.namespace, object.name, code, noteOf(diagnostic)].join('\n')
}

function noteOf({ field, message }: Diagnostic): string {
  return eventNote(field === undefined ? message : `${field}: ${message}`)
}

/** The Event that tells of it. */
export function eventOf(
  { diagnostic, object }: Trouble,
  { apiVersion, uid }: EventSubject,
  reporter: EventReporter,
): ApiObject {
  const reason = eventReason(diagnostic.code)
  const note = noteOf(diagnostic)
  const regarding = { apiVersion, kind: object.kind, name: object.name, ...(uid !== undefined && { uid }) }
  // The same trouble has the same name, so whoever tells of it again finds what was told before.
  const id = createHash('sha256')
    .update(JSON.stringify([uid, reason, note]))
    .digest('hex')
    .slice(0, 16)
  return {
    apiVersion: events.apiVersion,
    kind: events.kind,
    // Events on objects without a namespace belong into this one.
    metadata: { namespace: object.namespace || 'default', name: `${shortName(object.name)}.${id}` },
    eventTime: microTime(),
    type: diagnostic.severity === 'info' ? 'Normal' : 'Warning',
    reason,
    action: 'Translate',
    note,
    regarding: object.namespace === '' ? regarding : { ...regarding, namespace: object.namespace },
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
  }
}

/** Leaves room for more, and ends as a name may end. Each run of marks is tried once: from its beginning. */
function shortName(name: string): string {
  return name.slice(0, 230).replace(/(?<![.-])[.-]+$/, '')
}
