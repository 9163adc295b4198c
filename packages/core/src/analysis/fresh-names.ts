import type { RouteTable } from '../route-table.ts'

/** A label that no host of the tables has: it makes a host that only wildcards, or only routes without a host, cover. */
export function freshLabel(hosts: Iterable<string | undefined>): string {
  return freshName(hosts, '.')
}

/** A path element that no path of the tables has. */
export function freshElement(tables: readonly RouteTable<unknown>[]): string {
  return freshName(pathsOf(tables), '/')
}

function* pathsOf(tables: readonly RouteTable<unknown>[]): Generator<string, void> {
  for (const { routes } of tables) for (const { path } of routes) yield path
}

const STEM = 'other'

function freshName(texts: Iterable<string | undefined>, separator: string): string {
  const taken = new Set<string>()
  for (const text of texts) {
    if (text?.includes(STEM)) for (const part of text.split(separator)) taken.add(part)
  }
  let name = STEM
  for (let count = 1; taken.has(name); count++) name = `${STEM}-${count}`
  return name
}

const MAX_HOST = 253

/**
 * A request host whose most specific bucket is `pattern`. `patterns` has the hosts of every table, and `label` is one
 * that none of them has.
 */
export function hostInBucket(
  pattern: string | undefined,
  patterns: { has(host: string): boolean },
  label: string,
): string {
  if (pattern === undefined) return patterns.has('*.example') ? `${label}.${label}` : `${label}.example`
  if (!pattern.startsWith('*.')) return pattern
  const host = label + pattern.slice(1)
  // No precise rule host has an underscore, but requests may (semantics 1.10): "_" is fresh too, and always short enough.
  return host.length <= MAX_HOST ? host : `_${pattern.slice(1)}`
}
