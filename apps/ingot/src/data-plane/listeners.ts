import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { attachProxy, filterConnections, type ProxyHandler, SecureServer, serverOptions } from '@ingot/proxy'
import type { TrafficSettings } from './traffic-settings.ts'

/** What a listener tells besides requests. */
export interface ListenerEvents {
  /** A TLS handshake came to nothing; `code` is what OpenSSL calls it. */
  readonly onHandshakeFailure: (code: string) => void
}

/** A server for HTTP/1.1 without TLS. */
export function createHttpServer(handler: ProxyHandler, settings: TrafficSettings): Server {
  const { maxHeaderBytes, headerTimeout, keepAliveTimeout } = settings.connections
  const server = createServer({
    ...serverOptions(settings.requests.upgrades),
    ...{ maxHeaderSize: maxHeaderBytes, headersTimeout: headerTimeout, keepAliveTimeout },
  })
  filterConnections(server)
  closeConnectionsWhenDraining(server)
  attachProxy(server, handler)
  return server
}

/** A server for HTTP/1.1 and HTTP/2 with TLS. */
export function createHttpsServer(handler: ProxyHandler, settings: TrafficSettings, events: ListenerEvents) {
  const { headerTimeout, keepAliveTimeout, handshakeTimeout, maxHeaderBytes, http2 } = settings.connections
  const secure = new SecureServer({
    handler,
    upgrades: settings.requests.upgrades,
    http2: http2 ?? false,
    maxHeaderBytes,
    handshakeTimeout,
    ticketKeys: Buffer.from(settings.ticketKeys),
    onHandshakeFailure: ({ code }) => events.onHandshakeFailure(code),
  })
  secure.server.headersTimeout = headerTimeout
  secure.server.keepAliveTimeout = keepAliveTimeout
  closeConnectionsWhenDraining(secure.server)
  return secure
}

/** Once a server drains, every response asks for the connection's end. */
function closeConnectionsWhenDraining(server: Server): void {
  server.prependListener('request', (_, response) => {
    if (!server.listening) response.shouldKeepAlive = false
  })
}

/** Starts to listen; resolves with the port. Rejects if the address is taken. */
export async function listen(
  server: NetServer,
  { host, port, sharesPort = false }: { host: string; port: number; sharesPort?: boolean },
): Promise<number> {
  server.listen({ host, port, reusePort: sharesPort })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
