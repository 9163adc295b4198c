import { METHODS } from 'node:http'
import { failure, type RequestFailure } from '../failure.ts'

const malformed = failure('bad-request', 'method')
const unknown = failure('unknown-method')
const notAllowed = failure('method-not-allowed')

// Those the parser of HTTP/1.1 knows; `undefined` for one that is served.
const known: ReadonlyMap<string, RequestFailure | undefined> = new Map<string, RequestFailure | undefined>([
  ...METHODS.map(method => [method, undefined] as const),
  // No reverse proxy can serve these: TRACE shows secrets that only the upstream's side should see, CONNECT asks for a
  // tunnel.
  ...['CONNECT', 'TRACE'].map(method => [method, notAllowed] as const),
  // Not HTTP's, but known to llhttp: RTSP, Icecast, the HTTP/2 preface.
  ...[
    ...['PRI', 'SOURCE', 'DESCRIBE', 'ANNOUNCE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN'],
    ...['GET_PARAMETER', 'SET_PARAMETER', 'REDIRECT', 'RECORD', 'FLUSH'],
  ].map(method => [method, malformed] as const),
])

/**
 * Why a request of this method is not served, in whatever version of HTTP it comes: 405 for TRACE and CONNECT, 501 for one
 * that nobody knows (RFC 9110 9.1), 400 for what is none. Over HTTP/1 a method that nobody knows is a short word in
 * capitals; the parser hears of all else as of a request that is malformed. Over HTTP/2 it is any token, such as `get`,
 * which an HTTP/1.1 upstream might read as GET.
 */
export function refuseMethod(method: string, httpVersion: string): RequestFailure | undefined {
  const refused = known.get(method)
  if (refused !== undefined) return refused
  // OPTIONS came with HTTP/1.1: under a 1.0 version number llhttp may have read it from an RTSP request line.
  if (known.has(method)) return method === 'OPTIONS' && httpVersion === '1.0' ? malformed : undefined
  const isWord = httpVersion.startsWith('1.') ? shortWord.test(method) : token.test(method)
  return isWord ? unknown : malformed
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const shortWord = /^[A-Z][A-Z-]{0,31}$/

/** Whether a line that the parser stopped in, of which the rest may be missing, is a request of a method nobody knows. */
export function hasUnknownMethod(line: string): boolean {
  const [, method] = /^([^ ]+) [^ \r\n]+(?: HTTP\/1\.[01]\r|$)/.exec(line) ?? []
  return method !== undefined && refuseMethod(method, '1.1') === unknown
}
