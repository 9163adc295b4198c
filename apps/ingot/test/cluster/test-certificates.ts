import type { PemPair } from '@ingot/proxy'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'

/** What an API server on 127.0.0.1 and a client of it show each other: made anew for each file of tests. */
export interface TestCertificates {
  readonly ca: string
  readonly server: PemPair
  readonly client: PemPair
}

/** The common name in the certificate of the client. */
export const clientName = 'ingot-test-client'

let made: Promise<TestCertificates> | undefined

/** The same ones each time. */
export function testCertificates(): Promise<TestCertificates> {
  made ??= make()
  return made
}

async function make(): Promise<TestCertificates> {
  const issuer = await authority()
  const [server, client] = await Promise.all([issuer.issue(['127.0.0.1']), issuer.issue([clientName])])
  return { ca: issuer.pem, server, client }
}
