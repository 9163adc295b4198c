import type { Source } from '../sources/source.ts'
import type { Generation } from './control-loop.ts'

/** Where objects come from, and who wants to know what became of them. */
export interface ObjectSource {
  readonly source: Source
  readonly onLive?: (generation: Generation) => void
  stop(): Promise<void>
}
