import { createServer, type Server } from 'node:http'
import { type ProxyHandler, proxyMiddleware, serverOptions } from '@ingot/proxy'
import express from 'express'

/** The proxy in Express: what no route takes is for the handlers that follow. */
export function expressServer(proxy: ProxyHandler): Server {
  const app = express()
  app.disable('x-powered-by')
  // Before whatever parses bodies: a body can be read once.
  app.use(proxyMiddleware(proxy))
  app.use(express.json())
  app.post('/own', (request, response) => void response.json({ got: request.body }))
  const server = createServer(serverOptions(), app)
  server.on('upgrade', proxy.upgrade)
  return server
}
