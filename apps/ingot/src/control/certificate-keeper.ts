import { formatName, type KubernetesObject, type TlsConfiguration } from '@ingot/kubernetes'
import {
  type Certificate,
  type CertificateConfiguration,
  type CertificateProblem,
  type Certificates,
  loadCertificates,
  noCertificates,
  type PemPair,
} from '@ingot/proxy'
import { readCertificateFolder } from '../sources/certificate-folder.ts'

export interface CertificateKeeperOptions {
  /** A folder with pairs in PEM. */
  readonly folder?: string | undefined
  /** The certificate for hosts that have none of their own: a Secret's `namespace/name`, or a pair of the folder. */
  readonly default?: string | undefined
  /** Hears what can be served now, and what cannot. */
  readonly onLoaded: (certificates: Iterable<Certificate>, problems: readonly CertificateProblem[]) => void
}

/** Knows which certificates there are: those of Secrets that Ingresses name, and those of a folder. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions
  #tls: TlsConfiguration | undefined
  #secrets: ReadonlyMap<string, PemPair> = new Map()
  #folder: ReadonlyMap<string, PemPair> = new Map()
  #loaded: Certificates = noCertificates

  constructor(options: CertificateKeeperOptions) {
    this.#options = options
  }

  /** Takes over what Ingresses ask for and Secrets hold. */
  async update(tls: TlsConfiguration, secrets: Iterable<KubernetesObject>): Promise<CertificateConfiguration> {
    this.#tls = tls
    this.#secrets = new Map([...secrets].flatMap(pairOf))
    await this.#readFolder()
    return this.#settle()
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

  #settle(): CertificateConfiguration {
    const configuration = this.#configuration()
    const { certificates, problems } = loadCertificates(configuration, this.#loaded)
    this.#loaded = certificates
    this.#options.onLoaded(certificates.byName.values(), problems)
    return configuration
  }

  #configuration(): CertificateConfiguration {
    const named = (this.#tls?.secrets ?? []).map(formatName)
    const standard = this.#options.default
    // A pair of the folder has no namespace in its name.
    const wanted = [...named, ...(standard?.includes('/') ? [standard] : [])]
    // A Secret that is nowhere may be meant to be in the folder, whose certificates say themselves what they are for.
    const known = wanted.filter(name => this.#secrets.has(name) || this.#folder.size === 0)
    const pairs = [...known.map(name => [name, this.#secrets.get(name)] as const), ...this.#folder]
    const hosts = [...(this.#tls?.hosts ?? [])].map(
      ([host, { secret }]) => [host, secret === undefined ? undefined : formatName(secret)] as const,
    )
    return {
      pairs: new Map(pairs),
      hosts: new Map(hosts.filter(([, secret]) => secret === undefined || known.includes(secret))),
      bySubject: [
        ...(this.#tls?.bySubject ?? []).map(({ secret, hosts: among }) => ({ certificate: formatName(secret), among })),
        ...[...this.#folder.keys()].map(certificate => ({ certificate })),
      ],
      default: standard,
    }
  }
}

/** The pair in a Secret of type kubernetes.io/tls. */
function pairOf(secret: KubernetesObject): [string, PemPair][] {
  const cert = secretValue(secret, 'tls.crt')
  const key = secretValue(secret, 'tls.key')
  return cert === undefined || key === undefined ? [] : [[formatName(secret.metadata), { cert, key }]]
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
