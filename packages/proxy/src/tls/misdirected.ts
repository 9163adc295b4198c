import type { TlsFacts } from '../request/client-connection.ts'
import { coversHost } from './server-name.ts'

/**
 * Whether a request asks on a TLS connection for a host that the connection was not made for: neither the name of its
 * handshake nor one that the certificate it was shown covers (semantics 11.9, 11.10). A client that named no host in its
 * handshake, or names none in its request, asks for nothing else than it got.
 */
export function isMisdirected(tls: TlsFacts | undefined, host: string): boolean {
  if (tls === undefined || tls.serverName === undefined || tls.serverName === host || host === '') return false
  return !coversHost(tls.certificateNames, host)
}
