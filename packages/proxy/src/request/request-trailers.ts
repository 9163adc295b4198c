import { failure, type RequestFailure } from '../failure.ts'
import { allowedTrailers } from '../response/response-headers.ts'
import type { RawHeaders } from '../transport/transport.ts'
import { headerKind } from './header-kind.ts'
import type { RequestHead } from './request-head.ts'

/** Fields, and bytes of names and values: what follows a body is a checksum or a signature. */
const limits = { fields: 64, bytes: 8 * 1024 }

const tooLarge = failure('head-too-large', 'trailers')

// RFC 9110 6.5.1: what modifies a request comes before it is acted upon, or not at all.
const modifiers: ReadonlySet<string> = new Set([
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'],
  ...['max-forwards', 'pragma', 'content-disposition', 'content-location', 'content-language'],
])

/** Which trailers of one request are passed on. */
export interface TrailerRules {
  readonly head: Pick<RequestHead, 'connection'>
  readonly keepUnderscores: boolean
  /** The value of the request's Trailer field. */
  readonly announced: string | undefined
  /** Over HTTP/1.1 only what was announced is passed on: what a client did not mean as a trailer is none. */
  readonly isFramed: boolean
  /** Names in lower case, with dashes, that only an authentication service may set. */
  readonly granted: ReadonlySet<string> | undefined
}

/**
 * The trailers an upstream receives, of those that came behind the body: none that would frame, route or authenticate the
 * request, modify it or say what its content is (RFC 9110 6.5.1), none that the proxy itself sets or an authentication
 * service grants, and none that concern the connection alone. Of HTTP/1.1, none that the Trailer field did not name: so
 * bytes behind a body that another parser would take for the next request go nowhere.
 */
export function requestTrailers(raw: RawHeaders, rules: TrailerRules): RawHeaders | RequestFailure {
  if (raw.length === 0) return raw
  if (raw.length > limits.fields * 2 || raw.reduce((sum, text) => sum + text.length, 0) > limits.bytes) return tooLarge
  const trailers: string[] = []
  const allowed = allowedTrailers(raw)
  const announced = rules.isFramed ? undefined : new Set(namesIn(rules.announced).map(name => name.toLowerCase()))
  for (let i = 0; i < allowed.length; i += 2) {
    const name = allowed[i]!
    const isAnnounced = announced?.has(name.toLowerCase()) ?? true
    if (isAnnounced && mayFollow(name, rules)) trailers.push(name, allowed[i + 1]!)
  }
  return trailers
}

/** The value of Trailer for the upstream: the names a client announced, without those that are not passed on. */
export function announcedTrailers(rules: TrailerRules): string | undefined {
  const kept = namesIn(rules.announced).filter(name => isAllowed(name, rules))
  return kept.length === 0 ? undefined : kept.join(', ')
}

function namesIn(announced: string | undefined): string[] {
  if (announced === undefined) return []
  const names = announced.split(',').map(name => name.trim())
  return names.filter(name => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name))
}

function isAllowed(name: string, rules: TrailerRules): boolean {
  return allowedTrailers([name, '']).length > 0 && mayFollow(name, rules)
}

function mayFollow(name: string, { head, keepUnderscores, granted }: TrailerRules): boolean {
  const lower = name.toLowerCase()
  if (headerKind(lower) !== undefined || modifiers.has(lower) || head.connection.includes(lower)) return false
  if (granted?.has(lower.replaceAll('_', '-'))) return false
  return keepUnderscores || !lower.includes('_')
}
