import type { AffinityAsk } from './asks.ts'
import { isToken, readBoolean, readCount, readDomain, readPlainPath } from './values.ts'

/** The annotations that say more about the cookie of `affinity: cookie`. */
export const cookieDetails: readonly string[] = [
  ...['session-cookie-name', 'session-cookie-max-age', 'session-cookie-expires', 'session-cookie-path'],
  ...['session-cookie-domain', 'session-cookie-samesite', 'session-cookie-conditional-samesite-none'],
  ...['session-cookie-secure', 'session-cookie-change-on-failure'],
]

/** The cookie that annotations without their prefix ask for; `undefined` if one of them cannot be honoured. */
export function readCookieAffinity(all: Readonly<Record<string, string>>): AffinityAsk | undefined {
  const cookie = all['session-cookie-name'] ?? 'INGRESSCOOKIE'
  const read: { readonly [Key in keyof AffinityAsk]: AffinityAsk[Key] | undefined | 'absent' } = {
    cookie: isToken(cookie) && cookie.length <= 64 ? cookie : undefined,
    maxAge: optional(all['session-cookie-max-age'], readCount),
    expires: optional(all['session-cookie-expires'], readCount),
    path: all['session-cookie-path'] === undefined ? 'route' : readPlainPath(all['session-cookie-path']),
    domain: optional(all['session-cookie-domain'], readDomain),
    sameSite: optional(all['session-cookie-samesite'], readSameSite),
    conditionalSameSiteNone: optional(all['session-cookie-conditional-samesite-none'], readBoolean),
    secure: optional(all['session-cookie-secure'], readBoolean),
    changeOnFailure: readBoolean(all['session-cookie-change-on-failure'] ?? 'false'),
  }
  const entries = Object.entries(read).filter(([, value]) => value !== 'absent')
  return entries.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(entries) as unknown as AffinityAsk)
    : undefined
}

function optional<T>(value: string | undefined, read: (value: string) => T | undefined): T | undefined | 'absent' {
  return value === undefined ? 'absent' : read(value)
}

function readSameSite(value: string): AffinityAsk['sameSite'] {
  return (['None', 'Lax', 'Strict'] as const).find(known => known.toLowerCase() === value.toLowerCase())
}
