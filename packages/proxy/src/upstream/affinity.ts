import { createHash } from 'node:crypto'
import type { PickContext } from './policies.ts'

/** Keeps a client with an endpoint by a cookie. */
export interface AffinityOptions {
  /** The cookie's name; a token of RFC 6265. */
  readonly cookie: string
  /** Seconds the cookie lasts; without it, as long as the browser's session. */
  readonly maxAge?: number
  /** Default: `/`. */
  readonly path?: string
}

/** What the cookie says of an endpoint: the same for every replica of the proxy, and no address. */
export function affinityToken(endpointName: string): string {
  return createHash('sha256').update(endpointName).digest('base64url').slice(0, 16)
}

/** The token a request brings. */
export function affinityOf(context: PickContext, { cookie }: AffinityOptions): string | undefined {
  const cookies = context.header('cookie')
  if (cookies === undefined) return undefined
  for (const pair of cookies.split(/[;,]/)) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === cookie) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** The value of Set-Cookie that keeps the client with the endpoint of `token`. */
export function affinityCookie(
  { cookie, maxAge, path = '/' }: AffinityOptions,
  token: string,
  secure: boolean,
): string {
  const lifetime = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  return `${cookie}=${token}; Path=${path}${lifetime}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
