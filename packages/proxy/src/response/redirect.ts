import { compilePathChange, type PathChange } from '../request/path-change.ts'
import type { RequestTarget } from '../request/request-target.ts'

/** Sends the client elsewhere; what is not named stays as it was asked for. */
export interface RedirectOptions {
  /** Default: 302. */
  readonly status?: 301 | 302 | 303 | 307 | 308
  readonly scheme?: 'http' | 'https'
  readonly host?: string
  /** Default: none, which is the scheme's own, if a scheme is named; else the port that was asked for. */
  readonly port?: number
  readonly path?: PathChange
  /** The whole Location, in place of everything else, and without the query that was asked for. */
  readonly location?: string
  /** Only requests for exactly this path. Default: all. */
  readonly at?: string
}

/** A status and a Location. */
export interface Redirect {
  readonly status: number
  readonly location: string
}

/** Where a request is sent, by the scheme it came with and its route's path; `undefined` if it is not sent anywhere. */
export type RedirectEdit = (target: RequestTarget, scheme: 'http' | 'https', routePath: string) => Redirect | undefined

/** Throws `TypeError` for a path that is not normal, a host that is none, or a Location that is no URL or path. */
export function compileRedirect(options: RedirectOptions): RedirectEdit {
  const { status = 302, host, location, at } = options
  if (host !== undefined && !/^[a-z0-9.[\]:-]+$/i.test(host)) throw new TypeError(`not a host: ${JSON.stringify(host)}`)
  if (location !== undefined) checkLocation(location)
  const change = options.path === undefined ? undefined : compilePathChange(options.path)
  return (target, scheme, routePath) => {
    if (at !== undefined && at !== target.path) return undefined
    if (location !== undefined) return { status, location }
    const path = change === undefined ? target.path : change(target.path, routePath)
    const authority = `${host ?? target.host}${portSuffix(options, target)}`
    return { status, location: `${options.scheme ?? scheme}://${authority}${path}${target.query}` }
  }
}

function checkLocation(location: string): void {
  const isPlain = /^[\x21-\x7e]+$/.test(location)
  if (!isPlain || !(/^\/(?!\/)/.test(location) || /^https?:\/\/[^/?#]/i.test(location))) {
    throw new TypeError(`neither a URL nor a path: ${JSON.stringify(location)}`)
  }
}

function portSuffix({ port, scheme }: RedirectOptions, { authority = '', host }: RequestTarget): string {
  if (port !== undefined) return `:${port}`
  const asked = /:(\d+)$/.exec(authority.slice(host.length))?.[1]
  return scheme !== undefined || asked === undefined ? '' : `:${asked}`
}
