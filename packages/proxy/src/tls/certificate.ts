import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { tlsOptions } from './tls-options.ts'

/** A certificate with the chain below it, and its key, as PEM: what a Secret of type kubernetes.io/tls holds. */
export interface PemPair {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

/** A certificate that can be served. */
export interface Certificate {
  /** What whoever configured it calls it: a Secret's namespace and name, or a file. */
  readonly name: string
  /** The DNS names it is for, in lower case, wildcards among them. */
  readonly names: ReadonlySet<string>
  readonly validFrom: Date
  readonly validTo: Date
  /** SHA-256 of the certificate, in hex with colons. */
  readonly fingerprint: string
  readonly context: SecureContext
}

/** Why a certificate cannot be served, or not for a host. */
export type CertificateProblemCode =
  | 'missing'
  | 'certificate-unreadable'
  | 'key-unreadable'
  | 'key-encrypted'
  | 'key-mismatch'
  | 'refused-by-tls'
  | 'expired'
  | 'not-yet-valid'
  | 'host-not-covered'

/** What is wrong with one certificate. Its message never holds anything of a key. */
export interface CertificateProblem {
  readonly code: CertificateProblemCode
  readonly certificate: string
  readonly message: string
  /** The host it matters for, where it is not the whole certificate. */
  readonly host?: string | undefined
}

/**
 * Reads a pair and makes sure that it can be served: the leaf comes first, the key is the leaf's and has no passphrase,
 * and the TLS library takes both. An expired certificate is a problem (semantics 11.6); `now` is in milliseconds.
 */
export function readCertificate(name: string, pair: PemPair, now = Date.now()): Certificate | CertificateProblem {
  const cert = pair.cert.toString()
  const leaf = readLeaf(cert)
  if (leaf === undefined) return problem('certificate-unreadable', name, 'holds no certificate that can be read')
  const key = readKey(pair.key.toString())
  if (typeof key === 'string') return problem(key, name, keyMessages[key])
  if (!leaf.checkPrivateKey(key)) return problem('key-mismatch', name, 'has a key that belongs to another certificate')
  const context = makeContext(cert, key)
  if (context === undefined) return problem('refused-by-tls', name, 'is too weak, or its chain cannot be read')
  const { validFromDate: validFrom, validToDate: validTo } = leaf
  if (validTo.getTime() <= now) return problem('expired', name, `expired on ${validTo.toISOString()}`)
  if (validFrom.getTime() > now) return problem('not-yet-valid', name, `is not valid before ${validFrom.toISOString()}`)
  const names = new Set(dnsNames(leaf.subjectAltName))
  const certificate = Object.freeze({ name, names, validFrom, validTo, fingerprint: leaf.fingerprint256, context })
  sources.set(certificate, { cert: pair.cert.toString(), key: pair.key.toString() })
  return certificate
}

// Not a property, so that a key is never printed with its certificate.
const sources = new WeakMap<Certificate, { readonly cert: string; readonly key: string }>()

/** What a certificate was read from, for Node's functions that want it as text. */
export function pemOf(certificate: Certificate): PemPair {
  return sources.get(certificate)!
}

/** Whether a certificate is what reading `pair` would give again. */
export function isReadFrom(certificate: Certificate, pair: PemPair): boolean {
  const source = sources.get(certificate)
  return source?.cert === pair.cert.toString() && source.key === pair.key.toString()
}

const keyMessages = {
  'key-unreadable': 'has no private key that can be read',
  'key-encrypted': 'has a private key with a passphrase, which nobody can enter here',
} as const

/** A problem whose message is a sentence about the certificate. */
export function problem(
  code: CertificateProblemCode,
  certificate: string,
  what: string,
  host?: string,
): CertificateProblem {
  return Object.freeze({ code, certificate, message: `The certificate ${certificate} ${what}.`, host })
}

function readLeaf(pem: string): X509Certificate | undefined {
  const block = pemBlock(pem, 'CERTIFICATE')
  if (block === undefined) return undefined
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}

function readKey(pem: string): KeyObject | keyof typeof keyMessages {
  if (pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    return 'key-encrypted'
  }
  const labels = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY']
  const block = labels.map(label => pemBlock(pem, label)).find(found => found !== undefined)
  if (block === undefined) return 'key-unreadable'
  try {
    return createPrivateKey(block)
  } catch {
    return 'key-unreadable'
  }
}

function makeContext(cert: string, key: KeyObject): SecureContext | undefined {
  try {
    return createSecureContext({ ...tlsOptions, cert, key: key.export({ type: 'pkcs8', format: 'pem' }) })
  } catch {
    return undefined
  }
}

/** The first block of a label; a file may hold others before it, such as EC parameters. */
function pemBlock(pem: string, label: string): string | undefined {
  const start = pem.indexOf(`-----BEGIN ${label}-----`)
  if (start === -1) return undefined
  const footer = `-----END ${label}-----`
  const end = pem.indexOf(footer, start)
  return end === -1 ? undefined : pem.slice(start, end + footer.length)
}

/** The DNS names of Node's text form, which puts an entry in quotes if it could be mistaken for two. */
function dnsNames(subjectAltName: string | undefined): string[] {
  const names: string[] = []
  let start = 0
  let quoted = false
  const text = `${subjectAltName ?? ''}, `
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') quoted = !quoted
    else if (text[i] === ',' && !quoted) {
      const entry = text.slice(start, i)
      if (/^DNS:[\w*.-]+$/.test(entry)) names.push(entry.slice(4).toLowerCase())
      start = i + 2
    }
  }
  return names
}
