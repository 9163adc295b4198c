import {
  block,
  flag,
  frame,
  headersFrame,
  type RawHttp2,
  rawHttp2,
  requestFields,
  type,
  uint32,
} from '../../../../packages/proxy/test/support/http2-frames.ts'

/** What a connection sends again and again. */
export interface Http2Attack {
  readonly name: string
  /** Content of the first SETTINGS frame. */
  readonly settings?: Buffer
  /** Sent once, after the preface. */
  readonly first?: Buffer
  /** The bytes of round N, counted from 0. */
  readonly round: (number: number) => Buffer
}

const cancel = uint32(8)
const setting = (id: number, value: number) => Buffer.concat([Buffer.from([0, id]), uint32(value)])
const repeated = (count: number, one: Buffer) => Buffer.concat(Array.from({ length: count }, () => one))
/** `count` streams that no round had before. */
const streams = (round: number, count: number, make: (stream: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make((round * count + i) * 2 + 1)))
const post = requestFields([[':method', 'POST']])
const large = Array.from({ length: 3 }, (_, i) => [`x-${i}`, 'y'.repeat(12_000)] as const)
// One entry for the table, then a thousand references of one byte each to it.
const bomb = Buffer.concat([
  block(requestFields()),
  Buffer.from([0x40]),
  block([['x', 'y'.repeat(3_900)]]).subarray(1),
  Buffer.alloc(1_000, 0xbe),
])

/** Attacks on servers of HTTP/2, each of which once brought a widespread one down. */
export const http2Attacks: readonly Http2Attack[] = [
  {
    name: 'rapid resets',
    round: number =>
      streams(number, 100, stream =>
        Buffer.concat([headersFrame(stream, requestFields()), frame(type.reset, 0, stream, cancel)]),
      ),
  },
  {
    name: 'provoked resets',
    round: number =>
      streams(number, 100, stream =>
        Buffer.concat([headersFrame(stream, post, false), frame(type.window, 0, stream, uint32(0))]),
      ),
  },
  {
    name: 'heads that never end',
    first: frame(type.headers, flag.endStream, 1, block(requestFields())),
    round: () => frame(type.continuation, 0, 1, block([['x', 'y'.repeat(16_000)]])),
  },
  {
    name: 'heads that never end, of nothing',
    first: frame(type.headers, flag.endStream, 1, block(requestFields())),
    round: () => repeated(1_000, frame(type.continuation, 0, 1)),
  },
  {
    name: 'heads that are too large',
    round: number =>
      streams(number, 10, stream => {
        const bytes = block(requestFields(large))
        return Buffer.concat([
          frame(type.headers, flag.endStream, stream, bytes.subarray(0, 16_000)),
          frame(type.continuation, 0, stream, bytes.subarray(16_000, 32_000)),
          frame(type.continuation, flag.endHeaders, stream, bytes.subarray(32_000)),
        ])
      }),
  },
  {
    name: 'references to one huge field',
    round: number => streams(number, 20, stream => frame(type.headers, 5, stream, bomb)),
  },
  { name: 'PING', round: () => repeated(200, frame(type.ping, 0, 0, Buffer.alloc(8))) },
  { name: 'SETTINGS', round: () => repeated(200, frame(type.settings, 0, 0, setting(3, 100))) },
  { name: 'WINDOW_UPDATE', round: () => repeated(500, frame(type.window, 0, 0, uint32(1))) },
  {
    name: 'PRIORITY',
    round: () => repeated(500, frame(type.priority, 0, 1, Buffer.concat([uint32(3), Buffer.from([16])]))),
  },
  { name: 'frames that nobody knows', round: () => repeated(500, frame(0xee, 0, 0, Buffer.alloc(8))) },
  {
    name: 'DATA of nothing',
    first: headersFrame(1, post, false),
    round: () => repeated(500, frame(type.data, 0, 1)),
  },
  {
    name: 'DATA of padding',
    first: headersFrame(1, post, false),
    round: () => repeated(20, frame(type.data, 8, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]))),
  },
  {
    name: 'more streams than were agreed upon',
    settings: Buffer.concat([setting(4, 0)]),
    round: number => streams(number, 100, stream => headersFrame(stream, post, false)),
  },
]

/** What became of an attack. */
export interface Casualties {
  readonly name: string
  /** Connections that were opened, and those among them that the other side ended. */
  opened: number
  cut: number
  /** Bytes that were sent. */
  sent: number
}

/**
 * Attacks over one connection at a time until `isOver`, and opens another when one is cut. Between two rounds there are
 * `pause` milliseconds.
 */
export async function attack(
  port: number,
  { name, settings, first, round }: Http2Attack,
  isOver: () => boolean,
  pause = 5,
): Promise<Casualties> {
  const casualties: Casualties = { name, opened: 0, cut: 0, sent: 0 }
  while (!isOver()) {
    const client = await rawHttp2(port, settings).catch(() => undefined)
    if (client !== undefined) {
      casualties.opened++
      if (first !== undefined) client.socket.write(first)
      for (let number = 0; !client.closed && !isOver(); number++) {
        const bytes = round(number)
        casualties.sent += bytes.length
        await write(client, bytes)
        await sleep(pause)
      }
      if (client.closed) casualties.cut++
      client.socket.destroy()
    }
    // Who was cut off is back at once, but not so fast that the attack is one of handshakes.
    await sleep(50)
  }
  return casualties
}

/** Resolves when the other side has taken it, has ended the connection, or has let a second pass. */
function write({ socket }: RawHttp2, bytes: Buffer): Promise<void> {
  return new Promise(done => {
    const timer = setTimeout(end, 1_000)
    function end() {
      clearTimeout(timer)
      socket.off('close', end)
      done()
    }
    socket.once('close', end)
    socket.write(bytes, end)
  })
}

const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))
