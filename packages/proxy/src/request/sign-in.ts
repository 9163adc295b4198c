import type { Exchange } from '../exchange.ts'

/** Where a client goes to sign in. */
export interface SignInOptions {
  /**
   * A URL of http or https, or a path, in which `$host`, `$http_host`, `$scheme`, `$request_uri` and
   * `$escaped_request_uri` stand for what the request has.
   */
  readonly location: string
  /** The parameter that says where the client comes from, if the location has none of that name. Default: `rd`. */
  readonly parameter?: string
}

/** The Location for a request. */
export type SignIn = <T>(exchange: Exchange<T>) => string

type Variables = Readonly<Record<string, <T>(exchange: Exchange<T>) => string>>

const variables: Variables = {
  host: ({ target }) => target!.host,
  http_host: ({ target }) => target!.authority ?? target!.host,
  best_http_host: ({ target }) => target!.authority ?? target!.host,
  scheme: ({ scheme }) => scheme,
  pass_access_scheme: ({ scheme }) => scheme,
  request_uri: ({ target }) => target!.path + target!.query,
  escaped_request_uri: ({ target }) => encodeURIComponent(target!.path + target!.query),
}

/** Throws `TypeError` for a location that is neither a URL nor a path, or has other variables. */
export function compileSignIn({ location, parameter = 'rd' }: SignInOptions): SignIn {
  const isPlain = /^[\x21-\x7e]+$/.test(location) && /^(?:https?:\/\/[^/?#]|\/(?!\/))/i.test(location)
  if (!isPlain || !/^[A-Za-z0-9_-]+$/.test(parameter))
    throw new TypeError(`not a place to sign in: ${JSON.stringify(location)}`)
  const parts = location.split(/\$(?:\{([a-z_]+)\}|([a-z_]+))/)
  // Alternating texts and, in one of two groups, names.
  const pieces = parts.map((part, index) =>
    index % 3 === 0 ? part : part === undefined ? undefined : variableOf(part),
  )
  const isThere = location.includes(`?${parameter}=`) || location.includes(`&${parameter}=`)
  const back = isThere ? '' : `${location.includes('?') ? '&' : '?'}${parameter}=`
  return exchange => {
    const text = pieces.map(piece => (typeof piece === 'function' ? piece(exchange) : (piece ?? ''))).join('')
    return back === '' ? text : text + back + encodeURIComponent(whereFrom(exchange))
  }
}

function variableOf(name: string): Variables[string] {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (variable === undefined) throw new TypeError(`an unknown variable: $${name}`)
  return variable
}

function whereFrom<T>({ scheme, target }: Exchange<T>): string {
  const { authority, host, path, query } = target!
  return `${scheme}://${authority ?? host}${path}${query}`
}
