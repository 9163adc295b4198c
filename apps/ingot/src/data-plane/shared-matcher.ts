import {
  compile,
  fromShared,
  type Matcher,
  type MatcherOptions,
  type RouteTable,
  type SharedMatcher,
  toShared,
} from '@ingot/core'
import type { LiveTarget } from './traffic-update.ts'

/** A compiled matcher as it is sent to other threads: they read the same memory. */
export type LiveMatcher = SharedMatcher<LiveTarget>

/** Compiles a table once for all threads. Throws `RouteTableError` for a table that is none, which is a bug. */
export function shareMatcher(table: RouteTable<LiveTarget>, options: MatcherOptions): LiveMatcher {
  return toShared(compile(table, options))
}

/** The matcher that was sent. Throws `SharedFormError` if it was damaged on the way, which is a bug. */
export function openMatcher(shared: LiveMatcher): Matcher<LiveTarget> {
  return fromShared(shared)
}
