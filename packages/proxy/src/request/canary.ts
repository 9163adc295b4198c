import { compileExpression } from './expressions.ts'
import { readCookie } from './read-cookie.ts'

/** Which requests of a route go to another target, as ingress-nginx says it: by a field, else by a cookie, else by chance. */
export interface CanaryOptions {
  readonly header?: {
    readonly name: string
    /** The value that is sent there. Default: `always`; then `never` is never sent there. */
    readonly value?: string
    /** An expression of RE2 that has to be found in the value; only without `value`. */
    readonly pattern?: string
  }
  /** The name of a cookie whose value is `always` or `never`. */
  readonly cookie?: string
  /** So many of `total` requests, of those that field and cookie say nothing of. */
  readonly weight: number
  readonly total: number
}

/** What a canary is decided by. */
interface CanaryRequest {
  header(lowerName: string): string | undefined
}

/**
 * Whether a request is one for the canary. `random` gives a number from 0 to less than 1. Throws `TypeError` for a
 * pattern that is no expression.
 */
export function takesCanary(
  options: CanaryOptions,
  request: CanaryRequest,
  random: () => number = Math.random,
): boolean {
  return byHeader(options, request) ?? byCookie(options, request) ?? random() * options.total < options.weight
}

function byHeader({ header }: CanaryOptions, request: CanaryRequest): boolean | undefined {
  const value = header && request.header(header.name.toLowerCase())
  if (header === undefined || value === undefined) return undefined
  // A value that is not the one says nothing, so that the cookie and the weight decide.
  if (header.value !== undefined) return value === header.value || undefined
  if (header.pattern !== undefined)
    return compileExpression(header.pattern, { ignoreCase: false }).test(value) || undefined
  return alwaysOrNever(value)
}

function byCookie({ cookie }: CanaryOptions, request: CanaryRequest): boolean | undefined {
  return cookie === undefined ? undefined : alwaysOrNever(readCookie(request.header('cookie'), cookie))
}

function alwaysOrNever(value: string | undefined): boolean | undefined {
  return value === 'always' ? true : value === 'never' ? false : undefined
}
