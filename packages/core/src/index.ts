export { compile } from './compile.ts'
export type { Changes } from './compiled/changes.ts'
export type { CompiledMatcher } from './compiled/compiled-matcher.ts'
export { formatTrie } from './compiled/format-trie.ts'
export { matchBytes } from './compiled/match-bytes.ts'
export { type Measures, measure } from './compiled/measure.ts'
export { fromShared, SharedFormError, type SharedMatcher, toShared } from './compiled/shared-form.ts'
export { compact, update } from './compiled/update.ts'
export type { HostBucket, HostFallthrough, Match, Matcher, MatcherOptions } from './matcher.ts'
export type { Refusal } from './refusal.ts'
export { type AmbiguityRefusal, type AmbiguityRefusalReason, guardAmbiguity, isAmbiguous } from './request/ambiguity.ts'
export {
  type HostPattern,
  type HostRefusal,
  type HostRefusalReason,
  isIpLiteral,
  isIpv4,
  normaliseHost,
  parseHostPattern,
} from './request/host.ts'
export { interpretations } from './request/interpretations.ts'
export { normalisePath, type PathOptions, type PathRefusal, type PathRefusalReason } from './request/path.ts'
export type { PathType, Route, RouteTable } from './route-table.ts'
export { RouteTableError, type RouteTableField, type RouteTableList } from './validate.ts'
