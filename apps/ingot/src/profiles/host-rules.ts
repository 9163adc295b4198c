import { type HostFallthrough, isIpLiteral } from '@ingot/core'
import type { Ingress, IngressTarget, WrittenPath } from '@ingot/kubernetes'
import type { PathPattern } from './path-pattern.ts'

/** What a controller does with a request: hands it to a backend, or answers with a redirect. */
type ProfileAnswer =
  | { readonly kind: 'target'; readonly target: IngressTarget }
  /** Answered by the controller itself, with the same path and a slash behind it (semantics 7.6). */
  | { readonly kind: 'redirect'; readonly status: 301; readonly target: IngressTarget }

/** One rule of a controller, made from a path of an Ingress or from a default backend. */
export interface ProfileRule {
  readonly host: string | undefined
  readonly pattern: PathPattern
  readonly answer: ProfileAnswer
  /** A default backend, rather than a path. */
  readonly fallback: boolean
}

/** How a controller decides: for each host a list of rules, of which the first that fits has the request. */
export interface ProfileMatcher {
  /** The rules for a normalised host, in the order in which they count. */
  rulesFor(host: string): readonly ProfileRule[]
  /** Every host pattern that makes a difference. */
  readonly hosts: ReadonlySet<string | undefined>
  /** Whether the ambiguity guard of Ingot (semantics 8.8) stands before the rules. Default: no. */
  readonly isGuarded?: boolean
  /** What of the manifests is not modelled, for people. */
  readonly notes: readonly string[]
}

/** What the matchers of all profiles start from. */
export interface ProfileInput {
  /** The paths of the Ingresses that are served, in the order of the profile. */
  readonly paths: readonly WrittenPath[]
  /** The default backends of hosts. */
  readonly hostDefaults: ReadonlyMap<string | undefined, IngressTarget>
  /** The default backend of everything. */
  readonly defaultTarget: IngressTarget | undefined
  /** The oldest Ingress with a rule for each host, whether or not the rule has paths. */
  readonly firstIngress: ReadonlyMap<string | undefined, Ingress>
  /** How far Ingot itself lets a request fall (semantics 3.3). */
  readonly hostFallthrough: HostFallthrough
  /** Whether the Service of a target is known not to be there, or not to have the port. */
  readonly isMissing: (target: IngressTarget) => boolean
}

/** A rule for a path. */
export function pathRule(written: WrittenPath, pattern: PathPattern): ProfileRule {
  return { host: written.host, pattern, answer: { kind: 'target', target: written.target }, fallback: false }
}

/** A rule for everything that the rules before it left over. */
export function fallbackRule(host: string | undefined, target: IngressTarget): ProfileRule {
  const pattern = { kind: 'elements', path: '/' } as const
  return { host, pattern, answer: { kind: 'target', target }, fallback: true }
}

/** Groups by host, keeping the order. */
export function byHost<T extends { readonly host: string | undefined }>(
  items: Iterable<T>,
): Map<string | undefined, T[]> {
  const groups = new Map<string | undefined, T[]>()
  for (const item of items) {
    const group = groups.get(item.host)
    if (group === undefined) groups.set(item.host, [item])
    else group.push(item)
  }
  return groups
}

/** `*.example.com` for `shop.example.com`; `undefined` for addresses and names of one label (semantics 1.9, 2.3). */
function wildcardFor(host: string): string | undefined {
  const dot = host.indexOf('.')
  return dot > 0 && !isIpLiteral(host) ? `*${host.slice(dot)}` : undefined
}

/** The patterns that cover a host, most specific first. */
export function patternsFor(host: string): (string | undefined)[] {
  if (host === '' || isIpLiteral(host)) return [undefined]
  return [...new Set([host, wildcardFor(host), undefined])]
}
