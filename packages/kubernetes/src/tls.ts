import { type Diagnostic, diagnose, type Report, reportOn } from './diagnostic.ts'
import { describeIngress } from './ingress-target.ts'
import { formatName, type ObjectName } from './kubernetes-object.ts'
import type { Ingress, IngressTls } from './schema/ingress.ts'
import type { Secret } from './schema/secret.ts'

/** The certificate of one host (semantics 11). */
export interface TlsHost {
  /** `shop.example.com` or `*.example.com`. */
  readonly host: string
  /** The Secret with the certificate; `undefined` for the default certificate (11.4). */
  readonly secret: ObjectName | undefined
  /** The Ingress that says so. */
  readonly ingress: ObjectName
}

/** A certificate whose own names say for which of these hosts it is used (semantics 11.3). */
export interface TlsBySubject {
  readonly secret: ObjectName
  /** The hosts of the rules of the Ingress; empty makes it a candidate for the default certificate. */
  readonly hosts: readonly string[]
  readonly ingress: ObjectName
}

export interface TlsConfiguration {
  /** One entry a host; of several Ingresses the oldest counts (semantics 11.5). */
  readonly hosts: ReadonlyMap<string, TlsHost>
  readonly bySubject: readonly TlsBySubject[]
  /** Every Secret that is named, once. */
  readonly secrets: readonly ObjectName[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What is known of the Secrets of a file set or cluster. */
export interface TlsSecrets {
  /** `undefined` if there is none of that name. */
  find(name: ObjectName): Secret | undefined
  /** Whether a Secret that is not found is missing; in a folder without any Secret it is more likely kept elsewhere. */
  readonly complete: boolean
}

/** Collects the certificates that Ingresses ask for. `ordered` goes from the oldest to the newest. */
export function collectTls(ordered: readonly Ingress[]): Omit<TlsConfiguration, 'diagnostics'> {
  const hosts = new Map<string, TlsHost>()
  const secrets = new Map<string, ObjectName>()
  for (const ingress of ordered) {
    for (const claim of claimsOf(ingress)) if (!hosts.has(claim.host)) hosts.set(claim.host, claim)
    for (const secret of secretsOf(ingress)) secrets.set(formatName(secret), secret)
  }
  return { hosts, bySubject: ordered.flatMap(subjectsOf), secrets: [...secrets.values()] }
}

/** Which certificate an Ingress wants for which host; where it names a host twice, the first counts. */
export function claimsOf(ingress: Ingress): TlsHost[] {
  return ingress.tls.flatMap(entry => {
    const secret = secretOf(ingress, entry)
    return entry.hosts.map(({ host }) => ({ host, secret, ingress: nameOf(ingress) }))
  })
}

/** Every Secret that an Ingress names, once or more often. */
export function secretsOf(ingress: Ingress): ObjectName[] {
  return ingress.tls.flatMap(entry => secretOf(ingress, entry) ?? [])
}

/** The certificates of an Ingress whose own names decide. */
export function subjectsOf(ingress: Ingress): TlsBySubject[] {
  return ingress.tls.flatMap(entry => {
    const secret = secretOf(ingress, entry)
    if (entry.hosts.length > 0 || secret === undefined) return []
    return [{ secret, hosts: ruleHosts(ingress), ingress: nameOf(ingress) }]
  })
}

/** What is wrong with what an Ingress asks for: `claimed` is whose certificate a host gets. */
export function diagnoseTls(
  ingress: Ingress,
  claimed: (host: string) => TlsHost | undefined,
  secrets: TlsSecrets,
): readonly Diagnostic[] {
  const report = reportOn(ingress.object)
  for (const entry of ingress.tls) {
    const secret = secretOf(ingress, entry)
    if (secret === undefined) noteMissingName(entry, report)
    else checkSecret(secret, entry, secrets, report)
    if (entry.hosts.length === 0) noteMissingHosts(entry, report)
    for (const { host, index } of entry.hosts) {
      const field = ['spec', 'tls', entry.index, 'hosts', index]
      checkClaim(host, secret, claimed(host), field, report)
      checkRule(host, ingress, field, report)
    }
  }
  return report.diagnostics
}

function nameOf({ metadata }: Ingress): ObjectName {
  return { namespace: metadata.namespace, name: metadata.name }
}

function secretOf({ metadata }: Ingress, { secretName }: IngressTls): ObjectName | undefined {
  return secretName === undefined ? undefined : { namespace: metadata.namespace, name: secretName }
}

function ruleHosts({ rules }: Ingress): string[] {
  return [...new Set(rules.map(({ host }) => host).filter(host => host !== undefined))]
}

function checkClaim(
  host: string,
  secret: ObjectName | undefined,
  first: TlsHost | undefined,
  field: (string | number)[],
  report: Report,
): void {
  if (first === undefined || sameSecret(first.secret, secret)) return
  const taken = `${describeIngress(first.ingress)} (${describeSecret(first.secret)})`
  const message = `The certificate of ${host} comes from ${taken}, which comes first; ${describeSecret(secret)} is not used for it.`
  report.add('tls-host-claimed-twice', field, message)
}

/** Whether two claims say the same in the name of the same Ingress. */
export function sameClaim(a: TlsHost | undefined, b: TlsHost | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return sameSecret(a.secret, b.secret) && sameSecret(a.ingress, b.ingress)
}

function sameSecret(a: ObjectName | undefined, b: ObjectName | undefined): boolean {
  return a?.namespace === b?.namespace && a?.name === b?.name
}

function describeSecret(secret: ObjectName | undefined): string {
  return secret === undefined ? 'the default certificate' : `Secret ${formatName(secret)}`
}

/** The host has to be written in a rule exactly as in tls (semantics 11.8). */
function checkRule(host: string, ingress: Ingress, field: (string | number)[], report: Report): void {
  const known = ruleHosts(ingress)
  if (known.includes(host)) return
  const covering = known.find(other => host.startsWith('*.') && other.slice(other.indexOf('.')) === host.slice(1))
  if (covering !== undefined) return
  const rules = known.length === 0 ? 'its rules name no host' : `its rules have ${known.join(', ')}`
  const message = `${host} has a certificate here but no rule in the same Ingress (${rules}), so nothing is routed for it from here.`
  report.add('tls-host-without-rule', field, message)
}

function noteMissingName(entry: IngressTls, report: Report): void {
  const hosts = entry.hosts.map(({ host }) => host).join(', ')
  const message = `The tls entry${hosts === '' ? '' : ` for ${hosts}`} names no Secret, so the default certificate is used, if there is one.`
  report.add('tls-without-secret', ['spec', 'tls', entry.index], message)
}

function noteMissingHosts(entry: IngressTls, report: Report): void {
  const message = 'This tls entry lists no hosts; the names in the certificate decide, among the hosts of the rules.'
  report.add('tls-without-hosts', ['spec', 'tls', entry.index], message)
}

const certificateKeys = ['tls.crt', 'tls.key']

function checkSecret(name: ObjectName, entry: IngressTls, secrets: TlsSecrets, report: Report): void {
  const field = ['spec', 'tls', entry.index, 'secretName']
  const secret = secrets.find(name)
  if (secret === undefined) {
    if (secrets.complete)
      report.add('tls-secret-not-found', field, `There is no Secret ${formatName(name)} with the certificate.`)
    return
  }
  const missing = certificateKeys.filter(key => !secret.keys.has(key))
  const isTls = secret.type === 'kubernetes.io/tls'
  if (isTls && missing.length === 0) return
  const why = isTls ? `it has no ${missing.join(' and no ')}` : `its type is ${secret.type}, not kubernetes.io/tls`
  const place = { object: secret.object, field: isTls ? ['data'] : ['type'] }
  report.diagnostics.push(
    diagnose('tls-secret-unusable', place, `Secret ${formatName(name)} cannot be used as a certificate: ${why}.`, {
      related: [{ object: report.object, field }],
    }),
  )
}
