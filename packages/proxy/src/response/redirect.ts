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
}

/** A status and a Location. */
export interface Redirect {
  readonly status: number
  readonly location: string
}

/** Where a request is sent, by the scheme it came with and its route's path. */
export type RedirectEdit = (target: RequestTarget, scheme: 'http' | 'https', routePath: string) => Redirect

/** Throws `TypeError` for a path that is not normal or a host that is none. */
export function compileRedirect(options: RedirectOptions): RedirectEdit {
  const { status = 302, host } = options
  if (host !== undefined && !/^[a-z0-9.[\]:-]+$/i.test(host)) throw new TypeError(`not a host: ${JSON.stringify(host)}`)
  const change = options.path === undefined ? undefined : compilePathChange(options.path)
  return (target, scheme, routePath) => {
    const path = change === undefined ? target.path : change(target.path, routePath)
    const authority = `${host ?? target.host}${portSuffix(options, target)}`
    return { status, location: `${options.scheme ?? scheme}://${authority}${path}${target.query}` }
  }
}

function portSuffix({ port, scheme }: RedirectOptions, { authority = '', host }: RequestTarget): string {
  if (port !== undefined) return `:${port}`
  const asked = /:(\d+)$/.exec(authority.slice(host.length))?.[1]
  return scheme !== undefined || asked === undefined ? '' : `:${asked}`
}
