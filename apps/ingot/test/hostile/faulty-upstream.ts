import { createHash } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { listen } from '../../../../packages/proxy/test/support/proxy.ts'

/** What an upstream may do in place of answering. */
export type Fault =
  | 'reset-before-head'
  | 'reset-within-head'
  | 'reset-after-head'
  | 'silence'
  | 'close-after-answer'
  | 'close-when-idle'

/** An upstream that answers `/ID` with ID, except where it is told to do otherwise. */
export interface FaultyUpstream {
  readonly port: number
  /** Requests it has got. */
  readonly requests: number
  /** Chooses what happens to the request for `/ID`; nothing bad, if absent or `undefined`. */
  fault: ((id: string) => Fault | undefined) | undefined
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a faulty upstream; it also takes WebSocket handshakes, and then echoes bytes. */
export async function faultyUpstream(): Promise<FaultyUpstream> {
  const sockets = new Set<Socket>()
  let requests = 0
  const upstream = {
    port: 0,
    get requests() {
      return requests
    },
    fault: undefined as ((id: string) => Fault | undefined) | undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let pending = ''
    let isTunnel = false
    socket.on('data', chunk => {
      if (isTunnel) {
        socket.write(chunk)
        return
      }
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const request = pending.slice(0, end)
        pending = pending.slice(end + 4)
        requests++
        isTunnel = answer(socket, request, upstream.fault?.(idOf(request)))
      }
    })
  })
  upstream.port = await listen(server)
  return upstream
}

/** Whether the connection is a tunnel from now on. */
function answer(socket: Socket, request: string, fault: Fault | undefined): boolean {
  const key = /^sec-websocket-key: (.*)$/im.exec(request)?.[1]
  if (key !== undefined) {
    const accept = createHash('sha1').update(`${key.trim()}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`)
    return true
  }
  const body = idOf(request)
  const whole = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  if (fault === 'reset-before-head') socket.resetAndDestroy()
  else if (fault === 'reset-within-head')
    socket.write(whole.slice(0, 20), () => setTimeout(() => socket.resetAndDestroy(), 2))
  else if (fault === 'reset-after-head') {
    const cut = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length + 9}\r\n\r\n${body}`
    socket.write(cut, () => setTimeout(() => socket.resetAndDestroy(), 2))
  } else if (fault === 'close-after-answer') socket.end(whole)
  else if (fault !== 'silence') socket.write(whole)
  if (fault === 'close-when-idle') setTimeout(() => socket.end(), Math.random() * 3)
  return false
}

function idOf(request: string): string {
  return /^[A-Z]+ \/(\S*)/.exec(request)?.[1] ?? ''
}
