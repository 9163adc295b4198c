import { guardAmbiguity, type Matcher, normaliseHost, normalisePath, type PathOptions } from '@ingot/core'
import type { IngressTarget } from '../src/ingress-target.ts'
import type { Translation } from '../src/translate.ts'
import type { WireRequest } from './conformance-cases.ts'

/** Where a request ends: at a port, or with a status. */
export type Decision =
  | { readonly port: number; readonly path: string }
  | { readonly status: number; readonly reason: string }

/** What a proxy has to do with a request, as a pure function: the steps of semantics 0.3. */
export function decide(
  request: WireRequest,
  matcher: Matcher<IngressTarget>,
  { backends }: Pick<Translation, 'backends'>,
  options: PathOptions,
): Decision {
  if (request.method === 'CONNECT') return { status: 405, reason: 'method-not-allowed' }
  const parts = splitTarget(request)
  if ('status' in parts) return parts
  const host = normaliseHost(parts.authority)
  if (typeof host !== 'string') return { status: 400, reason: host.code }
  const path = normalisePath(parts.path, options)
  if (typeof path !== 'string') return { status: 400, reason: path.code }
  const match = matcher.match(host, path)
  const ambiguous = guardAmbiguity(matcher, host, path, match, (a, b) => a.backend === b.backend)
  if (ambiguous !== undefined) return { status: 400, reason: ambiguous.code }
  const target = match?.route.target ?? matcher.defaultTarget
  if (target === undefined) return { status: 404, reason: 'not-found' }
  const backend = backends.get(target.backend)
  if (backend === undefined) throw new Error(`no backend ${target.backend}`)
  if (backend.unavailable !== undefined) return { status: 503, reason: backend.unavailable }
  return { port: backend.endpoints[0]!.port, path: path + parts.query }
}

interface TargetParts {
  readonly authority: string | undefined
  readonly path: string
  readonly query: string
}

/** Authority and path of a request (semantics 1.1-1.5, 7.1). */
function splitTarget(request: WireRequest): TargetParts | { status: number; reason: string } {
  const { target, hosts, http, headers } = request
  const refused = (reason: string) => ({ status: 400, reason })
  if (target === '*') return refused('bad-path')
  if (hosts.length > 1 || (hosts.length === 0 && http !== '1.0')) return refused('bad-request')
  const other = headers.host
  if (http === '2' && other !== undefined && normaliseHost(other) !== normaliseHost(hosts[0]))
    return refused('bad-host')
  const absolute = /^https?:\/\/([^/?]*)(.*)$/s.exec(target)
  const [path = '', ...query] = (absolute?.[2] ?? target).split('?')
  return {
    authority: absolute?.[1] ?? hosts[0],
    path: path === '' ? '/' : path,
    query: query.length === 0 ? '' : `?${query.join('?')}`,
  }
}
