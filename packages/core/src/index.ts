export type { HostBucket, HostFallthrough, Match, Matcher, MatcherOptions } from './matcher.ts'
export type { Refusal } from './refusal.ts'
export type { PathType, Route, RouteTable } from './route-table.ts'
