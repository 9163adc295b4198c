import type { Ingress } from '../schema/ingress.ts'

/** Which of two Ingresses comes first (semantics 5.1). */
export interface OrderOptions {
  /** Whether `metadata.creationTimestamp` counts where it is written. Default: `read`. */
  readonly creationTimestamp?: 'read' | 'ignore'
  /** How Ingresses of the same age are ordered: by `namespace/name`, upwards or, as ingress-nginx does, downwards. */
  readonly ties?: 'ascending' | 'descending'
}

/** Where an Ingress stands among others, worked out once. */
export interface Rank {
  readonly created: number
  readonly name: string
}

/** The rank of an Ingress. One without timestamp is not in a cluster yet, and so the newest. */
export function rankOf({ metadata }: Ingress, { creationTimestamp }: OrderOptions): Rank {
  const created = creationTimestamp === 'ignore' ? undefined : metadata.creationTimestamp
  // Names are ASCII by validation, so comparing UTF-16 units is comparing bytes.
  return { created: created ?? Number.MAX_SAFE_INTEGER, name: `${metadata.namespace}/${metadata.name}` }
}

/** Compares ranks, so that the older comes first. */
export function byRank({ ties }: OrderOptions): (a: Rank, b: Rank) => number {
  const sign = ties === 'descending' ? -1 : 1
  return (a, b) => a.created - b.created || (a.name === b.name ? 0 : a.name < b.name ? -sign : sign)
}

/** The Ingresses from the oldest to the newest. */
export function inOrder(ingresses: Iterable<Ingress>, options: OrderOptions = {}): Ingress[] {
  const compare = byRank(options)
  return [...ingresses]
    .map(ingress => ({ ingress, rank: rankOf(ingress, options) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ ingress }) => ingress)
}
