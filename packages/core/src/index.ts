export { type AmbiguityRefusal, type AmbiguityRefusalReason, guardAmbiguity, isAmbiguous } from './ambiguity.ts'
export { compile } from './compile.ts'
export { formatTrie } from './format-trie.ts'
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
export { RouteTableError, type RouteTableField } from './validate.ts'
