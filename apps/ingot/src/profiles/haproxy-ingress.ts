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
 * HAProxy Ingress with its default settings: a host that has routes falls through to its wildcard, and the default
 * backend of any Ingress is everyone's (semantics 3.2, 4.3, 4.8, 7.8-7.10).
 */
export function haproxyIngressMatcher(input: ProfileInput): ProfileMatcher {
  const notes: string[] = []
  const rules = input.paths.flatMap(written => {
    const pattern = patternOf(written)
    if (pattern !== undefined) return [pathRule(written, pattern)]
    notes.push(`The path ${written.text} on ${written.host ?? 'all hosts'} is not modelled; it is left out.`)
    return []
  })
  const hosts = byHost(rules)
  for (const group of hosts.values()) group.sort(comparePrecedence)
  const everything = input.defaultTarget === undefined ? [] : [fallbackRule(undefined, input.defaultTarget)]
  return {
    hosts: new Set(hosts.keys()),
    notes,
    rulesFor: host => {
      const existing = patternsFor(host).filter(pattern => hosts.has(pattern))
      const named = existing.filter(pattern => pattern !== undefined)
      const groups = named.length > 0 ? named : existing
      return [...groups.flatMap(pattern => hosts.get(pattern)!), ...everything]
    },
  }
}

const ANNOTATIONS = ['haproxy-ingress.github.io/path-type', 'ingress.kubernetes.io/path-type']

/** ImplementationSpecific is what the annotation path-type says, and `begin` without it (semantics 7.9, 7.10). */
function patternOf({ pathType, path, text, ingress }: WrittenPath): PathPattern | undefined {
  const annotation = ANNOTATIONS.map(key => ingress.metadata.annotations[key]).find(value => value !== undefined)
  const kind = pathType === 'ImplementationSpecific' ? (annotation?.toLowerCase() ?? 'begin') : pathType.toLowerCase()
  if (kind === 'regex') {
    const expression = parseExpression(text || '/')
    if (expression === undefined) return undefined
    return { kind: 'expression', source: text || '/', expression, whole: false, ignoreCase: false }
  }
  if (path === undefined) return undefined
  if (kind === 'exact') return { kind: 'exact', path }
  return kind === 'prefix' ? { kind: 'elements', path } : { kind: 'characters', path, ignoreCase: true }
}

const RANKS = { exact: 0, elements: 1, characters: 1, expression: 2 }

/** Exact paths first, expressions last; between them the longer path, and of equals `prefix` before `begin`. */
function comparePrecedence({ pattern: a }: ProfileRule, { pattern: b }: ProfileRule): number {
  if (a.kind === 'expression' || b.kind === 'expression') return RANKS[a.kind] - RANKS[b.kind]
  return (
    RANKS[a.kind] - RANKS[b.kind] ||
    b.path.length - a.path.length ||
    Number(a.kind === 'characters') - Number(b.kind === 'characters')
  )
}
