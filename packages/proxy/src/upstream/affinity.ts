import { createHash } from 'node:crypto'
import { readCookie } from '../request/read-cookie.ts'
import type { PickContext } from './policies.ts'

/** Keeps a client with an endpoint by a cookie. */
export interface AffinityOptions {
  /** The cookie's name; a token of RFC 6265. */
  readonly cookie: string
  /** Seconds the cookie lasts; without it, as long as the browser's session. */
  readonly maxAge?: number
  /** The same as a date, for browsers that know no Max-Age. */
  readonly expires?: number
  /**
   * Default: `/`. `route` is the path of the route: under `/` the backends of a host would take the place of each other's
   * cookies.
   */
  readonly path?: string
  /** Default: the host that was asked, and no other. */
  readonly domain?: string
  /** Default: `Lax`. */
  readonly sameSite?: 'None' | 'Lax' | 'Strict'
  /** Whether `SameSite=None` is left out for browsers that take it for `Strict`. Default: no. */
  readonly conditionalSameSiteNone?: boolean
  /** Whether only HTTPS may carry it. Default: if the client used HTTPS, here or at a trusted proxy. */
  readonly secure?: boolean
  /** Whether a client whose endpoint fails stays with the one that served it instead. Default: yes. */
  readonly changeOnFailure?: boolean
  /**
   * Whose endpoints these are. With it the cookie tells that too, and a client that was given to a canary stays there,
   * as one that was not stays away from it: also when the endpoint is gone.
   */
  readonly group?: string
}

/** What the cookie says of an endpoint: the same for every replica of the proxy, and no address. */
export function affinityToken(endpointName: string): string {
  return createHash('sha256').update(endpointName).digest('base64url').slice(0, 16)
}

/** What the cookie of a request says, whole. */
export function affinityOf(context: Pick<PickContext, 'header'>, { cookie }: AffinityOptions): string | undefined {
  return readCookie(context.header('cookie'), cookie)
}

/** The token of the endpoint in what a cookie says. */
export function endpointOf(value: string | undefined): string | undefined {
  const dot = value?.indexOf('.') ?? -1
  return dot < 0 ? value : value?.slice(0, dot)
}

/** What the cookie says of the endpoint that has this token. */
export function affinityValue(options: AffinityOptions, token: string): string {
  const group = groupToken(options)
  return group === undefined ? token : `${token}.${group}`
}

/** Whether the cookie of a request says that its client was given to these endpoints. */
export function isGivenTo(context: Pick<PickContext, 'header'>, options: AffinityOptions): boolean {
  const group = groupToken(options)
  return group !== undefined && affinityOf(context, options)?.split('.')[1] === group
}

const groupTokens = new WeakMap<AffinityOptions, string>()

/** Shorter than that of an endpoint: there are fewer to tell apart. */
function groupToken(options: AffinityOptions): string | undefined {
  if (options.group === undefined) return undefined
  const token = groupTokens.get(options) ?? affinityToken(options.group).slice(0, 8)
  groupTokens.set(options, token)
  return token
}

/** A request, as far as the cookie goes by it. */
interface CookieRequest extends PickContext {
  /** What the client used, as far as a trusted proxy before this one says. */
  readonly scheme: 'http' | 'https'
  readonly match?: { readonly route: { readonly path: string } } | undefined
}

/** The value of Set-Cookie that keeps the client of a request with the endpoint of `token`, and its group. */
export function affinityCookie(options: AffinityOptions, token: string, request: CookieRequest): string {
  const { cookie, maxAge, expires, domain, secure = request.scheme === 'https' } = options
  const attributes = [
    `Path=${pathOf(options, request)}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(expires === undefined ? [] : [`Expires=${new Date(Date.now() + expires * 1_000).toUTCString()}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...sameSiteOf(options, request),
    ...(secure ? ['Secure'] : []),
  ]
  return `${cookie}=${affinityValue(options, token)}; ${attributes.join('; ')}`
}

/** Browsers send a cookie for `/a/` not to `/a`, which is the same route's (RFC 6265 5.1.4); `;` would end the path. */
function pathOf({ path = '/' }: AffinityOptions, { match }: CookieRequest): string {
  if (path !== 'route') return path
  const ofRoute = (match?.route.path ?? '/').replace(/(?<=.)\/$/, '')
  return /^[!-:<-~]+$/.test(ofRoute) ? ofRoute : '/'
}

function sameSiteOf({ sameSite = 'Lax', conditionalSameSiteNone }: AffinityOptions, request: CookieRequest): string[] {
  const isMisread =
    sameSite === 'None' && conditionalSameSiteNone === true && misreadsNone(request.header('user-agent'))
  return isMisread ? [] : [`SameSite=${sameSite}`]
}

/** iOS 12, Safari of macOS 10.14 and Chrome 51 to 66 drop a cookie with `SameSite=None`, or keep it from other sites. */
function misreadsNone(userAgent: string | undefined): boolean {
  if (userAgent === undefined) return false
  if (/iP(?:hone|ad|od)[^)]{0,40} OS 12[_ ]/.test(userAgent) || /Chrom(?:e|ium)\/(?:5[1-9]|6[0-6])\./.test(userAgent))
    return true
  return userAgent.includes('Mac OS X 10_14') && userAgent.includes('Safari/') && !userAgent.includes('Chrom')
}
