import { createServer } from 'node:http'
import { type ProxyHandler, serverOptions } from '@ingot/proxy'
import Fastify, { type FastifyInstance } from 'fastify'

/** The proxy in Fastify, in the hook that runs before bodies are parsed; routes of Fastify get the rest. */
export function fastifyApp(proxy: ProxyHandler): FastifyInstance {
  const app = Fastify({ serverFactory: handle => createServer(serverOptions(), handle) })
  app.addHook('onRequest', (request, reply, done) => {
    if (!proxy.takes(request.raw)) return done()
    reply.hijack()
    proxy.request(request.raw, reply.raw)
  })
  app.post('/own', async request => ({ got: request.body }))
  app.server.on('upgrade', proxy.upgrade)
  return app
}
