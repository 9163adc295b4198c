import type { HostFallthrough } from '@ingot/core'
import {
  byHost,
  fallbackRule,
  type ProfileInput,
  type ProfileMatcher,
  type ProfileRule,
  pathRule,
  patternsFor,
} from './host-rules.ts'

/** Ingot's own rules in the form in which controllers are compared; the linear matcher is what it must agree with. */
export function ingotMatcher(input: ProfileInput): ProfileMatcher {
  const rules = input.paths.flatMap(written => {
    if (written.path === undefined) return []
    const kind = written.pathType === 'Exact' ? 'exact' : 'elements'
    return [pathRule(written, { kind, path: written.path })]
  })
  const buckets = byHost(rules)
  for (const [host, target] of input.hostDefaults) {
    const bucket = buckets.get(host) ?? []
    bucket.push(fallbackRule(host, target))
    buckets.set(host, bucket)
  }
  return { ...hostRules(buckets, input.firstIngress.keys(), input), notes: [] }
}

/** Rules by the precedence of Ingot, for all of these hosts, of which some may have no rules. */
export function hostRules(
  buckets: Map<string | undefined, ProfileRule[]>,
  hosts: Iterable<string | undefined>,
  { hostFallthrough, defaultTarget }: Pick<ProfileInput, 'hostFallthrough' | 'defaultTarget'>,
): Omit<ProfileMatcher, 'notes'> {
  for (const bucket of buckets.values()) bucket.sort(comparePrecedence)
  for (const host of hosts) if (!buckets.has(host)) buckets.set(host, [])
  const everything = defaultTarget === undefined ? [] : [fallbackRule(undefined, defaultTarget)]
  return {
    hosts: new Set(buckets.keys()),
    rulesFor: host => {
      const existing = patternsFor(host).filter(pattern => buckets.has(pattern))
      const open = openBuckets(existing, hostFallthrough)
      return [...open.flatMap(pattern => buckets.get(pattern)!), ...everything]
    },
  }
}

function openBuckets(existing: readonly (string | undefined)[], fallthrough: HostFallthrough) {
  if (fallthrough === 'all') return existing
  if (fallthrough === 'none' || existing[0] === undefined) return existing.slice(0, 1)
  return existing.filter(pattern => pattern !== undefined)
}

/** Default backends last, Exact before Prefix, longer before shorter (semantics 4.6, 7.4, 7.5). */
function comparePrecedence(a: ProfileRule, b: ProfileRule): number {
  return (
    Number(a.fallback) - Number(b.fallback) ||
    Number(a.pattern.kind !== 'exact') - Number(b.pattern.kind !== 'exact') ||
    lengthOf(b) - lengthOf(a)
  )
}

/** Expressions are in order already. */
function lengthOf({ pattern }: ProfileRule): number {
  return pattern.kind === 'expression' ? 0 : pattern.path.length
}
