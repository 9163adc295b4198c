import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A demo backend: answers every request with the name of its Service and what it was asked. */
export function startBackend(service: string): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.end(`${service} got ${request.method} ${request.url} for ${request.headers.host}\n`)
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
