import fastifyHttpProxy from '@fastify/http-proxy'
import { fastify } from 'fastify'
import { hostOf } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

export const nodeProxy: NodeProxy = {
  package: '@fastify/http-proxy',
  lacks: {},
  async attach(server, { find, routing }) {
    const [first] = routing.endpoints
    const app = fastify({
      logger: false,
      serverFactory: handler => server.on('request', handler),
    })
    await app.register(fastifyHttpProxy, {
      upstream: '',
      websocket: true,
      wsUpstream: `ws://${first?.address}:${first?.port}`,
      undici: { connections: 1024, pipelining: 1 },
      replyOptions: {
        getUpstream: request => {
          const endpoint = find(hostOf(request.raw as never))
          return endpoint === undefined ? '' : `http://${endpoint.address}:${endpoint.port}`
        },
        rewriteRequestHeaders: (request, headers) => ({
          ...headers,
          'x-forwarded-for': request.ip,
          'x-forwarded-proto': request.protocol,
          'x-forwarded-host': request.host,
        }),
      },
    })
    await app.ready()
  },
}
