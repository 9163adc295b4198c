import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningProxy, startProxy } from './support/proxy.ts'
import { rawConnection } from './support/raw-client.ts'
import { type RecordingUpstream, recordingUpstream } from './support/recording-upstream.ts'

let upstream: RecordingUpstream
let proxy: RunningProxy

beforeAll(async () => {
  upstream = await recordingUpstream()
  proxy = await startProxy({ backends: { upstream: upstream.port } })
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const fields = fc.constantFrom(
  ...[
    'Host: a.test',
    'Host: b.test',
    'Host : a.test',
    'Content-Length: 5',
    'Content-Length: 0',
    'Content-Length: 5, 5',
  ],
  ...[
    'Content-Length: +5',
    'Content-Length: 9007199254740993',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: xchunked',
  ],
  ...['Transfer-Encoding:\tchunked', 'Transfer-Encoding : chunked', 'Transfer_Encoding: chunked', 'X: y\r\n folded'],
  ...['Connection: close', 'Connection: Content-Length', 'Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket'],
  ...['Expect: 100-continue', 'TE: trailers', 'Trailer: X', 'X: \x01', 'X: a\rb', 'X: a\nb', 'Cookie: a=b', ''],
)
const requestLine = fc.constantFrom(
  ...[
    'GET / HTTP/1.1',
    'POST / HTTP/1.1',
    'POST /a/../b HTTP/1.1',
    'HEAD / HTTP/1.1',
    'GET / HTTP/1.0',
    'GET  /  HTTP/1.1',
  ],
  ...[
    'PUT http://a.test/x HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'DELETE /%00 HTTP/1.1',
    'GET /#x HTTP/1.1',
    'POST /?q HTTP/1.1',
  ],
)
const body = fc.constantFrom(
  ...[
    '',
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    '5\nhello\n0\n\n',
  ],
  ...['GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n', '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n'],
)
const request = fc
  .tuple(requestLine, fc.array(fields, { maxLength: 3 }), fc.boolean(), body)
  .map(([line, some, hasHost, rest]) =>
    [line, ...(hasHost ? ['Host: a.test'] : []), ...some.filter(field => field !== ''), '', rest].join('\r\n'),
  )

const last = 'GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'

/**
 * Sends all, and a last request that closes the connection unless it was taken for a piece of a body. What has reached
 * the upstream as a whole is answered, however long that takes; what the client has not sent as a whole waits.
 */
async function converse(text: string): Promise<string> {
  const client = await rawConnection(proxy.port, text + last)
  await client.until(() => client.closed, 80)
  await client.until(received => answersIn(received) >= upstream.requests().length)
  client.socket.destroy()
  await expect.poll(() => proxy.inFlight()).toBe(0)
  return client.received()
}

const answersIn = (received: string) => received.match(/HTTP\/1\.1 200 /g)?.length ?? 0

describe('whatever a client sends', () => {
  it('the upstream answers as many requests as the client gets answers, each framed in one way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async requests => {
        upstream.forget()
        const received = await converse(requests.join(''))
        expect(upstream.requests()).toHaveLength(answersIn(received))
        for (const normal of upstream.requests()) {
          expect(normal.match(/\|host: /g)).toHaveLength(1)
          expect(normal).not.toMatch(/content-length: [^|]*\|.*transfer-encoding/)
          expect(normal).toMatch(/^[A-Z]+ \/[!-~]* HTTP\/1\.1\|/)
        }
      }),
      { numRuns: 150 },
    )
  })
})
