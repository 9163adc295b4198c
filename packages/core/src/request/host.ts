import { type Refusal, refusals } from '../refusal.ts'
import { isIpv4, isIpv6Between } from './ip-literal.ts'

export { isIpLiteral, isIpv4 } from './ip-literal.ts'

const REASONS = [
  /** The header is there and holds nothing, or nothing before the port. */
  'empty-host',
  /** Two dots in a row, or one in front. */
  'empty-label',
  /** More than 63 characters between dots. */
  'label-too-long',
  /** More than 253 characters. */
  'host-too-long',
  /** An `@`: credentials have no place in an authority (RFC 9110, section 4.2.4). */
  'userinfo',
  /** A space or a tab. */
  'whitespace',
  'control-character',
  /** An internationalised name has to arrive as punycode. */
  'non-ascii',
  /** A `*`, which only rules may hold. */
  'wildcard',
  /** A `%`: names are not percent-encoded. */
  'percent',
  /** A comma, which joins the values of a repeated header. */
  'several-hosts',
  /** Any other character that is in no host name. */
  'bad-character',
  /** What follows the colon is no decimal number. */
  'bad-port',
  /** A port above 65535. */
  'port-out-of-range',
  /** An IPv6 address without its brackets, which nobody can tell from a name and a port. */
  'unbracketed-ipv6',
  /** What the brackets hold is not an IPv6 address. */
  'bad-ipv6',
  /** An IPv6 address with a zone, which means something on one machine only. */
  'ipv6-zone',
] as const

/** Why an authority names no host that a request can be routed by. */
export type HostRefusalReason = (typeof REASONS)[number]

export interface HostRefusal extends Refusal {
  readonly code: 'bad-host'
  readonly reason: HostRefusalReason
}

const REFUSED: Readonly<Record<HostRefusalReason, HostRefusal>> = refusals('bad-host', REASONS)

/**
 * The host of an authority (a Host header, or `:authority`) as matchers compare it: without port, in lower case,
 * without its one trailing dot (semantics 1.5-1.10). `undefined` stands for a request that has no authority and becomes
 * `''`; whether such a request is acceptable is for the caller to say (1.4). IPv6 addresses keep their brackets. An
 * authority that is normal already is returned as it is, without allocation.
 */
export function normaliseHost(authority: string | undefined): string | HostRefusal {
  if (authority === undefined) return ''
  if (authority.charCodeAt(0) === OPENING_BRACKET) return normaliseIpv6(authority)
  let labelStart = 0
  let hasUpperCase = false
  let end = 0
  for (; end < authority.length; end++) {
    const code = authority.charCodeAt(end)
    const kind = code < 0x80 ? KINDS[code] : REFUSED_CHARACTER
    if (kind === LOWER) continue
    if (kind === UPPER) hasUpperCase = true
    else if (kind === COLON) break
    else if (kind !== DOT) return refuseCharacter(authority, end)
    else {
      if (end === labelStart) return REFUSED['empty-label']
      if (end - labelStart > MAX_LABEL) return REFUSED['label-too-long']
      labelStart = end + 1
    }
  }
  if (end === 0) return authority.length > 1 ? refusePort(authority, 0) : REFUSED['empty-host']
  if (end - labelStart > MAX_LABEL) return REFUSED['label-too-long']
  const nameEnd = labelStart === end ? end - 1 : end
  if (nameEnd > MAX_HOST) return REFUSED['host-too-long']
  return portProblem(authority, end) ?? finish(authority, nameEnd, hasUpperCase)
}

function normaliseIpv6(authority: string): string | HostRefusal {
  const closing = authority.indexOf(']')
  if (closing === -1) return REFUSED['bad-ipv6']
  if (!isIpv6Between(authority, 1, closing)) {
    const percent = authority.indexOf('%')
    const isZoned = percent > 0 && percent < closing && isIpv6Between(authority, 1, percent)
    return REFUSED[isZoned ? 'ipv6-zone' : 'bad-ipv6']
  }
  return portProblem(authority, closing + 1) ?? finish(authority, closing + 1, true)
}

