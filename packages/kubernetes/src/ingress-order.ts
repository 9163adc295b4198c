import type { Ingress } from './schema/ingress.ts'

/** Which of two Ingresses comes first (semantics 5.1). */
export interface OrderOptions {
  /** Whether `metadata.creationTimestamp` counts where it is written. Default: `read`. */
  readonly creationTimestamp?: 'read' | 'ignore'
  /** How Ingresses of the same age are ordered: by `namespace/name`, upwards or, as ingress-nginx does, downwards. */
  readonly ties?: 'ascending' | 'descending'
}

/** The Ingresses from the oldest to the newest. One without timestamp is not in a cluster yet, and so the newest. */
export function inOrder(ingresses: Iterable<Ingress>, options: OrderOptions = {}): Ingress[] {
  const sign = options.ties === 'descending' ? -1 : 1
  const reads = options.creationTimestamp !== 'ignore'
  const ageOf = ({ metadata }: Ingress) => (reads ? metadata.creationTimestamp : undefined) ?? Number.MAX_SAFE_INTEGER
  const keyed = [...ingresses].map(ingress => ({ ingress, created: ageOf(ingress), name: sortName(ingress) }))
  keyed.sort((a, b) => a.created - b.created || (a.name === b.name ? 0 : a.name < b.name ? -sign : sign))
  return keyed.map(({ ingress }) => ingress)
}

/** Names are ASCII by validation, so comparing UTF-16 units is comparing bytes. */
function sortName({ metadata }: Ingress): string {
  return `${metadata.namespace}/${metadata.name}`
}
