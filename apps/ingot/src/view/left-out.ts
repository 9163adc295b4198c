import type { Diagnostic, DiagnosticCode, Translation } from '@ingot/kubernetes'

/** Codes that mean that a document, an Ingress or a part of one is not in the route table. */
const LEFT_OUT: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  ...(['yaml-syntax', 'template-not-rendered', 'file-too-large', 'too-many-aliases', 'nested-too-deep'] as const),
  ...(['unreadable-file', 'invalid-resolve-file', 'unsupported-api-version', 'wrong-type', 'missing-field'] as const),
  ...(['invalid-name', 'invalid-metadata', 'ingress-without-routes', 'invalid-host', 'rule-without-paths'] as const),
  ...(['missing-path-type', 'unknown-path-type', 'invalid-path', 'invalid-backend', 'invalid-port'] as const),
  ...(['unmatchable-path', 'unmatchable-host', 'host-not-allowed', 'duplicate-object'] as const),
])

/** Whether a route that the author wrote may be missing because of this. */
export function leavesSomethingOut({ code, object }: Diagnostic): boolean {
  return LEFT_OUT.has(code) && (object === undefined || object.kind === 'Ingress')
}

/** One line that names the place. */
export function describeBriefly({ position, code, message }: Diagnostic): string {
  const where = position === undefined ? '' : `${position.file}:${position.line}: `
  return `${where}${message} (${code})`
}

/** One line for each reason why Ingresses are not served; someone who asks where requests go has to know. */
export function describeNotServed({ ingresses }: Pick<Translation, 'ingresses'>): string[] {
  const reasons = new Map<string, string[]>()
  for (const { ingress, decision } of ingresses) {
    if (decision.owned || decision.reason === 'other-namespace') continue
    const names = reasons.get(decision.explanation) ?? []
    names.push(`${ingress.metadata.namespace}/${ingress.metadata.name}`)
    reasons.set(decision.explanation, names)
  }
  return [...reasons].map(([why, names]) => {
    const who = names.length === 1 ? `Ingress ${names[0]} is` : `${names.length} Ingresses are`
    const hint = /belongs to controller|names class|annotation/.test(why) ? '; --class says which classes to take' : ''
    return `${who} not served here: ${why}${hint}.`
  })
}
