import {
  type Changes,
  type CompiledMatcher,
  compile,
  fromShared,
  type MatcherOptions,
  type RouteTable,
  type SharedMatcher,
  toShared,
  update,
} from '@ingot/core'
import type { LiveTarget } from './traffic-update.ts'

/** A compiled matcher as it is sent to other threads: they read the same memory. */
export type LiveMatcher = SharedMatcher<LiveTarget>

/** Compiles a table once for all threads. Throws `RouteTableError` for a table that is none, which is a bug. */
export function shareMatcher(table: RouteTable<LiveTarget>, options: MatcherOptions): LiveMatcher {
  return toShared(compile(table, options))
}

/** The matcher that was sent. Throws `SharedFormError` if it was damaged on the way, which is a bug. */
export function openMatcher(shared: LiveMatcher): CompiledMatcher<LiveTarget> {
  return fromShared(shared)
}

/** The matcher with some hosts changed, in time that depends on these alone. */
export function changeMatcher(
  matcher: CompiledMatcher<LiveTarget>,
  changes: Changes<LiveTarget>,
): CompiledMatcher<LiveTarget> {
  return update(matcher, changes)
}
