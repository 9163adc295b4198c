import type { Exchange } from '../exchange.ts'
import type { Redirect } from '../response/redirect.ts'

/** Which requests over plain HTTP are sent to HTTPS. */
export interface HttpsRedirectOptions<T> {
  /** Whether a normalised host has a certificate that can be served: {@link Certificates.isSecured}. */
  isSecured(host: string): boolean
  /** The port clients reach HTTPS at. Default: 443. */
  readonly port?: number
  /** Whether requests for a target are redirected at all. Default: all are. */
  readonly appliesTo?: (target: T) => boolean
}

/** Where a certificate authority looks over plain HTTP for the proof that a host is ours (RFC 8555 8.3). */
const challenge = '/.well-known/acme-challenge/'

/**
 * The 308 that keeps method and body, for a host with a usable certificate (semantics 11.11). A request that a trusted
 * proxy received over HTTPS is not redirected again.
 */
export function httpsRedirect<T>(exchange: Exchange<T>, options: HttpsRedirectOptions<T>): Redirect | undefined {
  const { target, routedTo } = exchange
  if (target === undefined || routedTo === undefined || !options.isSecured(target.host)) return undefined
  return options.appliesTo?.(routedTo) === false ? undefined : toHttps(exchange, options.port)
}

/** The same whatever the host has. */
export function toHttps<T>({ target, scheme }: Exchange<T>, port = 443): Redirect | undefined {
  if (target === undefined || scheme === 'https' || target.path.startsWith(challenge)) return undefined
  const authority = port === 443 ? target.host : `${target.host}:${port}`
  return { status: 308, location: `https://${authority}${target.path}${target.query}` }
}
