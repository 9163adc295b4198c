import { type AffinityOptions, isGivenTo } from '../upstream/affinity.ts'
import { compileExpression } from './expressions.ts'
import { readCookie } from './read-cookie.ts'

/**
 * Which requests of a route go to another target, as ingress-nginx says it: those of clients that were given to it, and
 * of others by a field, else by a cookie, else by chance.
 */
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
  /** `legacy`: to which side a client was given before says nothing. Default: `sticky`. */
  readonly affinity?: 'sticky' | 'legacy'
}

/** How the two sides of a canary keep their clients; only those with a `group` tell whose a client is. */
export interface CanarySides {
  readonly main?: AffinityOptions | undefined
  readonly canary?: AffinityOptions | undefined
}

/** What decides about a request, and how; `takes` is `undefined` if chance does. */
export interface CanaryDecision {
  readonly by: 'affinity' | 'header' | 'cookie' | 'weight'
  readonly takes: boolean | undefined
}

/** What a canary is decided by. */
interface CanaryRequest {
  header(lowerName: string): string | undefined
}

/** What decides whether a request is one for the canary. Throws `TypeError` for a pattern that is no expression. */
export function decideCanary(
  options: CanaryOptions,
  request: CanaryRequest,
  { main, canary }: CanarySides = {},
): CanaryDecision {
  if (options.affinity !== 'legacy') {
    // As in ingress-nginx before all else, so that one that was given to a side stays there whatever it sends.
    if (main !== undefined && isGivenTo(request, main)) return { by: 'affinity', takes: false }
    if (canary !== undefined && isGivenTo(request, canary)) return { by: 'affinity', takes: true }
  }
  const header = byHeader(options, request)
  if (header !== undefined) return { by: 'header', takes: header }
  const cookie = byCookie(options, request)
  return cookie === undefined ? { by: 'weight', takes: byWeight(options) } : { by: 'cookie', takes: cookie }
}

/** Whether a request is one for the canary, as {@link decideCanary}. `random` gives a number from 0 to less than 1. */
export function takesCanary(
  options: CanaryOptions,
  request: CanaryRequest,
  sides?: CanarySides,
  random: () => number = Math.random,
): boolean {
  return decideCanary(options, request, sides).takes ?? random() * options.total < options.weight
}

function byWeight({ weight, total }: CanaryOptions): boolean | undefined {
  return weight <= 0 ? false : weight >= total || undefined
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
