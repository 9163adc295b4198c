import type { Diagnostic, KubernetesObject } from '@ingot/kubernetes'
import type { ResolveEntry } from '../resolve-entries.ts'

/** Everything one origin holds after a change: a file in a folder, or an object in a cluster. */
export interface SourceChange {
  /** Names the origin in messages and tells it from others. */
  readonly origin: string
  /** Empty when the origin is gone. */
  readonly objects: readonly KubernetesObject[]
  readonly diagnostics: readonly Diagnostic[]
  /** Where Services are to be found, from a `resolve.yaml`. */
  readonly resolve?: readonly ResolveEntry[]
}

/** Where objects come from. The first batch is the whole state; it ends when the source will not change any more. */
export type Source = AsyncIterable<readonly SourceChange[]>
