import type { CanaryAsk } from './asks.ts'
import { refuseExpression } from './expressions.ts'
import { isToken, readCount } from './values.ts'

/** The annotations that say which requests go to a canary. */
export const canaryDetails: readonly string[] = [
  ...['canary-weight', 'canary-weight-total', 'canary-by-header', 'canary-by-header-value'],
  ...['canary-by-header-pattern', 'canary-by-cookie'],
]

/** Which requests annotations without their prefix send to a canary; else why they send none, as a part of a sentence. */
export function readCanary(all: Readonly<Record<string, string>>): CanaryAsk | string {
  const weight = readCount(all['canary-weight'] ?? '0')
  const total = readCount(all['canary-weight-total'] ?? '100')
  const [header, cookie] = [all['canary-by-header'], all['canary-by-cookie']]
  if (weight === undefined || total === undefined) return 'its weight is no number'
  if (header !== undefined && !isToken(header)) return `canary-by-header is no name of a field`
  if (cookie !== undefined && !isToken(cookie)) return `canary-by-cookie is no name of a cookie`
  const [value, pattern] = [all['canary-by-header-value'], all['canary-by-header-pattern']]
  // A value counts before a pattern, which then says nothing.
  const refused = value === undefined && pattern !== undefined ? refuseExpression(pattern) : undefined
  if (refused !== undefined) return `the expression of canary-by-header-pattern cannot be used: ${refused}`
  return {
    ...(header !== undefined && { header: headerOf(header, value, pattern) }),
    ...(cookie !== undefined && { cookie }),
    weight,
    // As in ingress-nginx a total below 100 counts as 100.
    total: Math.max(100, total),
    ...(all['affinity-canary-behavior'] === 'legacy' && { affinity: 'legacy' as const }),
  }
}

type HeaderAsk = NonNullable<CanaryAsk['header']>

function headerOf(name: string, value: string | undefined, pattern: string | undefined): HeaderAsk {
  if (value !== undefined && value !== '') return { name, value }
  return pattern === undefined || pattern === '' ? { name } : { name, pattern }
}
