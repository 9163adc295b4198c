import {
  type Certificate,
  type CertificateProblem,
  isReadFrom,
  type PemPair,
  problem,
  readCertificate,
} from './certificate.ts'
import { coversHost, findByName } from './server-name.ts'

/** Which certificates there are and which hosts they are for (semantics 11). */
export interface CertificateConfiguration {
  /** By the name that `hosts`, `bySubject` and `default` use; `undefined` for one that should be there and is not. */
  readonly pairs: ReadonlyMap<string, PemPair | undefined>
  /** Host patterns (`shop.example.com`, `*.example.com`), each with its certificate; `undefined` means the default one. */
  readonly hosts?: ReadonlyMap<string, string | undefined>
  /** Certificates whose own names say what they are for; `among` narrows that down to these hosts (semantics 11.3). */
  readonly bySubject?: readonly { readonly certificate: string; readonly among?: readonly string[] | undefined }[]
  /** For hosts that have none of their own, and for clients that ask for no name. */
  readonly default?: string | undefined
}

/** What became of a configuration. */
export interface LoadedCertificates {
  readonly certificates: Certificates
  readonly problems: readonly CertificateProblem[]
}

/** A host that is to be served over TLS. */
interface SecuredHost {
  readonly source: string | undefined
  /** `undefined` if there is none that is good for it. */
  readonly certificate: Certificate | undefined
}

/** Which certificate is for which name: never changed once it is made. */
export class Certificates {
  readonly default: Certificate | undefined
  /** Every certificate that can be served, by name. */
  readonly byName: ReadonlyMap<string, Certificate>
  readonly #hosts: ReadonlyMap<string, SecuredHost>
  readonly #served: ReadonlyMap<string, Certificate>

  /** @internal Made by {@link loadCertificates}. */
  constructor(
    byName: ReadonlyMap<string, Certificate>,
    hosts: ReadonlyMap<string, SecuredHost>,
    fallback: Certificate | undefined,
  ) {
    this.byName = byName
    this.default = fallback
    this.#hosts = hosts
    const served = [...hosts].map(([host, { source, certificate }]) => {
      return [host, certificate ?? (source === undefined ? fallback : undefined)] as const
    })
    this.#served = new Map(served.filter((entry): entry is [string, Certificate] => entry[1] !== undefined))
  }

  /** The certificate for a normalised server name: precise, one-label wildcard, default, none (semantics 11.2). */
  find(name: string | undefined): Certificate | undefined {
    return (name === undefined ? undefined : findByName(this.#served, name)) ?? this.default
  }

  /** Whether a host was configured for TLS and can be served over it: what redirects to https go by (semantics 11.11). */
  isSecured(host: string): boolean {
    return findByName(this.#served, host) !== undefined || this.#hasDefaultFor(host)
  }

  /** What a host pattern was given before, so that a bad successor does not take it away. */
  keptFor(host: string, source: string | undefined): Certificate | undefined {
    const before = this.#hosts.get(host)
    return before !== undefined && before.source === source ? before.certificate : undefined
  }

  #hasDefaultFor(host: string): boolean {
    return this.default !== undefined && findByName(this.#hosts, host) !== undefined
  }
}

/** No certificates at all. */
export const noCertificates = new Certificates(new Map(), new Map(), undefined)

/**
 * Reads all pairs and settles who serves what. A bad certificate is a problem of its own hosts alone: they keep the last
 * good one of the same name that `previous` had for them, else they get the default one (semantics 11.6, 11.7).
 */
export function loadCertificates(
  configuration: CertificateConfiguration,
  previous: Certificates = noCertificates,
  now = Date.now(),
): LoadedCertificates {
  const problems: CertificateProblem[] = []
  const byName = readAll(configuration.pairs, previous, problems, now)
  const hosts = new Map<string, SecuredHost>()
  for (const [host, source] of configuration.hosts ?? []) {
    hosts.set(host, { source, certificate: certificateFor(host, source, byName, previous, problems) })
  }
  for (const { certificate: source, among } of configuration.bySubject ?? []) {
    const certificate = byName.get(source)
    for (const host of hostsBySubject(certificate, among)) {
      if (!hosts.has(host)) hosts.set(host, { source, certificate })
    }
  }
  const fallback = defaultOf(configuration.default, byName, problems)
  return { certificates: new Certificates(byName, hosts, fallback), problems }
}

function readAll(
  pairs: ReadonlyMap<string, PemPair | undefined>,
  previous: Certificates,
  problems: CertificateProblem[],
  now: number,
): Map<string, Certificate> {
  const byName = new Map<string, Certificate>()
  for (const [name, pair] of pairs) {
    const before = previous.byName.get(name)
    const read = pair === undefined ? problem('missing', name, 'is not there') : readOnce(name, pair, before, now)
    if ('code' in read) problems.push(read)
    const usable = 'code' in read ? before : read
    if (usable !== undefined) byName.set(name, usable)
  }
  return byName
}

/** What has not changed is not read again, unless it has run out since. */
function readOnce(name: string, pair: PemPair, before: Certificate | undefined, now: number) {
  const isSame = before !== undefined && before.validTo.getTime() > now && isReadFrom(before, pair)
  return isSame ? before : readCertificate(name, pair, now)
}

function certificateFor(
  host: string,
  source: string | undefined,
  byName: ReadonlyMap<string, Certificate>,
  previous: Certificates,
  problems: CertificateProblem[],
): Certificate | undefined {
  if (source === undefined) return undefined
  const certificate = byName.get(source)
  if (certificate !== undefined && coversHost(certificate.names, host)) return certificate
  if (certificate !== undefined) {
    const names = certificate.names.size === 0 ? 'no DNS name at all' : `only ${[...certificate.names].join(', ')}`
    problems.push(problem('host-not-covered', source, `is not for ${host}: it names ${names}`, host))
  }
  return previous.keptFor(host, source)
}

/** The certificate's names, narrowed down to hosts that are asked for: of a wildcard and a host it covers, the host. */
function hostsBySubject(certificate: Certificate | undefined, among: readonly string[] | undefined): string[] {
  if (certificate === undefined) return []
  if (among === undefined) return [...certificate.names]
  const covered = among.filter(host => coversHost(certificate.names, host))
  const narrower = [...certificate.names].filter(name => coversHost(new Set(among), name))
  return [...new Set([...covered, ...narrower])]
}

function defaultOf(
  name: string | undefined,
  byName: ReadonlyMap<string, Certificate>,
  problems: CertificateProblem[],
): Certificate | undefined {
  if (name === undefined) return undefined
  const certificate = byName.get(name)
  const isKnown = problems.some(({ certificate: bad }) => bad === name)
  if (certificate === undefined && !isKnown) problems.push(problem('missing', name, 'is not there'))
  return certificate
}
