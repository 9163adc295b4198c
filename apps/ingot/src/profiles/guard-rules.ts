import { guardAmbiguity, type Match, type Refusal } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import type { ProfileRule } from './host-rules.ts'

/** A rule, and whether a path fits its pattern. */
export interface TestedRule {
  readonly rule: ProfileRule
  readonly fits: (path: string) => boolean
}

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
