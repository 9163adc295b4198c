import type { CheckResult } from '../check/finding.ts'
import type { FlatFinding } from './flat-finding.ts'

/** What every reporter of `ingot check` gets. */
export interface CheckReport extends Pick<CheckResult, 'files' | 'ingresses'> {
  /** Those that are shown. */
  readonly findings: readonly FlatFinding[]
  /** How many were left out because they matter less than was asked for. */
  readonly hidden: number
}

/** `2 errors`, `1 warning`, `no findings`. */
export function countSeverities(findings: readonly FlatFinding[]): string {
  const count = (severity: string, word: string) => {
    const number = findings.filter(finding => finding.severity === severity).length
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`]
  }
  const parts = [...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'note')]
  return parts.length === 0 ? 'no findings' : parts.join(', ')
}
