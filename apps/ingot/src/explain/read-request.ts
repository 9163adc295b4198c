import { type FailureCode, refuseMethod, statusOf } from '@ingot/proxy'
import { splitUrl } from './split-url.ts'

/** A request to explain: what a client would send. */
export interface RequestToExplain {
  /** `http://shop.example.com/cart`, `shop.example.com/cart`, or a path whose authority the Host header gives. */
  readonly url: string
  /** As it is sent: `get` is another method than `GET`, which is the default. */
  readonly method?: string | undefined
  /** A field that is sent more than once has a list of values. Names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** `1.0`, `1.1` or `2`. Default: `1.1`. */
  readonly httpVersion?: string | undefined
}

/** What a request is routed by. */
export interface RoutedRequest {
  /** `undefined` if the request has none, as HTTP/1.0 allows. */
  readonly host: string | undefined
  /** Not yet normalised. */
  readonly path: string
  /** Host beside an absolute target: not used, but it has to be well-formed. */
  readonly ignoredHost?: string | undefined
  /** The values of a field by its lower-case name, joined by commas; `undefined` without it. */
  header(lowerName: string): string | undefined
}

/** Why a request is answered before any route is looked at. */
export interface RefusedRequest {
  readonly status: (typeof statusOf)[FailureCode]
  readonly code: string
  readonly reason?: string
}

/** The longest request target that the proxy looks at, in bytes. */
const MAX_TARGET = 16 * 1024

/**
 * Reads a request as the proxy would (semantics 1.1-1.5, 7.1): nothing of the URL is normalised here, and what may not be
 * routed is refused.
 */
export function readRequest(request: RequestToExplain): RoutedRequest | RefusedRequest {
  const { url, method = 'GET', httpVersion = '1.1' } = request
  const refused = refuseLine(method, httpVersion)
  if (refused !== undefined) return refused
  const hosts = valuesOf(request.headers, 'host')
  if (hosts.length > 1) return badHost('duplicate-host')
  const [host] = hosts
  if (url === '*') return { status: 400, code: 'bad-path', reason: 'asterisk-form' }
  const isAbsolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(url)
  if (isAbsolute && !/^(?:https?|wss?):/i.test(url)) return { status: 400, code: 'bad-path', reason: 'target-form' }
  // `shop.example.com/cart` is how people write URLs, not how requests do.
  if (!isAbsolute && host !== undefined && !url.startsWith('/')) {
    return { status: 400, code: 'bad-path', reason: 'target-form' }
  }
  const target = readTarget(url, host, httpVersion)
  if ('status' in target) return target
  return { ...target, header: name => valuesOf(request.headers, name).join(', ') || undefined }
}

type ReadTarget = Pick<RoutedRequest, 'host' | 'path' | 'ignoredHost'>

function readTarget(url: string, host: string | undefined, httpVersion: string): ReadTarget | RefusedRequest {
  if (url.length > MAX_TARGET) return { status: 414, code: 'target-too-long' }
  if (url.includes('#')) return { status: 400, code: 'bad-path', reason: 'fragment' }
  const { authority, path, query } = splitUrl(url)
  if (/[^\x21-\x7e]/.test(query)) return { status: 400, code: 'bad-path', reason: 'query-character' }
  if (authority === undefined) {
    if (host === undefined && httpVersion !== '1.0') return badHost('missing-host')
    return { host, path }
  }
  if (httpVersion === '2' && host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return badHost('host-differs-from-authority')
  }
  return { host: authority, path, ignoredHost: host }
}

function refuseLine(method: string, httpVersion: string): RefusedRequest | undefined {
  if (!['1.0', '1.1', '2'].includes(httpVersion)) return { status: 505, code: 'unsupported-version' }
  const refused = refuseMethod(method, httpVersion)
  if (refused === undefined) return undefined
  const { code, reason } = refused
  return { status: statusOf[code], code, ...(reason !== undefined && { reason }) }
}

function valuesOf(headers: RequestToExplain['headers'], name: string): string[] {
  return Object.entries(headers ?? {}).flatMap(([key, value]) => {
    if (key.toLowerCase() !== name) return []
    return typeof value === 'string' ? [value] : [...value]
  })
}

function badHost(reason: string): RefusedRequest {
  return { status: 400, code: 'bad-host', reason }
}
