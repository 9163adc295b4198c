import { validateChanges } from '../validate.ts'
import type { Changes } from './changes.ts'
import { Compaction, needsCompaction } from './compaction.ts'
import { CompiledMatcher, type CompiledState, type PendingCompaction } from './compiled-matcher.ts'
import { LONGEST_CHAIN, longestChain } from './host-table.ts'
import { addChanges } from './recent-layer.ts'

/** How many blocks a compaction moves for an update, and for each host that it changes: some tens of microseconds. */
const BLOCKS_A_STEP = 128

/**
 * A matcher with `changes`, in time that depends on them and not on the size of the table. The one before stays as it
 * is, and the two share everything that is the same. When about an eighth of the hosts has changed, each update also
 * does a small part of a compaction, so that none has to do all of it; `compact` does so at a moment of your choice.
 *
 * @throws RouteTableError if the changes break a rule of route tables.
 */
export function update<T>(matcher: CompiledMatcher<T>, changes: Changes<T>): CompiledMatcher<T> {
  validateChanges(changes)
  const recent = addChanges(matcher.recent, changes, matcher.sampling, room(matcher))
  const defaultTarget = 'defaultTarget' in changes ? changes.defaultTarget : matcher.defaultTarget
  const state = { ...matcher, recent, defaultTarget }
  // Hosts made to collide cannot wait: every request for them would pay.
  if (longestChain(recent.table.slots) > LONGEST_CHAIN) return compacted(state)
  return new CompiledMatcher(withCompaction(state, changes))
}

/** The same matcher without what updates have left behind, in time that depends on the size of the table. */
export function compact<T>(matcher: CompiledMatcher<T>): CompiledMatcher<T> {
  return matcher.recent === undefined ? matcher : compacted(matcher)
}

function compacted<T>(state: CompiledState<T>): CompiledMatcher<T> {
  const work = new Compaction(state.base, state.recent!, state.sampling)
  const done = work.advance(Number.POSITIVE_INFINITY)!
  return new CompiledMatcher({
    ...state,
    base: done.layer,
    sampling: done.sampling,
    recent: undefined,
    compaction: undefined,
  })
}

/** Begins a compaction if it is time, or goes on with the one that has begun. */
function withCompaction<T>(state: CompiledState<T>, changes: Changes<T>): CompiledState<T> {
  const { base, recent, sampling, compaction } = state
  if (compaction === undefined) {
    if (!needsCompaction(base, recent!)) return state
    return { ...state, compaction: { work: new Compaction(base, recent!, sampling), since: undefined } }
  }
  const since = addChanges(compaction.since, changes, sampling, room(state))
  return advance(state, { work: compaction.work, since }, BLOCKS_A_STEP * (1 + since.table.hosts - hostsOf(compaction)))
}

/** As many words as changes take at most before a compaction is due, but for small tables. */
function room({ base }: CompiledState<unknown>): number {
  return 64 + (base.arena.used >> 1)
}

function hostsOf({ since }: PendingCompaction<unknown>): number {
  return since?.table.hosts ?? 0
}

/** Replaces both layers when the compaction is done. */
function advance<T>(state: CompiledState<T>, pending: PendingCompaction<T>, blocks: number): CompiledState<T> {
  const done = pending.work.advance(blocks)
  if (done === undefined) return { ...state, compaction: pending }
  // Rarely hosts have come to collide, so that all of them are hashed in another way.
  if (done.sampling !== state.sampling) return compacted(state)
  return { ...state, base: done.layer, recent: pending.since, compaction: undefined }
}
