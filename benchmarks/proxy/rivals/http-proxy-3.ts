import httpProxy3 from 'http-proxy-3'
import { answerError, attachClassic, keepAliveAgent } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

export const nodeProxy: NodeProxy = {
  package: 'http-proxy-3',
  attach(server, context) {
    const proxy = httpProxy3.createProxyServer({ xfwd: true, agent: keepAliveAgent() })
    proxy.on('error', answerError)
    attachClassic(server, context, proxy)
  },
}
