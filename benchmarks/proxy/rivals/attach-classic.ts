import { Agent, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { NodeProxyContext } from './node-proxy.ts'

/** What http-proxy and its descendants have in common. */
export interface ClassicProxy {
  web(request: IncomingMessage, response: ServerResponse, options: { target: string }): unknown
  ws(request: IncomingMessage, socket: Socket, head: Buffer, options: { target: string }): unknown
}

/** Routes by host in front of such a proxy. */
export function attachClassic(server: Server, { find }: NodeProxyContext, proxy: ClassicProxy): void {
  server.on('request', (request, response) => {
    const endpoint = find(hostOf(request))
    if (endpoint === undefined) response.writeHead(404).end()
    else proxy.web(request, response, { target: `http://${endpoint.address}:${endpoint.port}` })
  })
  server.on('upgrade', (request, socket, head) => {
    const endpoint = find(hostOf(request))
    if (endpoint === undefined) socket.destroy()
    else proxy.ws(request, socket as Socket, head, { target: `http://${endpoint.address}:${endpoint.port}` })
  })
}

/** What the listener for their `error` event has to do, for which there is no default. */
export function answerError(_: Error, __?: IncomingMessage, response?: ServerResponse | Socket): void {
  if (response === undefined || !('writeHead' in response)) {
    response?.destroy()
    return
  }
  if (!response.headersSent) response.writeHead(502)
  response.end()
}

/** The host without its port, in both versions of HTTP. */
export function hostOf(request: IncomingMessage): string | undefined {
  const authority = request.headers.host ?? (request.headers[':authority'] as string | undefined)
  const colon = authority?.indexOf(':') ?? -1
  return colon < 0 ? authority : authority?.slice(0, colon)
}

/** Without one that keeps connections, these proxies open one for each request. */
export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 1024 })
}
