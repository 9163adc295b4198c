import type { Diagnostic } from '@ingot/kubernetes'
import type { FindingCode } from './finding-codes.ts'

/** Something the author of a manifest should know: a diagnostic, or what the route table as a whole shows. */
export type Finding = Omit<Diagnostic, 'code'> & { readonly code: FindingCode }

/** What `ingot check` found, for whoever writes it down. */
export interface CheckResult {
  /** By file and line. */
  readonly findings: readonly Finding[]
  readonly files: readonly string[]
  readonly ingresses: number
}
