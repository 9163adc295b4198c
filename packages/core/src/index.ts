export { type AmbiguityRefusal, type AmbiguityRefusalReason, guardAmbiguity, isAmbiguous } from './ambiguity.ts'
export type { Changes } from './changes.ts'
export { compile } from './compile.ts'
export type { CompiledMatcher } from './compiled-matcher.ts'
export { formatTrie } from './format-trie.ts'
export { fromShared } from './from-shared.ts'
export {
  type HostPattern,
  type HostRefusal,
  type HostRefusalReason,
  isIpLiteral,
  isIpv4,
  normaliseHost,
  parseHostPattern,
} from './host.ts'
export { interpretations } from './interpretations.ts'
export type { HostBucket, HostFallthrough, Match, Matcher, MatcherOptions } from './matcher.ts'
export { normalisePath, type PathOptions, type PathRefusal, type PathRefusalReason } from './path.ts'
export type { Refusal } from './refusal.ts'
export type { PathType, Route, RouteTable } from './route-table.ts'
export { SharedFormError, type SharedMatcher } from './shared-form.ts'
export { RouteTableError, type RouteTableField, type RouteTableList } from './validate.ts'
