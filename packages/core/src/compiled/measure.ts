import type { CompiledMatcher } from './compiled-matcher.ts'
import { longestChain } from './host-table.ts'
import type { Layer } from './layer.ts'

/** What a compiled matcher takes. */
export interface Measures {
  /** The size of the compiled form in bytes, without the routes themselves. */
  readonly bytes: number
  /** The most slots that a search for a host looks at. */
  readonly longestChain: number
}

/** How large a matcher is, and how long its longest search for a host. Takes time for the whole table of hosts. */
export function measure({ base, recent, compaction }: CompiledMatcher<unknown>): Measures {
  const chains = [base, recent].map(layer => (layer === undefined ? 0 : longestChain(layer.table.slots)))
  return { bytes: sizeOf(base) + sizeOf(recent) + sizeOf(compaction?.since), longestChain: Math.max(...chains) }
}

function sizeOf(layer: Layer<unknown> | undefined): number {
  return layer === undefined ? 0 : 4 * (layer.arena.used + layer.table.slots.length)
}
