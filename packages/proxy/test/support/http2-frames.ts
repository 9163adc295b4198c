import type { TLSSocket } from 'node:tls'
import { patience } from './own-time.ts'
import { handshake } from './secure-proxy.ts'

/** The frame types of RFC 9113 6. */
export const type = {
  ...{
    data: 0,
    headers: 1,
    priority: 2,
    reset: 3,
    settings: 4,
    push: 5,
    ping: 6,
    goaway: 7,
    window: 8,
    continuation: 9,
  },
}
export const flag = { endStream: 1, ack: 1, endHeaders: 4 }

/** A frame, which may be as wrong as the arguments are. */
export function frame(kind: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload as string, 'latin1')
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head.writeUInt8(kind, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}

/** Fields as HPACK literals that enter no table (RFC 7541 6.2.2), with nothing checked. */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const head = [127]
  let left = bytes.length - 127
  for (; left >= 128; left = Math.floor(left / 128)) head.push((left % 128) + 128)
  return Buffer.concat([Buffer.from([...head, left]), bytes])
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The fields of an ordinary request, with others instead or besides. */
export function requestFields(more: readonly (readonly [string, string])[] = []): [string, string][] {
  const own = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'a.test'],
    [':path', '/'],
  ] as [string, string][]
  const replaced = own.filter(([name]) => !more.some(([other]) => other === name))
  const pseudo = more.filter(([name]) => name.startsWith(':'))
  return [
    ...replaced,
    ...(pseudo as [string, string][]),
    ...(more.filter(([name]) => !name.startsWith(':')) as [string, string][]),
  ]
}

interface ReceivedFrame {
  readonly kind: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export interface RawHttp2 {
  readonly socket: TLSSocket
  readonly frames: ReceivedFrame[]
  readonly closed: boolean
  /** Resolves when a frame is there for which `condition` holds, or the connection is closed, or `within` ms are over. */
  until(condition: (frame: ReceivedFrame) => boolean, within?: number): Promise<ReceivedFrame | undefined>
}

/** A connection that has said the preface and its settings, and says from then on what it is told. */
export async function rawHttp2(port: number, settings: Buffer = Buffer.alloc(0)): Promise<RawHttp2> {
  const socket = await handshake(port, { servername: 'a.test', ALPNProtocols: ['h2'] })
  const frames: ReceivedFrame[] = []
  let pending = Buffer.alloc(0)
  let closed = false
  let wake = () => {}
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
    wake()
  })
  socket.on('data', chunk => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 9 && pending.length >= 9 + pending.readUIntBE(0, 3)) {
      const end = 9 + pending.readUIntBE(0, 3)
      frames.push({
        ...{ kind: pending[3]!, flags: pending[4]!, stream: pending.readUInt32BE(5) },
        payload: pending.subarray(9, end),
      })
      pending = pending.subarray(end)
    }
    wake()
  })
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(type.settings, 0, 0, settings))
  const connection: RawHttp2 = {
    ...{ socket, frames },
    get closed() {
      return closed
    },
    until: (condition, within = patience) =>
      new Promise(done => {
        const finish = (found: ReceivedFrame | undefined) => {
          clearTimeout(timer)
          wake = () => {}
          done(found)
        }
        const check = () => {
          const found = frames.find(condition)
          if (found !== undefined || closed) finish(found)
        }
        const timer = setTimeout(() => finish(undefined), within)
        wake = check
        check()
      }),
  }
  return connection
}

/** A request in one HEADERS frame. */
export function headersFrame(stream: number, fields: readonly (readonly [string, string])[], endStream = true): Buffer {
  return frame(type.headers, flag.endHeaders | (endStream ? flag.endStream : 0), stream, block(fields))
}
