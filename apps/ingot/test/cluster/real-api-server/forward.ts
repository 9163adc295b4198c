import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Agent, type Dispatcher } from 'undici'
import type { ApiConnection } from '../../../src/cluster/api-connection.ts'

/** Passes requests on to an API server, with the credentials that it wants, and streams its answers. */
export function forwardTo(connection: ApiConnection): { handler: RequestListener; close(): Promise<void> } {
  let agent: Agent | undefined
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const { headers, tls } = await connection.credentials(false)
    agent ??= new Agent({ connect: { ...tls }, headersTimeout: 0, bodyTimeout: 0 })
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const answer = await agent.request({
      origin: connection.server.origin,
      method: message.method as Dispatcher.HttpMethod,
      path: `${connection.server.pathname.replace(/\/$/, '')}${message.url}`,
      headers: { ...pick(message), ...headers },
      body: message.method === 'GET' ? null : message,
      signal: gone.signal,
    })
    response.setHeader('content-type', answer.headers['content-type'] ?? 'application/json')
    response.writeHead(answer.statusCode)
    response.flushHeaders()
    await pipeline(answer.body, response)
  }
  return {
    handler: (message, response) => void handle(message, response).catch(() => response.socket?.resetAndDestroy()),
    close: async () => agent?.destroy(),
  }
}

function pick({ headers }: IncomingMessage): Record<string, string> {
  const names = ['accept', 'user-agent', 'content-type'] as const
  return Object.fromEntries(names.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}
