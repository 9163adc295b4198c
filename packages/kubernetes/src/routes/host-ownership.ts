/**
 * Which namespaces may use which hosts (semantics 5.7): a map from host, as a rule writes it (`''` for rules without
 * host), to the namespaces that may, or `first-namespace`, which gives each host to the namespace of the oldest Ingress
 * that has it. `*.example.com` in the map also covers the names one label below. Hosts that the map does not cover are
 * open to all.
 */
export type HostOwnership = 'first-namespace' | Readonly<Record<string, readonly string[]>>

/**
 * The namespaces that may use a host, or `undefined` if all may. `oldest` is the namespace of the oldest Ingress that has
 * a rule for it.
 */
export function ownersOf(
  ownership: HostOwnership | undefined,
  host: string | undefined,
  oldest: string,
): readonly string[] | undefined {
  if (ownership === undefined) return undefined
  return ownership === 'first-namespace' ? [oldest] : ownersInMap(ownership, host)
}

function ownersInMap(
  ownership: Readonly<Record<string, readonly string[]>>,
  host: string | undefined,
): readonly string[] | undefined {
  const wildcard =
    host === undefined || host.startsWith('*.') ? undefined : `*${host.slice(Math.max(host.indexOf('.'), 0))}`
  const key = [host ?? '', wildcard].find(name => name !== undefined && Object.hasOwn(ownership, name))
  return key === undefined ? undefined : ownership[key]
}
