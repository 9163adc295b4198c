import type { Ingress, WrittenPath } from '@ingot/kubernetes'
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
import { withoutSlash } from './path-pattern.ts'

/**
 * ingress-nginx 1.15: one server a host, locations picked by nginx (semantics 2.6a, 3.2, 4.3, 4.4, 7.4-7.8, 7.10).
 */
export function ingressNginxMatcher(input: ProfileInput): ProfileMatcher {
  const notes: string[] = []
  const servers = new Map<string | undefined, ProfileRule[]>()
  const paths = byHost(input.paths.filter(({ ingress }) => !isCanary(ingress)))
  for (const host of input.firstIngress.keys()) {
    const written = paths.get(host) ?? []
    const rules = usesExpressions(written) ? expressionLocations(written, notes) : plainLocations(written)
    const fallback = serverDefault(host, input) ?? input.defaultTarget
    servers.set(host, fallback === undefined ? rules : [...rules, fallbackRule(host, fallback)])
  }
  const everything = input.defaultTarget === undefined ? [] : [fallbackRule(undefined, input.defaultTarget)]
  return {
    hosts: new Set(servers.keys()),
    notes,
    rulesFor: host => servers.get(patternsFor(host).find(pattern => servers.has(pattern))) ?? everything,
  }
}

/** The Ingress that creates a server decides its default, even if it has none (semantics 4.4). */
function serverDefault(host: string | undefined, { firstIngress, hostDefaults }: ProfileInput) {
  return firstIngress.get(host)?.defaultBackend === undefined ? undefined : hostDefaults.get(host)
}

const PREFIX = 'nginx.ingress.kubernetes.io/'

/** A canary is an alternative to the backends of another Ingress, and no location of its own. */
function isCanary({ metadata }: Ingress): boolean {
  return metadata.annotations[`${PREFIX}canary`] === 'true'
}

/** One Ingress with such an annotation turns every path of the host into an expression (semantics 7.8). */
function usesExpressions(written: readonly WrittenPath[]): boolean {
  return written.some(({ ingress: { metadata }, text }) => {
    const rewrite = metadata.annotations[`${PREFIX}rewrite-target`] ?? ''
    const isRewritten = rewrite !== '' && rewrite !== (text || '/')
    return isRewritten || metadata.annotations[`${PREFIX}use-regex`] === 'true'
  })
}

/** Anchored in front, whatever the case, the longest source first (semantics 7.8, 7.11). */
function expressionLocations(written: readonly WrittenPath[], notes: string[]): ProfileRule[] {
  const byLength = withoutDuplicates(written).sort((a, b) => {
    return b.text.length - a.text.length || (a.text === b.text ? 0 : a.text > b.text ? -1 : 1)
  })
  return byLength.flatMap(path => {
    const source = path.text || '/'
    const expression = parseExpression(source)
    if (expression === undefined) {
      notes.push(`The expression ${source} on ${path.host ?? 'all hosts'} is not modelled; it is left out.`)
      return []
    }
    return [pathRule(path, { kind: 'expression', source, expression, whole: false, ignoreCase: true })]
  })
}

/** `=` locations first, then the longest prefix. */
function plainLocations(written: readonly WrittenPath[]): ProfileRule[] {
  const kept = withoutDuplicates(written).filter(({ path }) => path !== undefined)
  const exact = kept.filter(({ pathType }) => pathType === 'Exact')
  const taken = new Set(exact.map(({ path }) => path!))
  const exactRules = exact.map(path => pathRule(path, { kind: 'exact', path: path.path! }))
  const prefixRules: (ProfileRule & { readonly length: number })[] = []
  const locations = new Set<string>()
  for (const path of [...kept].sort((a, b) => Number(b.path!.endsWith('/')) - Number(a.path!.endsWith('/')))) {
    if (path.pathType === 'Exact') continue
    // A Prefix becomes the location `/foo/`, and `= /foo` unless there is one; the slash form keeps `/foo/` to itself.
    const location = path.pathType === 'Prefix' ? `${withoutSlash(path.path!)}/` : path.path!
    if (path.pathType === 'Prefix' && !path.path!.endsWith('/') && !taken.has(path.path!)) {
      taken.add(path.path!)
      exactRules.push(pathRule(path, { kind: 'exact', path: path.path! }))
    }
    if (locations.has(location)) continue
    locations.add(location)
    prefixRules.push({
      ...pathRule(path, { kind: 'characters', path: location, ignoreCase: false }),
      length: location.length,
    })
  }
  prefixRules.sort((a, b) => b.length - a.length)
  return [...exactRules, ...withRedirects(prefixRules, taken, locations)]
}

/** nginx answers `/foo` with a redirect to `/foo/` where only the latter is a location (semantics 7.6). */
function* withRedirects(
  rules: readonly (ProfileRule & { readonly length: number })[],
  taken: ReadonlySet<string>,
  locations: ReadonlySet<string>,
): Generator<ProfileRule, void> {
  for (const { pattern, answer, host, fallback } of rules) {
    if (pattern.kind === 'characters' && pattern.path.length > 1 && pattern.path.endsWith('/')) {
      const bare = pattern.path.slice(0, -1)
      const redirect = { kind: 'redirect', status: 301, target: answer.target } as const
      if (!taken.has(bare) && !locations.has(bare))
        yield { host, pattern: { kind: 'exact', path: bare }, answer: redirect, fallback }
    }
    yield { host, pattern, answer, fallback }
  }
}

/** Of the same path and type the first counts (semantics 5.3). */
function withoutDuplicates(written: readonly WrittenPath[]): WrittenPath[] {
  const seen = new Set<string>()
  return written.filter(({ text, pathType }) => {
    const key = `${pathType} ${text}`
    return !seen.has(key) && seen.add(key)
  })
}
