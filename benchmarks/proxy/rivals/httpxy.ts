import { createProxyServer } from 'httpxy'
import { answerError, attachClassic, keepAliveAgent } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

export const nodeProxy: NodeProxy = {
  package: 'httpxy',
  attach(server, context) {
    const proxy = createProxyServer({ xfwd: true, agent: keepAliveAgent() })
    proxy.on('error', answerError)
    attachClassic(server, context, {
      web: (request, response, options) => proxy.web(request, response, options),
      ws: (request, socket, head, options) => proxy.ws(request, socket, options, head),
    })
  },
}
