import { compile } from '@ingot/core'
import { createProxyHandler, type ProxyHandler, UpstreamRegistry } from '@ingot/proxy'

/** A proxy that takes `/api` and `/live` to one endpoint, and nothing else. */
export function shopProxy(port: number): ProxyHandler {
  const paths = ['/api', '/live']
  const matcher = compile({
    routes: paths.map(path => ({ host: undefined, path, pathType: 'Prefix', target: 'shop' }) as const),
  })
  const registry = new UpstreamRegistry()
  return createProxyHandler({
    matcher,
    upstreams: registry.update(new Map([['shop', { endpoints: [{ address: '127.0.0.1', port }] }]])),
    hooks: {
      beforeMatch: request => (request.method === 'TRACE' ? { code: 'method-not-allowed' } : undefined),
      afterMatch: ({ target }) => (target?.path === '/api/secret' ? { code: 'forbidden' } : undefined),
      beforeResponse: (_, __, headers) => void headers.push('X-Proxied', 'yes'),
    },
  })
}
