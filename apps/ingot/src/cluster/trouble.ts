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

/** Trouble as it is told: what is equal here is the same trouble. */
export interface Trouble {
  readonly key: string
  readonly diagnostic: Diagnostic
  readonly object: NonNullable<Diagnostic['object']>
}

/** The trouble in a diagnostic, by its key; none if it is about no object. */
export function readTrouble(diagnostic: Diagnostic): [string, Trouble][] {
  const { object, code } = diagnostic
  if (object === undefined) return []
  const key = [object.kind, object.namespace, object.name, code, noteOf(diagnostic)].join('\n')
  return [[key, { key, diagnostic, object }]]
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

/** Leaves room for more, and ends as a name may end. */
function shortName(name: string): string {
  return name.slice(0, 230).replace(/[.-]+$/, '')
}
