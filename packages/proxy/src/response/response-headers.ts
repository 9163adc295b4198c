import { failure, type RequestFailure } from '../failure.ts'
import type { RawHeaders } from '../transport/transport.ts'

const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'proxy-authenticate'],
])
const byLength: boolean[] = []
for (const name of [...hopByHop, 'content-length', 'trailer']) byLength[name.length] = true

/** A response's fields for the client. */
export interface ResponseFields {
  readonly headers: string[]
  /** In bytes; `undefined` if only its end will tell. */
  readonly contentLength: number | undefined
}

const badLength = failure('bad-response', 'content-length')

/**
 * The fields a client receives: all but the hop-by-hop ones (RFC 9110 7.6.1). Content-Length is kept once, and not at
 * all in a 204 (RFC 9110 8.6); Trailer is kept only where trailers can follow.
 */
export function responseHeaders(status: number, raw: RawHeaders): ResponseFields | RequestFailure {
  const headers: string[] = []
  let length: string | undefined
  let trailer: string | undefined
  let nominated: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const value = raw[i + 1]!
    const lower = byLength[name.length] === true ? name.toLowerCase() : ''
    if (lower === 'content-length') {
      if (length !== undefined && length !== value) return badLength
      length = value
    } else if (lower === 'trailer') trailer = trailer === undefined ? value : `${trailer}, ${value}`
    else if (lower === 'connection') nominated = nominated === undefined ? value : `${nominated},${value}`
    else if (lower === '' || !hopByHop.has(lower)) headers.push(name, value)
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return badLength
  if (length !== undefined && status !== 204) headers.push('Content-Length', length)
  if (trailer !== undefined && length === undefined) headers.push('Trailer', trailer)
  return {
    headers: nominated === undefined ? headers : withoutNominated(headers, nominated),
    contentLength: length === undefined ? undefined : Number(length),
  }
}

function withoutNominated(headers: string[], nominated: string): string[] {
  const lower = nominated.toLowerCase()
  if (lower === 'keep-alive' || lower === 'close') return headers
  const names = new Set(lower.split(',').map(name => name.trim()))
  names.delete('content-length')
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if (!names.has(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!)
  }
  return kept
}

// RFC 9110 6.5.1: no trailer may change the framing, the routing or the meaning of what was sent before it.
const neverTrailing: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'content-length', 'content-type', 'content-encoding', 'content-range', 'trailer', 'host'],
  ...['connection', 'keep-alive', 'upgrade', 'te', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['authorization', 'set-cookie', 'cookie', 'cache-control', 'expires', 'location', 'vary', 'www-authenticate'],
])

/** The trailers that may be passed on, of those that came. */
export function allowedTrailers(raw: RawHeaders): string[] {
  const trailers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (!neverTrailing.has(raw[i]!.toLowerCase())) trailers.push(raw[i]!, raw[i + 1]!)
  }
  return trailers
}
