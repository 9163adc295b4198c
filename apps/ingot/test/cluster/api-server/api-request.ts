import type { IncomingMessage } from 'node:http'
import { type Kind, kinds } from './kinds.ts'

export type Verb = 'list' | 'watch' | 'get' | 'create' | 'update' | 'patch' | 'delete'

/** What a request asks for, in the API server's words. */
export interface ApiRequest {
  readonly verb: Verb
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly query: URLSearchParams
  readonly userAgent: string
}

const single: Readonly<Record<string, Verb>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** Reads method and path, or `undefined` if there is nothing there. */
export function readApiRequest(request: IncomingMessage): ApiRequest | undefined {
  const url = new URL(request.url ?? '/', 'http://api')
  const [, version, rest] = /^\/(?:api|apis\/[^/]+)\/([^/]+)\/(.*)$/.exec(url.pathname) ?? []
  if (version === undefined || rest === undefined) return undefined
  const parts = rest.split('/').map(decodeURIComponent)
  // `namespaces/NAME` is a Namespace, `namespaces/NAME/KIND` is within one.
  const within = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status'
  const namespace = within ? parts[1] : undefined
  const [plural, name, subresource] = within ? parts.slice(2) : parts
  const apiVersion = url.pathname.startsWith('/apis/') ? url.pathname.split('/').slice(2, 4).join('/') : version
  const kind = kinds.find(known => known.plural === plural && known.apiVersion === apiVersion)
  const verb = readVerb(request.method ?? '', name, url.searchParams)
  if (kind === undefined || verb === undefined || (within && !kind.namespaced)) return undefined
  if (subresource !== undefined && !(subresource === 'status' && kind.status)) return undefined
  const userAgent = request.headers['user-agent'] ?? ''
  return { verb, kind, namespace, name, subresource, query: url.searchParams, userAgent }
}

function readVerb(method: string, name: string | undefined, query: URLSearchParams): Verb | undefined {
  if (name !== undefined) return single[method]
  if (method === 'POST') return 'create'
  if (method !== 'GET') return undefined
  return ['true', '1'].includes(query.get('watch') ?? '') ? 'watch' : 'list'
}
