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
}

/**
 * The trailers an upstream receives, of those that came behind the body: none that would frame, route or authenticate the
 * request, modify it or say what its content is (RFC 9110 6.5.1), none that the proxy itself sets, and none that concern
 * the connection alone.
 */
export function requestTrailers(raw: RawHeaders, rules: TrailerRules): RawHeaders | RequestFailure {
  if (raw.length === 0) return raw
  if (raw.length > limits.fields * 2 || raw.reduce((sum, text) => sum + text.length, 0) > limits.bytes) return tooLarge
  const trailers: string[] = []
  const allowed = allowedTrailers(raw)
  for (let i = 0; i < allowed.length; i += 2) {
    if (mayFollow(allowed[i]!, rules)) trailers.push(allowed[i]!, allowed[i + 1]!)
  }
  return trailers
}

/** The value of Trailer for the upstream: the names a client announced, without those that are not passed on. */
export function announcedTrailers(announced: string | undefined, rules: TrailerRules): string | undefined {
  if (announced === undefined) return undefined
  const names = announced.split(',').map(name => name.trim())
  const kept = names.filter(name => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name) && isAllowed(name, rules))
  return kept.length === 0 ? undefined : kept.join(', ')
}

function isAllowed(name: string, rules: TrailerRules): boolean {
  return allowedTrailers([name, '']).length > 0 && mayFollow(name, rules)
}

function mayFollow(name: string, { head, keepUnderscores }: TrailerRules): boolean {
  const lower = name.toLowerCase()
  if (headerKind(lower) !== undefined || modifiers.has(lower) || head.connection.includes(lower)) return false
  return keepUnderscores || !lower.includes('_')
}
