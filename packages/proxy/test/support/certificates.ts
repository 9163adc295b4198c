import 'reflect-metadata'
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { PemPair } from '../../src/index.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 60 * 60 * 1000

/** A certificate authority of a test's own. */
export interface Authority {
  readonly pem: string
  /** A certificate for `names`, which may be IP addresses, good from `from` to `to` days from now. */
  issue(names: readonly string[], validity?: { from?: number; to?: number }): Promise<PemPair>
}

export async function authority(): Promise<Authority> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Test Authority',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto as never,
  )
  return {
    pem: ca.toString('pem'),
    async issue(names, { from = -1, to = 30 } = {}) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const cert = await sign(ca, keys, publicKey, names, from, to)
      return { cert: cert.toString('pem'), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
    },
  }
}

async function sign(
  ca: X509Certificate,
  keys: webcrypto.CryptoKeyPair,
  publicKey: KeyObject,
  names: readonly string[],
  from: number,
  to: number,
): Promise<X509Certificate> {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const extensions =
    names.length === 0
      ? []
      : [
          new SubjectAlternativeNameExtension(
            names.map(value => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
        ]
  return await X509CertificateGenerator.create(
    {
      subject: `CN=${names[0] ?? 'nobody'}`,
      issuer: ca.subject,
      notBefore: new Date(Date.now() + from * day),
      notAfter: new Date(Date.now() + to * day),
      publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    },
    webcrypto as never,
  )
}
