import { validateHeaderValue } from 'node:http'
import { compileHeaderChanges, type HeaderEdit } from './header-changes.ts'

/** Which pages of other origins may read responses (Fetch 3.2.2). */
export interface CorsOptions {
  /** `*`, or origins such as `https://example.com`, or `https://*.example.com` for the names one label below. */
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposedHeaders?: readonly string[]
  /** Whether cookies and passwords may be sent along. Browsers do not allow that together with `*`. */
  readonly credentials?: boolean
  /** Seconds for which a browser need not ask again. */
  readonly maxAge?: number
}

/** {@link CorsOptions} made ready. */
export interface CorsEdit {
  /** The fields that let a page of this origin read the response, and the answer to its question; else `undefined`. */
  answerTo(origin: string | undefined): { readonly preflight: string[]; readonly edit: HeaderEdit } | undefined
}

/** Throws `TypeError` for what no field can say. */
export function compileCors(options: CorsOptions): CorsEdit {
  const { origins, credentials = false, exposedHeaders = [] } = options
  const common = {
    ...(credentials && { 'Access-Control-Allow-Credentials': 'true' }),
    ...(exposedHeaders.length > 0 && { 'Access-Control-Expose-Headers': exposedHeaders.join(', ') }),
  }
  const asked = {
    'Access-Control-Allow-Methods': options.methods.join(', '),
    'Access-Control-Allow-Headers': options.headers.join(', '),
    ...(options.maxAge !== undefined && { 'Access-Control-Max-Age': String(options.maxAge) }),
  }
  for (const [name, value] of Object.entries({ ...common, ...asked })) validateHeaderValue(name, value)
  const answer = (origin: string) => {
    const vary = origin === '*' ? {} : { Vary: 'Origin' }
    const set = { 'Access-Control-Allow-Origin': origin, ...common }
    const fields = { ...set, ...asked, ...vary }
    return { preflight: Object.entries(fields).flat(), edit: compileHeaderChanges({ set, add: vary }) }
  }
  const toAll = origins.includes('*') ? answer('*') : undefined
  const patterns = origins.map(origin => origin.toLowerCase())
  return {
    answerTo(origin) {
      if (toAll !== undefined) return toAll
      const isAllowed = origin !== undefined && patterns.some(pattern => fits(pattern, origin.toLowerCase()))
      return isAllowed ? answer(origin) : undefined
    },
  }
}

/** `https://*.example.com` is every name one label below example.com, as a host of an Ingress is. */
function fits(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === origin
  const [front, back] = [pattern.slice(0, star), pattern.slice(star + 1)]
  if (origin.length <= front.length + back.length || !origin.startsWith(front) || !origin.endsWith(back)) return false
  return /^[a-z0-9-]+$/.test(origin.slice(front.length, origin.length - back.length))
}
