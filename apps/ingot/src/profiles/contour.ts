import type { WrittenPath } from '@ingot/kubernetes'
import { parseExpression } from './expression.ts'
import {
  byHost,
  fallbackRule,
  type ProfileInput,
  type ProfileMatcher,
  type ProfileRule,
  pathRule,
  patternsFor,
} from './host-rules.ts'
import type { PathPattern } from './path-pattern.ts'

/**
 * Contour: Envoy picks one virtual host and never another, its wildcards take hosts of any depth, and routes without a
 * Service do not exist (semantics 2.7, 3.2, 4.3, 4.8, 7.10, 9.3).
 */
export function contourMatcher(input: ProfileInput): ProfileMatcher {
  const notes: string[] = []
  const rules = input.paths.flatMap(written => {
    if (input.isMissing(written.target)) return []
    const pattern = patternOf(written)
    if (pattern !== undefined) return [pathRule(written, pattern)]
    notes.push(`The path ${written.text} on ${written.host ?? 'all hosts'} is not modelled; it is left out.`)
    return []
  })
  const hosts = byHost(rules)
  const { defaultTarget } = input
  // A default backend is a rule of the host `*`, where it comes last.
  if (defaultTarget !== undefined && !input.isMissing(defaultTarget)) {
    hosts.set(undefined, [...(hosts.get(undefined) ?? []), fallbackRule(undefined, defaultTarget)])
  }
  for (const group of hosts.values()) group.sort(comparePrecedence)
  return {
    hosts: new Set(hosts.keys()),
    notes,
    rulesFor: host => {
      const named = patternsFor(host).find(pattern => pattern !== undefined && hosts.has(pattern))
      if (named !== undefined) return hosts.get(named)!
      // The virtual host of `*.example.com` captures `a.b.example.com` and then refuses it.
      return isBelowWildcard(host, hosts) ? [] : (hosts.get(undefined) ?? [])
    },
  }
}

function isBelowWildcard(host: string, hosts: ReadonlyMap<string | undefined, unknown>): boolean {
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    if (dot > 0 && hosts.has(`*${host.slice(dot)}`)) return true
  }
  return false
}

/** ImplementationSpecific is an expression if it looks like one, else a prefix by characters (semantics 7.10). */
function patternOf({ pathType, path, text }: WrittenPath): PathPattern | undefined {
  if (pathType === 'ImplementationSpecific' && /[\^+*[\]%]/.test(text)) {
    const expression = parseExpression(text)
    return expression && { kind: 'expression', source: text, expression, whole: true, ignoreCase: false }
  }
  if (path === undefined) return undefined
  if (pathType === 'Exact') return { kind: 'exact', path }
  return pathType === 'Prefix' ? { kind: 'elements', path } : { kind: 'characters', path, ignoreCase: false }
}

const RANKS = { exact: 0, expression: 1, elements: 2, characters: 2 }

/** Exact before expressions before prefixes, then the longer, then whole elements before characters. */
function comparePrecedence(a: ProfileRule, b: ProfileRule): number {
  return (
    Number(a.fallback) - Number(b.fallback) ||
    RANKS[a.pattern.kind] - RANKS[b.pattern.kind] ||
    lengthOf(b.pattern) - lengthOf(a.pattern) ||
    Number(a.pattern.kind === 'characters') - Number(b.pattern.kind === 'characters')
  )
}

function lengthOf(pattern: PathPattern): number {
  return pattern.kind === 'expression' ? pattern.source.length : pattern.path.length
}
