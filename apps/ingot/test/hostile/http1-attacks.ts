import { connect, type Socket } from 'node:net'
import { type RawConnection, rawConnection } from '../../../../packages/proxy/test/support/raw-client.ts'

/** What a connection sends again and again. */
export interface Http1Attack {
  readonly name: string
  /** Sent once, at the beginning. */
  readonly first: string
  /** Sent again and again after it. */
  readonly round: string
}

const head = 'POST /x HTTP/1.1\r\nHost: a.test\r\n'
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`

/** Attacks on servers of HTTP/1.1, none of which has an end of its own. */
export const http1Attacks: readonly Http1Attack[] = [
  { name: 'fields that never end', first: head, round: 'x: y\r\n'.repeat(500) },
  { name: 'one field that never ends', first: `${head}x: `, round: 'y'.repeat(4_000) },
  { name: 'the name of a field that never ends', first: head, round: 'x'.repeat(4_000) },
  { name: 'a target that never ends', first: 'GET /', round: 'x'.repeat(4_000) },
  { name: 'a method that never ends', first: '', round: 'X'.repeat(4_000) },
  { name: 'an extension of a chunk that never ends', first: `${chunked}1;`, round: 'x'.repeat(4_000) },
  { name: 'chunks with nothing but extensions', first: chunked, round: `1;${'x'.repeat(2_000)}\r\ny\r\n`.repeat(4) },
  { name: 'trailers that never end', first: `${chunked}0\r\n`, round: 'x: y\r\n'.repeat(500) },
  {
    name: 'requests in a row that never end',
    first: '',
    round: 'GET /row HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(200),
  },
  {
    name: 'requests in a row, and garbage behind them',
    first: '',
    round: `${'GET /row HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(20)}\u0016\u0003\u0001 garbage\r\n\r\n`,
  },
]

/** What became of an attack: connections that were opened, and those among them that the other side ended. */
export interface Casualties {
  readonly name: string
  opened: number
  cut: number
}

/** Attacks over one connection at a time until `isOver`, and opens another when one is cut. */
export async function attack(port: number, one: Http1Attack, isOver: () => boolean): Promise<Casualties> {
  const casualties: Casualties = { name: one.name, opened: 0, cut: 0 }
  while (!isOver()) {
    const client = await rawConnection(port, one.first).catch(() => undefined)
    if (client === undefined) continue
    casualties.opened++
    while (!client.closed && !isOver()) await write(client, one.round)
    if (client.closed) casualties.cut++
    client.socket.destroy()
    await sleep(20)
  }
  return casualties
}

/** Opens `count` connections at a time, and resets them as soon as they are there, until `isOver`. Returns how many. */
export async function connectAndReset(port: number, count: number, isOver: () => boolean): Promise<number> {
  let opened = 0
  for (; !isOver(); opened += count) {
    const sockets = await Promise.all(Array.from({ length: count }, () => open(port)))
    for (const socket of sockets) socket.resetAndDestroy()
    await sleep(20)
  }
  return opened
}

/** `count` connections, on half of which a request has begun, and which send nothing more. */
export async function idleConnections(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  // The backlog of a listener is short.
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => open(port)))))
  for (const socket of sockets.slice(count / 2)) socket.write('GET / HTTP/1.1\r\nHost: a.t')
  return sockets
}

/** Resolves when it is connected, or has failed. */
function open(port: number): Promise<Socket> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => done(socket)).once('connect', () => done(socket))
  })
}

/** Resolves a moment after the other side has taken it or has ended the connection. */
async function write({ socket }: RawConnection, text: string): Promise<void> {
  await new Promise<void>(done => {
    const end = () => {
      socket.off('close', end)
      done()
    }
    socket.once('close', end)
    socket.write(text, 'latin1', end)
  })
  await sleep(5)
}

const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))
