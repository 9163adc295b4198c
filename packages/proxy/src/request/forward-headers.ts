import type { RawHeaders } from '../transport/transport.ts'
import type { AddressSet } from './address-set.ts'
import { clientAddress } from './client-address.ts'
import type { ClientConnection } from './client-connection.ts'
import { headerKind } from './header-kind.ts'
import type { RequestHead } from './request-head.ts'

/** Everything the forwarded fields are made of. */
export interface ForwardedRequest {
  readonly raw: RawHeaders
  readonly head: RequestHead
  /** The authority to send as Host; `undefined` sends none that the client did not. */
  readonly authority: string | undefined
  readonly connection: ClientConnection
  readonly trustedProxies: AddressSet
  readonly requestId: string
  /** Whether names with an underscore are passed on; CGI-like upstreams take `X_Forwarded_For` for `X-Forwarded-For`. */
  readonly keepUnderscores: boolean
}

// Options of Connection that would take away what decides who asks for what, or how long it is (RFC 9110 7.6.1 lets
// nobody nominate an end-to-end field, so to ignore these breaks no one).
const neverNominated: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'content-range', 'authorization', 'cookie'],
  ...['cache-control', 'origin', 'referer', 'range', 'accept', 'user-agent'],
])

/**
 * The fields an upstream receives: the client's end-to-end fields in their order, then the proxy's own. Hop-by-hop
 * fields and those Connection nominates are left out (RFC 9110 7.6.1); what tells of the client (X-Forwarded-*,
 * Forwarded, X-Real-IP) is set from the connection, and from the client's fields only if its peer is trusted; so is what
 * tells of a certificate of the client's.
 */
export function forwardHeaders(forwarded: ForwardedRequest): string[] {
  const { raw, connection } = forwarded
  const headers: string[] = []
  const host = forwarded.authority
  if (host !== undefined) headers.push('Host', host)
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (isPassedOn(name, forwarded)) headers.push(name, raw[i + 1]!)
  }
  if (raw[0]?.charCodeAt(0) === COLON) joinCookies(headers)
  if (connection.trusted) pushBelieved(headers, forwarded)
  else for (const part of observedFields(connection, host)) headers.push(part)
  headers.push('X-Request-Id', forwarded.requestId)
  return headers
}

/** HTTP/2 may divide Cookie into several fields; they are one again for whoever does not know that (RFC 9113 8.2.3). */
function joinCookies(headers: string[]): void {
  let first = -1
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    const isCookie = headers[i]!.toLowerCase() === 'cookie'
    if (isCookie && first !== -1) {
      headers[first + 1] += `; ${headers[i + 1]}`
      continue
    }
    if (isCookie) first = kept
    headers[kept] = headers[i]!
    headers[kept + 1] = headers[i + 1]!
    kept += 2
  }
  headers.length = kept
}

function isPassedOn(name: string, { head, connection, keepUnderscores }: ForwardedRequest): boolean {
  const kind = headerKind(name)
  if (kind !== undefined && !(kind === 'vouched-for' && connection.trusted)) return false
  if (name.charCodeAt(0) === COLON) return false
  if (!keepUnderscores && name.includes('_')) return false
  if (head.connection.length === 0) return true
  const lower = name.toLowerCase()
  return !head.connection.includes(lower) || neverNominated.has(lower)
}

const COLON = 58

/** What is the same for every request of a connection that names the same host is put together once. */
function observedFields(connection: ClientConnection, host: string | undefined): RawHeaders {
  const { observed } = connection
  if (observed !== undefined && observed.host === host) return observed.fields
  const { peer, protocol, port } = connection
  const fields = ['X-Forwarded-For', peer, 'X-Forwarded-Proto', protocol]
  if (host !== undefined) fields.push('X-Forwarded-Host', host)
  fields.push('X-Forwarded-Port', String(port), 'X-Real-IP', peer)
  fields.push('Forwarded', forwardedElement(peer, protocol, host))
  connection.observed = { host, fields }
  return fields
}

function pushBelieved(headers: string[], forwarded: ForwardedRequest): void {
  const { raw, connection, authority } = forwarded
  const chain = joined(raw, 'x-forwarded-for')
  const client = clientAddress(connection.peer, chain, forwarded.trustedProxies)
  const protocol = single(raw, 'x-forwarded-proto')?.toLowerCase() === 'https' ? 'https' : protocolOf(forwarded)
  const host = single(raw, 'x-forwarded-host') ?? authority
  const port = single(raw, 'x-forwarded-port')
  headers.push('X-Forwarded-For', chain === undefined ? connection.peer : `${chain}, ${connection.peer}`)
  headers.push('X-Forwarded-Proto', protocol)
  if (host !== undefined) headers.push('X-Forwarded-Host', host)
  headers.push('X-Forwarded-Port', port !== undefined && /^\d{1,5}$/.test(port) ? port : String(connection.port))
  headers.push('X-Real-IP', client)
  const before = joined(raw, 'forwarded')
  const own = forwardedElement(connection.peer, connection.protocol, authority)
  headers.push('Forwarded', before === undefined ? own : `${before}, ${own}`)
}

function protocolOf(forwarded: ForwardedRequest): 'http' | 'https' {
  const said = single(forwarded.raw, 'x-forwarded-proto')?.toLowerCase()
  return said === 'http' ? 'http' : forwarded.connection.protocol
}

/** RFC 7239 4: a node that is not a plain IPv4 address, and a host with a port, are quoted. */
function forwardedElement(peer: string, protocol: string, host: string | undefined): string {
  const node = peer.includes(':') ? `"[${peer}]"` : peer === '' ? 'unknown' : peer
  return host === undefined ? `for=${node};proto=${protocol}` : `for=${node};host="${host}";proto=${protocol}`
}

/** All values of a field as one list; `undefined` without the field. */
export function joined(raw: RawHeaders, lowerName: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue
    value = value === undefined ? raw[i + 1]! : `${value}, ${raw[i + 1]!}`
  }
  return value
}

/** The first member of a field's list: of several hops that each added one, the first is the client's. */
function single(raw: RawHeaders, lowerName: string): string | undefined {
  const value = joined(raw, lowerName)?.split(',', 1)[0]?.trim()
  return value === '' ? undefined : value
}
