import {
  formatName,
  type KubernetesObject,
  type ObjectName,
  type TlsChanges,
  type TlsConfiguration,
} from '@ingot/kubernetes'
import {
  type Certificate,
  type CertificateConfiguration,
  type CertificateProblem,
  type Certificates,
  loadCertificates,
  noCertificates,
  type PemPair,
} from '@ingot/proxy'
import { certificateChanges } from '../data-plane/certificate-changes.ts'
import type { TrafficUpdate } from '../data-plane/traffic-update.ts'
import { readCertificateFolder } from '../sources/certificate-folder.ts'

export interface CertificateKeeperOptions {
  /** A folder with pairs in PEM. */
  readonly folder?: string | undefined
  /** The certificate for hosts that have none of their own: a Secret's `namespace/name`, or a pair of the folder. */
  readonly default?: string | undefined
  /** Hears what can be served now, and what cannot. */
  readonly onLoaded: (certificates: Iterable<Certificate>, problems: readonly CertificateProblem[]) => void
}

/** What Ingresses ask for, and what there is. */
export interface TlsState {
  /** Everything that is asked for, put together when it is looked at. */
  readonly tls: TlsConfiguration
  readonly secret: (name: ObjectName) => KubernetesObject | undefined
}

/** Knows which certificates there are: those of Secrets that Ingresses name, and those of a folder. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions
  /** The Secret of each host; `undefined` for the default certificate. */
  readonly #hosts = new Map<string, string | undefined>()
  /** Every Secret that is asked for, and what it holds. */
  readonly #secrets = new Map<string, PemPair | undefined>()
  #bySubject: TlsConfiguration['bySubject'] = []
  #folder: ReadonlyMap<string, PemPair> = new Map()
  #loaded: Certificates = noCertificates
  #told: CertificateConfiguration = { pairs: new Map() }

  constructor(options: CertificateKeeperOptions) {
    this.#options = options
  }

  /** Takes over everything that Ingresses ask for and Secrets hold. */
  async everything(state: TlsState): Promise<CertificateConfiguration> {
    this.#hosts.clear()
    this.#secrets.clear()
    for (const [host, { secret }] of state.tls.hosts) this.#hosts.set(host, secret && formatName(secret))
    for (const name of [...state.tls.secrets, ...this.#standardSecret()]) this.#readSecret(name, state)
    this.#bySubject = state.tls.bySubject
    await this.#readFolder()
    return this.#settle()
  }

  /** Takes over what is different from the last time. */
  async changes(
    { hosts, secrets, bySubject }: TlsChanges,
    state: TlsState,
  ): Promise<NonNullable<TrafficUpdate['certificateChanges']>> {
    for (const [host, claim] of hosts) {
      if (claim === undefined) this.#hosts.delete(host)
      else this.#hosts.set(host, claim.secret && formatName(claim.secret))
    }
    for (const [name, isNamed] of secrets) {
      if (isNamed) this.#readSecret(parseName(name), state)
      else this.#secrets.delete(name)
    }
    for (const name of this.#standardSecret()) this.#readSecret(name, state)
    if (bySubject) this.#bySubject = state.tls.bySubject
    await this.#readFolder()
    const before = this.#told
    return certificateChanges(before, this.#settle())
  }

  /** Looks at the folder again; `undefined` if nothing in it has changed. */
  async reread(): Promise<CertificateConfiguration | undefined> {
    const before = this.#folder
    await this.#readFolder()
    return samePairs(before, this.#folder) ? undefined : this.#settle()
  }

  async #readFolder(): Promise<void> {
    const { folder } = this.#options
    if (folder !== undefined) this.#folder = await readCertificateFolder(folder)
  }

  /** The default certificate, if it is that of a Secret: a pair of the folder has no namespace in its name. */
  #standardSecret(): ObjectName[] {
    const standard = this.#options.default
    return standard?.includes('/') ? [parseName(standard)] : []
  }

  #readSecret(name: ObjectName, { secret }: TlsState): void {
    this.#secrets.set(formatName(name), pairOf(secret(name)))
  }

  #settle(): CertificateConfiguration {
    const configuration = this.#configuration()
    this.#told = configuration
    const { certificates, problems } = loadCertificates(configuration, this.#loaded)
    this.#loaded = certificates
    this.#options.onLoaded(certificates.byName.values(), problems)
    return configuration
  }

  #configuration(): CertificateConfiguration {
    // A Secret that is nowhere may be meant to be in the folder, whose certificates say themselves what they are for.
    const isKnown = (pair: PemPair | undefined) => pair !== undefined || this.#folder.size === 0
    const known = new Map([...this.#secrets].filter(([, pair]) => isKnown(pair)))
    return {
      pairs: new Map([...known, ...this.#folder]),
      hosts: new Map([...this.#hosts].filter(([, secret]) => secret === undefined || known.has(secret))),
      bySubject: [
        ...this.#bySubject.map(({ secret, hosts: among }) => ({ certificate: formatName(secret), among })),
        ...[...this.#folder.keys()].map(certificate => ({ certificate })),
      ],
      default: this.#options.default,
    }
  }
}

/** From `namespace/name`. */
function parseName(text: string): ObjectName {
  const slash = text.indexOf('/')
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}

/** The pair in a Secret of type kubernetes.io/tls. */
function pairOf(secret: KubernetesObject | undefined): PemPair | undefined {
  const cert = secret && secretValue(secret, 'tls.crt')
  const key = secret && secretValue(secret, 'tls.key')
  return cert === undefined || key === undefined ? undefined : { cert, key }
}

/** As an API server reads it: `stringData` as it is, and before `data`, which is base64. */
function secretValue({ raw }: KubernetesObject, key: string): string | undefined {
  const text = fieldOf(raw.stringData, key)
  const encoded = fieldOf(raw.data, key)
  return text ?? (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1'))
}

function fieldOf(values: unknown, key: string): string | undefined {
  const value = typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function samePairs(a: ReadonlyMap<string, PemPair>, b: ReadonlyMap<string, PemPair>): boolean {
  return (
    a.size === b.size && [...a].every(([name, { cert, key }]) => b.get(name)?.cert === cert && b.get(name)?.key === key)
  )
}
