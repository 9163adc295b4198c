import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** How endpoints are spoken to over TLS. */
export interface UpstreamTls {
  /**
   * Whether an endpoint must show a certificate that `ca` vouches for. Default: false, which is as good as a plain
   * connection against whoever can pretend to be the endpoint, and better against whoever only listens.
   */
  readonly verify?: boolean
  /** Authorities as PEM. Default: those of Node. */
  readonly ca?: string
  /** The name to ask for and to verify. Default: the endpoint's own if it is a name; an address asks for none. */
  readonly servername?: string
}

/** The options of Node for a connection to `address`. */
export function tlsConnectionOptions(address: string, tls: UpstreamTls = {}): ConnectionOptions {
  const servername = tls.servername ?? (isIP(address) === 0 ? address : undefined)
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: tls.verify === true,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(servername !== undefined && { servername }),
  }
}

/** The host of an origin, with no brackets around an IPv6 address. */
export function hostOf(origin: string): string {
  const { hostname } = new URL(origin)
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}
