import { type DiagnosticCode, type DiagnosticCodeInfo, diagnosticCodes } from '@ingot/kubernetes'

/** Codes for what only the whole route table shows, in addition to those of reading and translating. */
const tableCodes = {
  'ambiguous-rule-path': {
    severity: 'warning',
    title: 'Requests for a path are refused, because some servers read it as a path that belongs to another backend',
    fix: 'Choose a path without ;, encoded slashes and other characters that servers read in more than one way.',
  },
} as const satisfies Record<string, DiagnosticCodeInfo>

/** Every code a finding can have. Codes are stable: they may be added, never renamed. */
export const findingCodes: Readonly<Record<FindingCode, DiagnosticCodeInfo>> = { ...diagnosticCodes, ...tableCodes }

/** A stable kebab-case name for one kind of trouble. */
export type FindingCode = DiagnosticCode | keyof typeof tableCodes
