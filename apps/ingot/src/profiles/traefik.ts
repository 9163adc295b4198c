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
 * Traefik 3, provider kubernetesIngress: one flat list of routers for all hosts, in which the longer rule text comes
 * first, and routers without a Service do not exist (semantics 3.2, 4.3, 4.8, 7.9, 7.10, 9.3).
 */
export function traefikMatcher(input: ProfileInput): ProfileMatcher {
  const notes: string[] = []
  const routers = input.paths.flatMap((written, index) => {
    if (input.isMissing(written.target)) return []
    const router = routerOf(written, index)
    if (router !== undefined) return [router]
    notes.push(`The path ${written.text} on ${written.host ?? 'all hosts'} is not modelled; it is left out.`)
    return []
  })
  const groups = byHost(routers)
  const { defaultTarget } = input
  const hasDefault = defaultTarget !== undefined && !input.isMissing(defaultTarget)
  const everything = hasDefault ? [fallbackRule(undefined, defaultTarget)] : []
  return {
    hosts: new Set(groups.keys()),
    notes,
    rulesFor: host => {
      const covering = patternsFor(host).flatMap(pattern => groups.get(pattern) ?? [])
      covering.sort((a, b) => b.priority - a.priority || a.index - b.index)
      return [...covering.map(({ rule }) => rule), ...everything]
    },
  }
}

interface Router {
  readonly host: string | undefined
  /** Its position among all, which decides between equals. */
  readonly index: number
  readonly rule: ProfileRule
  readonly priority: number
}

const PREFIX = 'traefik.ingress.kubernetes.io/router.'

function routerOf(written: WrittenPath, index: number): Router | undefined {
  const { annotations } = written.ingress.metadata
  const matcher = matcherOf(written, annotations[`${PREFIX}pathmatcher`])
  const pattern = patternOf(written, matcher)
  if (pattern === undefined) return undefined
  const fixed = Number(annotations[`${PREFIX}priority`] ?? 0)
  const parts = [
    ...(written.host === undefined ? [] : [`Host("${written.host}")`]),
    ...(written.text === '' ? [] : [`${matcher}("${written.text}")`]),
  ]
  return { host: written.host, index, rule: pathRule(written, pattern), priority: fixed || parts.join(' && ').length }
}

function matcherOf({ pathType }: WrittenPath, annotation: string | undefined): string {
  if (pathType === 'Exact') return 'Path'
  return pathType === 'ImplementationSpecific' && annotation !== undefined ? annotation : 'PathPrefix'
}

function patternOf({ path, text }: WrittenPath, matcher: string): PathPattern | undefined {
  if (text === '') return { kind: 'elements', path: '/' }
  if (matcher === 'PathRegexp') {
    const expression = parseExpression(text)
    if (expression === undefined) return undefined
    return { kind: 'expression', source: text, expression, whole: false, ignoreCase: false }
  }
  if (path === undefined) return undefined
  return matcher === 'Path' ? { kind: 'exact', path } : { kind: 'characters', path, ignoreCase: false }
}
