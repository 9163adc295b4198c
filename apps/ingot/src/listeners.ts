import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { attachProxy, type ProxyHandler, serverOptions } from '@ingot/proxy'

/** A `node:http` server for the traffic of a proxy handler. Once it drains, every response asks for the connection's end. */
export function createProxyServer(handler: ProxyHandler): Server {
  const server = createServer(serverOptions())
  server.on('request', (_, response) => {
    if (!server.listening) response.shouldKeepAlive = false
  })
  attachProxy(server, handler)
  return server
}

/** Starts to listen; resolves with the port. Rejects if the address is taken. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/**
 * Stops accepting and lets requests end. A client that keeps its connection is told to close it with its next response;
 * connections that stay idle are closed after half of `limit` (milliseconds), all others at its end.
 * Resolves with the number of connections that had to be cut.
 */
export async function drain(server: Server, handler: ProxyHandler, limit: number): Promise<number> {
  const closed = once(server, 'close')
  // `http.Server.close` would cut idle connections at once, on which the next request may already be under way.
  NetServer.prototype.close.call(server)
  const idle = setInterval(() => server.closeIdleConnections(), limit / 2)
  const drained = await Promise.race([closed.then(() => true), sleep(limit, false, { ref: false })])
  clearInterval(idle)
  if (drained) return 0
  const open = await new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))
  handler.close()
  server.closeAllConnections()
  return open
}
