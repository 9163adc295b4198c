import { hostOf } from './attach-classic.ts'
import type { NodeProxy } from './node-proxy.ts'

const bodies: Readonly<Record<string, Buffer>> = {
  '/1k': Buffer.alloc(1024, 'x'),
  '/100k': Buffer.alloc(102_400, 'x'),
  '/upload': Buffer.from('ok'),
}

/** `node:http` that answers by itself: no proxy on `node:http` can cost less. */
export const nodeProxy: NodeProxy = {
  package: 'node:http alone',
  lacks: { websocket: 'it is no proxy', change: 'it is no proxy' },
  attach(server, { find }) {
    server.on('request', (request, response) => {
      const body = bodies[request.url ?? '']
      if (body === undefined || find(hostOf(request)) === undefined) {
        response.writeHead(404).end()
        return
      }
      request.resume()
      request.on('end', () => response.writeHead(200, { 'Content-Length': body.length }).end(body))
    })
  },
}
