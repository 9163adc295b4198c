import { join } from 'node:path'
import { output } from '../support/commands.ts'
import type { CertificateFiles } from './rivals/rival.ts'

/** A certificate for `localhost`, by which wrk and h2load can ask for it (SNI), and for the hosts of the scenarios. */
export async function makeCertificate(folder: string): Promise<CertificateFiles> {
  const files = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') }
  await output('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:*.bench.test'],
    ...['-keyout', files.key, '-out', files.certificate],
  ])
  return files
}
