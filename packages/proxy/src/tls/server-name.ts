import { isIP } from 'node:net'

/**
 * The name a client asked for in its handshake, as hosts are compared: in lower case, without one trailing dot.
 * `undefined` if it asked for none or by an address, which is not a name (RFC 6066 3).
 */
export function normaliseServerName(name: string | false | null | undefined): string | undefined {
  if (typeof name !== 'string' || name === '' || name.length > 254) return undefined
  const lower = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  return lower === '' || isIP(lower) !== 0 ? undefined : lower
}

/** The wildcard that covers a name: `*.example.com` for `a.example.com`; `undefined` for a name of one label. */
function wildcardOf(name: string): string | undefined {
  const dot = name.indexOf('.')
  return dot > 0 && dot < name.length - 1 ? `*${name.slice(dot)}` : undefined
}

/** What a map of host patterns holds for a name: precise, then the wildcard of one label (semantics 11.2). */
export function findByName<V>(patterns: ReadonlyMap<string, V>, name: string): V | undefined {
  const precise = patterns.get(name)
  if (precise !== undefined) return precise
  const wildcard = wildcardOf(name)
  return wildcard === undefined ? undefined : patterns.get(wildcard)
}

/** Whether one of `names`, which may be wildcards, covers `host`, which may be one too (RFC 6125 6.4). */
export function coversHost(names: ReadonlySet<string>, host: string): boolean {
  if (names.has(host)) return true
  const wildcard = host.startsWith('*') ? undefined : wildcardOf(host)
  return wildcard !== undefined && names.has(wildcard)
}
