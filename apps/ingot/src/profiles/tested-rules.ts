import type { ProfileMatcher, ProfileRule } from './host-rules.ts'
import { pathTest } from './path-pattern.ts'

/** A rule, and whether a path fits its pattern. */
export interface TestedRule {
  readonly rule: ProfileRule
  readonly fits: (path: string) => boolean
}

/** The rules for a host, ready to be asked for paths. */
export function testedRules(matcher: ProfileMatcher, host: string): readonly TestedRule[] {
  return matcher.rulesFor(host).map(rule => ({ rule, fits: pathTest(rule.pattern) }))
}
