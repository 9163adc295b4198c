import fastProxy from 'fast-proxy'
import { hostOf } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

export const nodeProxy: NodeProxy = {
  package: 'fast-proxy',
  lacks: { websocket: 'it does not speak WebSocket' },
  attach(server, { find }) {
    // With undici it is bound to one origin, and faster than with Node's client.
    const byOrigin = new Map<string, ReturnType<typeof fastProxy>['proxy']>()
    server.on('request', (request, response) => {
      const endpoint = find(hostOf(request))
      if (endpoint === undefined) {
        response.writeHead(404).end()
        return
      }
      const base = `http://${endpoint.address}:${endpoint.port}`
      let proxy = byOrigin.get(base)
      if (proxy === undefined) {
        proxy = fastProxy({ base, undici: { connections: 1024, pipelining: 1 } }).proxy
        byOrigin.set(base, proxy)
      }
      proxy(request, response, request.url ?? '/', {
        rewriteRequestHeaders: (_, headers) => ({
          ...headers,
          'x-forwarded-for': request.socket.remoteAddress ?? '',
          'x-forwarded-proto': 'encrypted' in request.socket ? 'https' : 'http',
        }),
      })
    })
  },
}