function finish(authority: string, end: number, hasUpperCase: boolean): string {
  const host = end === authority.length ? authority : authority.slice(0, end)
  return hasUpperCase ? host.toLowerCase() : host
}

/** What is wrong with what follows the host at `start`: nothing, if it is empty, `:`, or `:` and a port (semantics 1.6). */
function portProblem(authority: string, start: number): HostRefusal | undefined {
  if (start === authority.length) return undefined
  if (authority.charCodeAt(start) !== COLON_CODE) return refusePort(authority, start)
  let port = 0
  for (let position = start + 1; position < authority.length; position++) {
    const digit = authority.charCodeAt(position) - ZERO
    if (!(digit >= 0 && digit <= 9)) return refusePort(authority, start)
    port = Math.min(port * 10 + digit, MAX_PORT + 1)
  }
  return port > MAX_PORT ? REFUSED['port-out-of-range'] : undefined
}

/** The most telling reason to refuse what stands where a port should: a stray character, an IPv6 address, or just no port. */
function refusePort(authority: string, start: number): HostRefusal {
  if (start === 0 && authority === ':') return REFUSED['empty-host']
  if (isIpv6Between(authority, 0, authority.length)) return REFUSED['unbracketed-ipv6']
  for (let position = start; position < authority.length; position++) {
    const code = authority.charCodeAt(position)
    if (code >= 0x80 || KINDS[code] === REFUSED_CHARACTER) return refuseCharacter(authority, position)
  }
  return REFUSED[start === 0 ? 'empty-host' : 'bad-port']
}

/** Why the character at `position` is in no host. An `@` anywhere explains everything before it. */
function refuseCharacter(authority: string, position: number): HostRefusal {
  if (authority.includes('@', position)) return REFUSED.userinfo
  const code = authority.charCodeAt(position)
  if (code >= 0x80) return REFUSED['non-ascii']
  if (code === 0x20 || code === 0x09) return REFUSED.whitespace
  if (code < 0x20 || code === 0x7f) return REFUSED['control-character']
  return REFUSED[NAMED_CHARACTERS[authority.charAt(position)] ?? 'bad-character']
}

const NAMED_CHARACTERS: Readonly<Record<string, HostRefusalReason>> = {
  '*': 'wildcard',
  '%': 'percent',
  ',': 'several-hosts',
}

const MAX_LABEL = 63
const MAX_HOST = 253
const MAX_PORT = 65_535
const ZERO = 0x30
const COLON_CODE = 0x3a
const OPENING_BRACKET = 0x5b

const REFUSED_CHARACTER = 0
const LOWER = 1
const UPPER = 2
const DOT = 3
const COLON = 4

/** What each ASCII character means in an authority (semantics 1.10). */
const KINDS = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[a-z0-9_-]/.test(character)) return LOWER
  if (/[A-Z]/.test(character)) return UPPER
  return character === '.' ? DOT : character === ':' ? COLON : REFUSED_CHARACTER
})

/** A rule's host, taken apart (semantics 2.1). */
export type HostPattern =
  /** No host: every host that has no better bucket. */
  | { readonly kind: 'none' }
  | { readonly kind: 'exact'; readonly host: string }
  /** `suffix` is everything after the `*`: `.foo.com`. */
  | { readonly kind: 'wildcard'; readonly suffix: string }

/**
 * Takes a rule's host apart; `undefined` if it is none that a rule may have (semantics 2.1): a lower-case RFC 1123
 * subdomain that is not an address, or `*.` and such a subdomain; `*.0.0.1` is a valid wildcard. A rule without host is
 * `undefined`; an empty one, which the API server takes for the same, has to be turned into that first.
 */
export function parseHostPattern(host: string | undefined): HostPattern | undefined {
  if (host === undefined) return { kind: 'none' }
  if (host.length > MAX_HOST) return undefined
  if (!host.startsWith('*.')) return isSubdomain(host) && !isIpv4(host) ? { kind: 'exact', host } : undefined
  return isSubdomain(host.slice(2)) ? { kind: 'wildcard', suffix: host.slice(1) } : undefined
}

function isSubdomain(name: string): boolean {
  return name.split('.').every(label => label.length <= MAX_LABEL && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
}
