import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createNet, type Socket } from 'node:net'
import { listen } from './proxy.ts'

/** An upstream that is told what to do with each connection, byte for byte. */
export interface RawUpstream {
  readonly port: number
  /** All bytes of each connection so far, as latin1. */
  readonly received: string[]
  readonly sockets: Socket[]
  [Symbol.asyncDispose](): Promise<void>
}

/** `onBytes` hears all that a connection has sent so far, whenever there is more. */
export async function rawUpstream(
  onBytes: (received: string, socket: Socket, connection: number) => void,
): Promise<RawUpstream> {
  const received: string[] = []
  const sockets: Socket[] = []
  const server = createNet(socket => {
    const index = received.push('') - 1
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      received[index] += chunk.toString('latin1')
      onBytes(received[index]!, socket, index)
    })
  })
  const port = await listen(server)
  return {
    ...{ port, received, sockets },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

export interface HttpUpstream {
  readonly port: number
  readonly server: Server
  readonly requests: IncomingMessage[]
  [Symbol.asyncDispose](): Promise<void>
}

/** An ordinary upstream. */
export async function httpUpstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpUpstream> {
  const requests: IncomingMessage[] = []
  const server = createHttp({ keepAliveTimeout: 60_000 }, (request, response) => {
    requests.push(request)
    answer(request, response)
  })
  const port = await listen(server)
  return {
    ...{ port, server, requests },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** Reads a body to its end. */
export async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}
