/**
 * Hosts that stand for all others: one for each pattern, one for names below a wildcard that it does not cover, and one
 * that no pattern covers. Addresses and requests without host are as the last (semantics 1.9, 2.3).
 */
export function hostExamples(patterns: Iterable<string | undefined>): string[] {
  const known = new Set(patterns)
  const label = freshLabel(known)
  const hosts = [...known].flatMap(pattern => {
    if (pattern === undefined) return []
    if (!pattern.startsWith('*.')) return [pattern]
    return [label + pattern.slice(1), `${label}.${label}${pattern.slice(1)}`].map(fitting)
  })
  return [...new Set([...hosts, known.has('*.example') ? `${label}.${label}` : `${label}.example`])]
}

/** A label that no pattern has. */
function freshLabel(patterns: Iterable<string | undefined>): string {
  const taken = new Set([...patterns].flatMap(pattern => pattern?.split('.') ?? []))
  for (let count = 0; ; count++) {
    const label = count === 0 ? 'other' : `other-${count}`
    if (!taken.has(label)) return label
  }
}

const MAX_HOST = 253

/** No rule has a label of one underscore, which is as short as labels get. */
function fitting(host: string): string {
  return host.length <= MAX_HOST ? host : host.replace(/other(?:-\d+)?\./g, '_.')
}
