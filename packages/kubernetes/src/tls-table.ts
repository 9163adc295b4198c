import type { Diagnostic } from './diagnostic.ts'
import type { FindingAccount } from './finding-changes.ts'
import { formatName } from './kubernetes-object.ts'
import { byRank, type OrderOptions } from './routes/ingress-order.ts'
import type { IngressPart } from './routes/ingress-part.ts'
import type { TlsConfiguration, TlsHost, TlsSecrets } from './tls.ts'
import { claimsOf, collectTls, diagnoseTls, sameClaim, secretsOf, subjectsOf } from './tls.ts'
import { type MapSnapshot, VersionedMap } from './versioned-map.ts'

/** What is different about the certificates that are asked for. */
export interface TlsChanges {
  /** Hosts whose certificate comes from elsewhere than before; `undefined` for those that need none any more. */
  readonly hosts: ReadonlyMap<string, TlsHost | undefined>
  /** Secrets, by name, that are asked for now or not any more, or that may hold something else: whether they are asked for. */
  readonly secrets: ReadonlyMap<string, boolean>
  /** Whether other certificates may be asked for whose own names decide. */
  readonly bySubject: boolean
}

/** Which certificate each host gets, decided again only where an Ingress or a Secret has changed that has a say in it. */
export class TlsTable {
  readonly #options: OrderOptions
  readonly #account: FindingAccount
  /** Who wants a certificate for a host: mostly one. */
  readonly #claimants = new Map<string, Set<IngressPart>>()
  /** Who names a Secret. */
  readonly #namers = new Map<string, Set<IngressPart>>()
  readonly #claimed = new Map<string, TlsHost>()
  readonly #findings = new VersionedMap<IngressPart, readonly Diagnostic[]>()
  readonly #staleHosts = new Set<string>()
  readonly #staleSecrets = new Set<string>()
  readonly #staleParts = new Set<IngressPart>()
  #isSubjectStale = false
  #wasComplete = false

  constructor(options: OrderOptions, account: FindingAccount) {
    this.#options = options
    this.#account = account
  }

  /** What is wrong with what each Ingress asks for. */
  snapshot(): MapSnapshot<IngressPart, readonly Diagnostic[]> {
    return this.#findings.snapshot()
  }

  add(part: IngressPart): void {
    if (!asksForCertificates(part)) return
    this.#touch(part)
    this.#staleParts.add(part)
    this.#findings.set(part, [])
    for (const { host } of claimsOf(part.ingress)) addTo(this.#claimants, host, part)
    for (const secret of secretsOf(part.ingress)) addTo(this.#namers, formatName(secret), part)
  }

  remove(part: IngressPart): void {
    if (!asksForCertificates(part)) return
    this.#touch(part)
    this.#staleParts.delete(part)
    this.#account.replace(this.#findings.get(part), [])
    this.#findings.delete(part)
    for (const { host } of claimsOf(part.ingress)) removeFrom(this.#claimants, host, part)
    for (const secret of secretsOf(part.ingress)) removeFrom(this.#namers, formatName(secret), part)
  }

  /** To be told when a Secret has changed. */
  touchSecret(name: string): void {
    this.#staleSecrets.add(name)
  }

  /** Decides again what has to be; `undefined` if nothing has. Pauses are for whoever has other things to do. */
  *settle(secrets: TlsSecrets): Generator<void, TlsChanges | undefined> {
    const isTouched =
      this.#staleHosts.size + this.#staleSecrets.size + this.#staleParts.size > 0 || this.#isSubjectStale
    const hosts = yield* this.#settleHosts()
    for (const secret of this.#staleSecrets)
      for (const part of this.#namers.get(secret) ?? []) this.#staleParts.add(part)
    if (secrets.complete !== this.#wasComplete) for (const part of this.#findings.keys()) this.#staleParts.add(part)
    this.#wasComplete = secrets.complete
    for (const part of this.#staleParts) {
      this.#diagnose(part, secrets)
      yield
    }
    const named = new Map([...this.#staleSecrets].map(secret => [secret, this.#namers.has(secret)]))
    const bySubject = this.#isSubjectStale
    this.#forgetStale()
    return isTouched ? { hosts, secrets: named, bySubject } : undefined
  }

  *#settleHosts(): Generator<void, Map<string, TlsHost | undefined>> {
    const changed = new Map<string, TlsHost | undefined>()
    for (const host of this.#staleHosts) {
      const after = this.#firstClaim(host)
      if (!sameClaim(this.#claimed.get(host), after)) {
        changed.set(host, after)
        if (after === undefined) this.#claimed.delete(host)
        else this.#claimed.set(host, after)
        // Whoever does not get it is told who does.
        for (const part of this.#claimants.get(host) ?? []) this.#staleParts.add(part)
      }
      yield
    }
    return changed
  }

  /** Of several Ingresses the oldest counts (semantics 11.5). */
  #firstClaim(host: string): TlsHost | undefined {
    const compare = byRank(this.#options)
    let first: IngressPart | undefined
    for (const part of this.#claimants.get(host) ?? [])
      if (first === undefined || compare(part.rank, first.rank) < 0) first = part
    return first && claimsOf(first.ingress).find(claim => claim.host === host)
  }

  #diagnose(part: IngressPart, secrets: TlsSecrets): void {
    const found = diagnoseTls(part.ingress, host => this.#claimed.get(host), secrets)
    this.#account.replace(this.#findings.get(part), found)
    this.#findings.set(part, found)
  }

  #touch({ ingress }: IngressPart): void {
    for (const { host } of claimsOf(ingress)) this.#staleHosts.add(host)
    for (const secret of secretsOf(ingress)) this.#staleSecrets.add(formatName(secret))
    if (subjectsOf(ingress).length > 0) this.#isSubjectStale = true
  }

  #forgetStale(): void {
    this.#staleHosts.clear()
    this.#staleSecrets.clear()
    this.#staleParts.clear()
    this.#isSubjectStale = false
  }
}

/** Put together when somebody looks. `ordered` is what there was at the time of the findings, the oldest first. */
export function tlsConfiguration(
  ordered: readonly IngressPart[],
  findings: MapSnapshot<IngressPart, readonly Diagnostic[]>,
): TlsConfiguration {
  const asking = ordered.filter(asksForCertificates)
  return {
    ...collectTls(asking.map(({ ingress }) => ingress)),
    diagnostics: asking.flatMap(part => findings.get(part) ?? []),
  }
}

function asksForCertificates({ isMain, ingress }: IngressPart): boolean {
  return isMain && ingress.tls.length > 0
}

function addTo<V>(sets: Map<string, Set<V>>, key: string, value: V): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

function removeFrom<V>(sets: Map<string, Set<V>>, key: string, value: V): void {
  const set = sets.get(key)
  set?.delete(value)
  if (set?.size === 0) sets.delete(key)
}
