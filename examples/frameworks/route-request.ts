import { compile, guardAmbiguity, type Match, normaliseHost, normalisePath, type Refusal } from '@ingot/core'

/** Which part of the site answers; a target may be anything. */
export interface Site {
  readonly name: string
}

const matcher = compile<Site>({
  routes: [
    { host: 'shop.example.com', path: '/', pathType: 'Prefix', target: { name: 'shop' } },
    { host: 'shop.example.com', path: '/cart', pathType: 'Prefix', target: { name: 'cart' } },
    { host: '*.example.com', path: '/health', pathType: 'Exact', target: { name: 'health' } },
  ],
})

/** The route of a request by its Host header and its target, a refusal to answer with 400, or `undefined` for 404. */
export function routeRequest(authority: string | undefined, target: string): Match<Site> | Refusal | undefined {
  const host = normaliseHost(authority)
  if (typeof host !== 'string') return host
  const path = normalisePath(target.split('?', 1)[0] ?? '')
  if (typeof path !== 'string') return path
  const match = matcher.match(host, path)
  return guardAmbiguity(matcher, host, path, match) ?? match
}

/** Status and text for what {@link routeRequest} has found. */
export function answerTo(found: Match<Site> | Refusal | undefined): { readonly status: number; readonly text: string } {
  if (found === undefined) return { status: 404, text: 'no route' }
  if ('code' in found) return { status: 400, text: found.reason }
  return { status: 200, text: found.route.target.name }
}
