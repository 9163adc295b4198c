import { connect } from 'node:net'

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly head: string
  readonly body: string
}

/**
 * Sends bytes and reads until the server closes. For requests that no HTTP client would send; ask for
 * `Connection: close` in them.
 */
export function sendRaw(port: number, request: string): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'))
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(parseResponse(Buffer.concat(chunks).toString('latin1'))))
  })
}

/** A plain GET of a request target, byte for byte, with a Host header. */
export function get(port: number, host: string, target: string): Promise<RawResponse> {
  return sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
}

function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const body = end < 0 ? '' : text.slice(end + 4)
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: /^transfer-encoding: chunked$/im.test(head) ? dechunk(body) : body,
  }
}

function dechunk(body: string): string {
  let text = ''
  for (let position = 0; ; ) {
    const end = body.indexOf('\r\n', position)
    const size = Number.parseInt(body.slice(position, end), 16)
    if (!(size > 0)) return text
    text += body.slice(end + 2, end + 2 + size)
    position = end + 2 + size + 2
  }
}
