import { guardAmbiguity, type Match, type Refusal } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import type { TestedRule } from './tested-rules.ts'

/** What the ambiguity guard says of a path where the first rule that fits decides, and no table (semantics 8.8). */
export function guardRules(
  rules: readonly TestedRule[],
  host: string,
  path: string,
  sameTarget: (a: IngressTarget, b: IngressTarget) => boolean,
): Refusal | undefined {
  const match = (_: string, reading: string): Match<IngressTarget> | undefined => {
    const rule = rules.find(({ fits }) => fits(reading))?.rule
    if (rule === undefined) return undefined
    const route = { host: rule.host, path: '/', pathType: 'Prefix', target: rule.answer.target } as const
    return { route, host: 'exact', path: rule.pattern.kind === 'exact' ? 'exact' : 'prefix' }
  }
  return guardAmbiguity({ match, defaultTarget: undefined }, host, path, match(host, path), sameTarget)
}
