import { compile, type Matcher, type MatcherOptions, type RouteTable } from '@ingot/core'
import type { LiveTarget } from './traffic-update.ts'

/** A matcher in a form that can be sent to other threads. */
export interface SharedMatcher {
  readonly table: RouteTable<LiveTarget>
  readonly options: MatcherOptions
}

/** Makes a matcher ready to be sent. */
export function shareMatcher(table: RouteTable<LiveTarget>, options: MatcherOptions): SharedMatcher {
  return { table, options }
}

/** The matcher that was sent. Throws `RouteTableError` for a table that is none, which is a bug of whoever built it. */
export function openMatcher({ table, options }: SharedMatcher): Matcher<LiveTarget> {
  return compile(table, options)
}
