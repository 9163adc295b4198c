import type { Route, RouteTable } from '@ingot/core'
import type { BackendCounts } from './backends/backend-table.ts'
import type { GlobalDefault } from './backends/default-backends.ts'
import type { Backend, ResolvedBackend } from './backends/resolve-backend.ts'
import type { Diagnostic } from './diagnostic.ts'
import { type FindingCounts, repeatKey } from './finding-changes.ts'
import { type ClassDecision, diagnoseClasses } from './ingress-class.ts'
import type { BackendId, IngressTarget } from './ingress-target.ts'
import type { Rank } from './routes/ingress-order.ts'
import type { IngressPart } from './routes/ingress-part.ts'
import type { SettledHost } from './routes/settle-host.ts'
import type { Ingress } from './schema/ingress.ts'
import type { IngressClass } from './schema/ingress-class.ts'
import type { TlsConfiguration } from './tls.ts'
import { tlsConfiguration } from './tls-table.ts'
import type { MapSnapshot } from './versioned-map.ts'

/** Everything that Kubernetes objects say about routing. Lists are put together when they are first looked at. */
export interface Translation {
  /** Host by host, in the order of the oldest Ingress that names it. */
  readonly table: RouteTable<IngressTarget>
  readonly backends: ReadonlyMap<BackendId, Backend>
  readonly tls: TlsConfiguration
  readonly diagnostics: readonly Diagnostic[]
  /** Every valid Ingress, the oldest first, and whether it is ours. */
  readonly ingresses: readonly DecidedIngress[]
}

/** How much a translation holds. */
export interface TranslationCounts {
  readonly routes: number
  readonly backends: BackendCounts
  readonly findings: FindingCounts
}

export interface DecidedIngress {
  readonly ingress: Ingress
  readonly decision: ClassDecision
}

/** A valid Ingress, and what it says if it is ours. */
export interface KnownIngress extends DecidedIngress {
  readonly rank: Rank
  readonly part: IngressPart | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** What a translation is put together from; all in it stays as it is. */
export interface TranslationParts {
  /** In order. */
  readonly ingresses: () => readonly KnownIngress[]
  readonly hosts: MapSnapshot<string | undefined, SettledHost>
  readonly resolved: MapSnapshot<BackendId, ResolvedBackend>
  readonly own: MapSnapshot<BackendId, Backend>
  readonly fallback: GlobalDefault
  readonly tls: MapSnapshot<IngressPart, readonly Diagnostic[]>
  readonly classes: readonly IngressClass[]
  /** By kind and name of the object. */
  readonly findings: MapSnapshot<string, readonly Diagnostic[]>
}

/** Puts a translation together, in an order that depends on the objects alone. */
export function translationOf(parts: TranslationParts): Translation {
  const ingresses = once(parts.ingresses)
  const table = once(() => tableOf(parts))
  const backends = once(() => backendsOf(parts))
  const tls = once(() => tlsConfiguration(partsOf(parts), parts.tls))
  const diagnostics = once(() => diagnosticsOf(parts, tls()))
  return {
    get tls() {
      return tls()
    },
    get ingresses() {
      return ingresses()
    },
    get table() {
      return table()
    },
    get backends() {
      return backends()
    },
    get diagnostics() {
      return diagnostics()
    },
  }
}

function tableOf(parts: TranslationParts): RouteTable<IngressTarget> {
  const routes: Route<IngressTarget>[] = []
  const hosts: (string | undefined)[] = []
  for (const [host, settled] of hostsInOrder(parts)) {
    for (const route of settled.routes) routes.push(route)
    if (settled.claimed && settled.routes.length === 0) hosts.push(host)
  }
  const { target } = parts.fallback
  return { routes, hosts, ...(target !== undefined && { defaultTarget: target }) }
}

/** In the order in which they are named; then those that annotations make, by name. */
function backendsOf(parts: TranslationParts): Map<BackendId, Backend> {
  const resolved = backendsInOrder(parts).map(({ backend }) => [backend.id, backend] as const)
  const own = [...parts.own.keys()].sort().map(id => [id, parts.own.get(id)!] as const)
  return new Map([...resolved, ...own])
}

function diagnosticsOf(parts: TranslationParts, tls: TlsConfiguration): Diagnostic[] {
  return [
    ...[...parts.findings.keys()].sort().flatMap(key => parts.findings.get(key)!),
    ...diagnoseClasses(parts.classes),
    ...parts.ingresses().flatMap(({ diagnostics }) => diagnostics),
    ...partsOf(parts).flatMap(({ diagnostics }) => diagnostics),
    ...withoutRepeats(hostsInOrder(parts).flatMap(([, { diagnostics }]) => diagnostics)),
    ...parts.fallback.diagnostics,
    ...backendsInOrder(parts).flatMap(({ diagnostics }) => diagnostics),
    ...tls.diagnostics,
  ]
}

function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(diagnostic => {
    const key = repeatKey(diagnostic)
    return key === undefined || (!seen.has(key) && seen.add(key))
  })
}

function partsOf({ ingresses }: TranslationParts): IngressPart[] {
  return ingresses().flatMap(({ part }) => part ?? [])
}

function hostsInOrder(parts: TranslationParts): [string | undefined, SettledHost][] {
  const names = new Set<string | undefined>()
  for (const { rules } of partsOf(parts)) for (const { host } of rules) names.add(host)
  return [...names].map(host => [host, parts.hosts.get(host)!])
}

function backendsInOrder(parts: TranslationParts): ResolvedBackend[] {
  const ids = new Set<BackendId>()
  for (const { uses } of partsOf(parts)) for (const id of uses.keys()) ids.add(id)
  // Last the one of the controller, which no Ingress need name.
  for (const id of parts.resolved.keys()) ids.add(id)
  return [...ids].map(id => parts.resolved.get(id)!)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
