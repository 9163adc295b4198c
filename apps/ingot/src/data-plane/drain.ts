import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Stops accepting and lets requests end. A client that keeps its connection is told to close it with its next response;
 * connections that stay idle are closed after half of `limit` (milliseconds), and what is left at its end is left open.
 * Resolves with the number of connections that are.
 */
export async function drainServer(server: Server, limit: number): Promise<number> {
  if (!server.listening) return 0
  const closed = once(server, 'close')
  // `http.Server.close` would cut idle connections at once, on which the next request may already be under way.
  NetServer.prototype.close.call(server)
  const idle = setInterval(() => server.closeIdleConnections(), Math.max(limit / 2, 1))
  const drained = await Promise.race([closed.then(() => true), sleep(limit, false, { ref: false })])
  clearInterval(idle)
  return drained ? 0 : await connectionsOf(server)
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise(resolve => server.getConnections((_, count) => resolve(count)))
}
