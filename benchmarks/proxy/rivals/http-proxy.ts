import httpProxy from 'http-proxy'
import { answerError, attachClassic, keepAliveAgent } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

export const nodeProxy: NodeProxy = {
  package: 'http-proxy',
  lacks: { http2: 'it passes HTTP/2 pseudo fields on as fields, which Node refuses to send' },
  attach(server, context) {
    const proxy = httpProxy.createProxyServer({ xfwd: true, agent: keepAliveAgent() })
    proxy.on('error', answerError)
    attachClassic(server, context, proxy)
  },
}
