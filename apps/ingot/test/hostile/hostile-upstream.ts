import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { listen } from '../../../../packages/proxy/test/support/proxy.ts'
import { rawConnection } from '../../../../packages/proxy/test/support/raw-client.ts'
import { expand } from './raw-table.ts'

/** What an upstream answers, byte for byte, and what has to become of it. */
export interface ResponseCase {
  readonly name: string
  readonly send: string
  /** How the upstream then leaves; it stays if this is absent. */
  readonly end?: 'fin' | 'reset'
  readonly method?: 'HEAD'
  /** 502; or the head goes out and the body is visibly cut; or the client has a whole response. */
  readonly becomes: 'bad-gateway' | 'cut' | 'whole'
  readonly status?: number
  readonly body?: string
  /** What the client must not receive. */
  readonly without?: readonly string[]
}

/** The table of `hostile-responses.json`. */
export const responseTable = JSON.parse(
  readFileSync(join(import.meta.dirname, 'hostile-responses.json'), 'utf8'),
) as readonly ResponseCase[]

/** An upstream that answers `/N` with the bytes of case N, and everything else with `fine`. */
export interface HostileUpstream {
  readonly port: number
  /** When the last hostile answer was sent and its connection ended, in milliseconds of `performance.now()`. */
  readonly endedAt: number
  /** Connections that are open. */
  readonly connections: number
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a hostile upstream. */
export async function hostileUpstream(): Promise<HostileUpstream> {
  const sockets = new Set<Socket>()
  let endedAt = 0
  const answer = (socket: Socket, index: string | undefined) => {
    if (index === undefined) return socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine')
    const { send, end } = responseTable[Number(index)]!
    return socket.write(expand(send), 'latin1', () => {
      // What was written must have left before a reset can overtake it.
      if (end !== undefined) setTimeout(leave, 5, socket, end)
      else endedAt = performance.now()
    })
  }
  const leave = (socket: Socket, end: 'fin' | 'reset') => {
    endedAt = performance.now()
    if (end === 'fin') socket.end()
    else socket.resetAndDestroy()
  }
  const server = createServer(socket => {
    let pending = ''
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', chunk => {
      pending += chunk.toString('latin1')
      if (!pending.includes('\r\n\r\n')) return
      const index = /^[A-Z]+ \/(\d+) /.exec(pending)?.[1]
      pending = ''
      answer(socket, index)
    })
  })
  const port = await listen(server)
  return {
    port,
    get endedAt() {
      return endedAt
    },
    get connections() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

/** What the client of a hostile upstream gets. */
export interface Answer {
  readonly text: string
  readonly closed: boolean
  /** When the connection was seen to end, in milliseconds of `performance.now()`. */
  readonly closedAt: number
}

/** Asks for case `index` and waits for the end of the answer, or of the connection. */
export async function askHostile(port: number, index: number): Promise<Answer> {
  const { method = 'GET', becomes, status, body = '' } = responseTable[index]!
  const client = await rawConnection(port, `${method} /${index} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
  const isWhole = (text: string) =>
    text.includes(`HTTP/1.1 ${status}`) &&
    text.includes('\r\n\r\n') &&
    (/\r\n0\r\n\r\n$/.test(text) || text.endsWith(body))
  await client.until(
    becomes === 'whole' ? isWhole : text => /^HTTP\/1\.1 502 /m.test(text) && text.endsWith('\n'),
    5_000,
  )
  const closedAt = performance.now()
  await client.until(() => client.closed, becomes === 'whole' ? 30 : 0)
  client.socket.destroy()
  return { text: client.received(), closed: client.closed, closedAt }
}
