import { createServer } from 'node:http2'
import { describe, expect, it } from 'vitest'
import { authority } from '../support/certificates.ts'
import { listen, startProxy } from '../support/proxy.ts'
import { exchangeRaw } from '../support/raw-client.ts'
import { http2Session, startSecureProxy } from '../support/secure-proxy.ts'
import { httpUpstream, rawUpstream } from '../support/upstream.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n'
const body = (trailers: string) => `\r\n3\r\nabc\r\n0\r\n${trailers}\r\n`

/** What an endpoint receives of a request, byte for byte. */
async function forward(request: string, options = {}) {
  await using upstream = await rawUpstream((received, socket) => {
    if (/\r\n0\r\n(.*\r\n)*\r\n$|\r\n\r\nabc$/.test(received)) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
  })
  await using proxy = await startProxy({ backends: { upstream: upstream.port }, options })
  const { text } = await exchangeRaw(proxy.port, request, 60)
  return { status: Number(text.slice(9, 12)), received: upstream.received[0] ?? '', running: proxy.inFlight() }
}

describe('the trailers of a request', () => {
  it('reach the endpoint behind the body if they were announced before it', async () => {
    const { status, received } = await forward(
      `${HEAD}Trailer: X-Sum, Host\r\n${body('X-Sum: 1\r\nX-Two: 2\r\nHost: b\r\n')}`,
    )
    expect(status).toBe(204)
    expect(received).toMatch(/\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n$/)
    expect(received).toMatch(/\r\nTrailer: X-Sum\r\n/)
  })

  it('are none if the client sent none', async () => {
    const { received } = await forward(`${HEAD}${body('')}`)
    expect(received).toMatch(/\r\n3\r\nabc\r\n0\r\n\r\n$/)
    expect(received).not.toMatch(/\r\nTrailer:/)
  })

  it.each([
    ...['Host: b.test', 'Authorization: x', 'Cookie: a=b', 'Content-Type: text/html', 'Content-Encoding: gzip'],
    ...['Content-Range: bytes 0-1/2', 'Cache-Control: no-store', 'Expect: 100-continue', 'TE: trailers', 'Trailer: x'],
    ...['Connection: close', 'Upgrade: websocket', 'Proxy-Authorization: x', 'X-Forwarded-For: 1.1.1.1', 'Range: 0-1'],
    ...['X-Request-Id: 1', 'Forwarded: for=1.1.1.1', 'X_Sum: 1', 'If-Match: "a"', 'X-Nominated: 1', 'Max-Forwards: 1'],
  ])('%s is not passed on', async trailer => {
    const { status, received } = await forward(
      `${HEAD}Connection: X-Nominated\r\nTrailer: X-Kept, ${trailer.split(':')[0]}\r\n${body(`X-Kept: 1\r\n${trailer}\r\n`)}`,
    )
    expect(status).toBe(204)
    expect(received).toMatch(/\r\n0\r\nX-Kept: 1\r\n\r\n$/)
  })

  it.each([
    ['many', 'X-A: 1\r\n'.repeat(65)],
    ['long', `X-A: ${'a'.repeat(9_000)}\r\n`],
  ])('that are too %s break the request off with 431', async (_, trailers) => {
    const { status, received, running } = await forward(`${HEAD}${body(trailers)}`)
    expect(status).toBe(431)
    expect(received).not.toContain('\r\n0\r\n')
    expect(running).toBe(0)
  })
})

describe('over HTTP/2', () => {
  it('trailers of the client reach an endpoint of HTTP/1.1 and one of HTTP/2', async () => {
    const seen: unknown[] = []
    await using plain = await httpUpstream((request, response) => {
      request.resume().on('end', () => {
        seen.push(Object.entries(request.trailers))
        response.end()
      })
    })
    const h2c = createServer((request, response) => {
      request.resume().on('end', () => {
        seen.push(Object.entries(request.trailers))
        response.end()
      })
    })
    const h2cPort = await listen(h2c)
    const ca = await authority()
    const pairs = { a: await ca.issue(['a.test']) }
    for (const backend of [{ port: plain.port }, { port: h2cPort, protocol: 'h2c' as const }]) {
      const { port, ...rest } = backend
      await using proxy = await startSecureProxy({
        pairs,
        backends: { upstream: { endpoints: [{ address: '127.0.0.1', port }], ...rest } },
      })
      const session = await http2Session(proxy.port, 'a.test')
      const stream = session.request(
        { ':method': 'POST', ':path': '/', ':authority': 'a.test' },
        { waitForTrailers: true, endStream: false },
      )
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1', authorization: 'secret' }))
      stream.end('abc')
      await new Promise(done => stream.resume().on('close', done))
      session.destroy()
    }
    h2c.close()
    expect(seen).toEqual([[['x-sum', '1']], [['x-sum', '1']]])
  })
})
