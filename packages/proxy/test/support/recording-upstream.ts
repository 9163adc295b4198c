import { createServer } from 'node:net'
import { listen } from './proxy.ts'

export interface RecordingUpstream {
  readonly port: number
  /** Everything received since `forget`, whole request or not. */
  bytes(): string
  /** The whole requests since `forget`, in a form that can be compared. */
  requests(): string[]
  forget(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** An upstream that keeps the bytes it gets, reads them by the letter of RFC 9112, and answers whole requests. */
export async function recordingUpstream(): Promise<RecordingUpstream> {
  let bytes = ''
  let requests: string[] = []
  const sockets = new Set<import('node:net').Socket>()
  const server = createServer(socket => {
    let pending = ''
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', chunk => {
      const text = chunk.toString('latin1')
      bytes += text
      pending += text
      for (let whole = readRequest(pending); whole !== undefined; whole = readRequest(pending)) {
        requests.push(whole.normal)
        pending = pending.slice(whole.length)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }
    })
  })
  const port = await listen(server)
  return {
    port,
    bytes: () => bytes,
    requests: () => requests,
    forget: () => {
      bytes = ''
      requests = []
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

// What the proxy itself says of a client of this machine; anything else under these names is somebody else's word.
const own: ReadonlyMap<string, RegExp> = new Map([
  ['x-forwarded-for', /^127\.0\.0\.1$/],
  ['x-forwarded-proto', /^https?$/],
  ['x-forwarded-host', /^/],
  ['x-forwarded-port', /^\d{4,5}$/],
  ['x-real-ip', /^127\.0\.0\.1$/],
  ['forwarded', /^for=127\.0\.0\.1;(host="[^"]*";)?proto=https?$/],
  ['x-request-id', /^[0-9a-f]{32}$/],
  ['connection', /^/],
])

type Fields = readonly (readonly [name: string, value: string])[]

/** The fields that are not the proxy's own, each of which comes once. */
function others(fields: Fields): Fields {
  const host = fields.find(([name]) => name === 'host')?.[1]
  return fields.filter(([name, value], index) => {
    const isOwn = own.get(name)?.test(value) && fields.findIndex(([other]) => other === name) === index
    return !isOwn || (name === 'x-forwarded-host' && value !== host)
  })
}

function readRequest(text: string): { normal: string; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [line, ...rest] = text.slice(0, end).split('\r\n')
  const fields = rest.map(field => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const
  })
  const body = readBody(text.slice(end + 4), new Map(fields))
  if (body === undefined) return undefined
  const kept = others(fields).map(([name, value]) => `${name}: ${value}`)
  return { normal: [line, ...kept.sort(), body.text].join('|'), length: end + 4 + body.length }
}

function readBody(text: string, fields: ReadonlyMap<string, string>): { text: string; length: number } | undefined {
  if (fields.get('transfer-encoding') === 'chunked') return readChunks(text)
  const length = Number(fields.get('content-length') ?? 0)
  return text.length < length ? undefined : { text: text.slice(0, length), length }
}

function readChunks(text: string): { text: string; length: number } | undefined {
  let body = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    if (line === -1) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    if (size === 0) return readTrailers(text, line, body)
    const next = line + 2 + size + 2
    if (text.length < next) return undefined
    body += text.slice(line + 2, line + 2 + size)
    at = next
  }
}

/** What stands behind the last chunk's size line, which ends at `line`. */
function readTrailers(text: string, line: number, body: string): { text: string; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n', line)
  if (end === -1) return undefined
  const trailers = text
    .slice(line + 2, end)
    .split('\r\n')
    .filter(trailer => trailer !== '')
  return { text: [body, ...trailers].join('|'), length: end + 4 }
}
