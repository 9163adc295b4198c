import { once } from 'node:events'
import { constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Http2Limits, PemPair } from '../src/index.ts'
import { type Authority, authority } from './support/certificates.ts'
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
} from './support/http2-frames.ts'
import { http2Request, http2Session, startSecureProxy } from './support/secure-proxy.ts'
import { type HttpUpstream, httpUpstream } from './support/upstream.ts'

let ca: Authority
let a: PemPair
let upstream: HttpUpstream

beforeAll(async () => {
  ca = await authority()
  a = await ca.issue(['a.test'])
  upstream = await httpUpstream((request, response) => {
    if (request.url === '/hang') return
    if (request.url === '/big') return void response.end(Buffer.alloc(1_000_000))
    response.end('ok')
  })
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
})

const start = (limits: Partial<Http2Limits> = {}) =>
  startSecureProxy({
    ...{ pairs: { a }, backends: { upstream: upstream.port }, secure: { http2: limits } },
    // Attacker, proxy and upstream are one process here.
    registry: { connectTimeout: 10_000 },
  })

async function statusOfGoodClient(port: number): Promise<number> {
  const session = await http2Session(port, 'a.test', ca.pem)
  const { status } = await http2Request(session, { ':authority': 'a.test' })
  session.destroy()
  return status
}

const isReset = (stream: number) => (received: { kind: number; stream: number }) =>
  received.kind === type.goaway || (received.kind === type.reset && received.stream === stream)

const codeOf = (client: RawHttp2) => client.frames.find(({ kind }) => kind === type.goaway)?.payload.readUInt32BE(4)

/** Writes until the other side has had enough; whether it had. */
async function flood(client: RawHttp2, piece: Buffer, limit: number): Promise<boolean> {
  for (let sent = 0; sent < limit && !client.closed; sent += piece.length) {
    // Not by `once` of node:events, which rejects on the EPIPE of a connection that was cut off.
    if (!client.socket.write(piece)) await new Promise(done => client.socket.once('drain', done).once('close', done))
  }
  return client.closed
}

describe('a malformed request over HTTP/2', () => {
  const cases: Record<string, [string, string][]> = {
    'a pseudo-header field twice': [...requestFields(), [':path', '/admin']],
    ':authority twice': [...requestFields(), [':authority', 'b.test']],
    'a pseudo-header field after the others': [...requestFields([['x', 'y']]), [':scheme', 'https']],
    'an unknown pseudo-header field': [...requestFields(), [':evil', 'x']],
    'a pseudo-header field of a response': [...requestFields(), [':status', '200']],
    'no :path': requestFields().filter(([name]) => name !== ':path'),
    'an empty :path': requestFields([[':path', '']]),
    'a :path that is a URL': requestFields([[':path', 'https://b.test/']]),
    'no :method': requestFields().filter(([name]) => name !== ':method'),
    'no :scheme': requestFields().filter(([name]) => name !== ':scheme'),
    'an upper-case name': requestFields([['X-Upper', '1']]),
    Connection: requestFields([['connection', 'close']]),
    'Transfer-Encoding': requestFields([['transfer-encoding', 'chunked']]),
    Upgrade: requestFields([['upgrade', 'h2c']]),
    'TE other than trailers': requestFields([['te', 'gzip']]),
    ':protocol, which is not offered': requestFields([
      [':method', 'CONNECT'],
      [':protocol', 'websocket'],
    ]),
    'a length that is no number': requestFields([['content-length', '+5']]),
    'two lengths': requestFields([
      ['content-length', '5'],
      ['content-length', '6'],
    ]),
    'a length and no body': requestFields([['content-length', '5']]),
    'a space in :path': requestFields([[':path', '/a b']]),
    'a line break in :path': requestFields([[':path', '/\r\nX: y']]),
    'a line break in :authority': requestFields([[':authority', 'a.test\r\nX: y']]),
    'a blank in :method': requestFields([[':method', 'GET /admin HTTP/1.1\r\nX:']]),
  }

  it.each(Object.entries(cases))('with %s never reaches the upstream', async (_, fields) => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    client.socket.write(headersFrame(1, fields))
    const answer = await client.until(
      received => isReset(1)(received) || (received.kind === type.headers && received.stream === 1),
    )
    expect(answer).toBeDefined()
    if (answer!.kind === type.headers) expect(proxy.records.map(({ status }) => status)).toEqual([expect.any(Number)])
    if (answer!.kind === type.headers) expect(proxy.records[0]!.status).toBeGreaterThanOrEqual(400)
    expect(upstream.requests).toHaveLength(before)
    client.socket.destroy()
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })

  it.each([
    ['a line break', 'x\r\nadmin: yes'],
    ['a carriage return', 'x\ry'],
    ['a NUL', 'x\0y'],
  ])('with %s in a field’s value carries it to nobody', async (_, value) => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    client.socket.write(headersFrame(1, requestFields([['x-evil', value]])))
    await client.until(received => received.stream === 1 || received.kind === type.goaway)
    for (const { headers } of upstream.requests.slice(before)) {
      expect(headers).not.toHaveProperty('admin')
      expect(headers).not.toHaveProperty('x-evil')
    }
    client.socket.destroy()
  })

  it.each([
    ['more', 'six or more', '5'],
    ['less', 'few', '5'],
  ])('with %s of a body than it says is reset, and the upstream gets no whole request', async (_, body, length) => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    // Nobody answers: with an early answer the request would be over, however long its body gets.
    const fields = requestFields([
      [':method', 'POST'],
      [':path', '/hang'],
      ['content-length', length],
    ])
    client.socket.write(headersFrame(1, fields, false))
    client.socket.write(frame(type.data, flag.endStream, 1, body))
    const answer = await client.until(isReset(1))
    expect(answer?.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_PROTOCOL_ERROR)
    await sleep(50)
    for (const request of upstream.requests.slice(before)) expect(request.complete).toBe(false)
    client.socket.destroy()
  })

  it.each([
    ['DATA on a stream that is idle', frame(type.data, 0, 1, 'x')],
    ['DATA on stream 0', frame(type.data, 0, 0, 'x')],
    ['an even stream', headersFrame(2, requestFields())],
    [
      'PUSH_PROMISE from a client',
      frame(type.push, flag.endHeaders, 1, Buffer.concat([uint32(2), block(requestFields())])),
    ],
    ['SETTINGS of an odd length', frame(type.settings, 0, 0, 'xxxxx')],
    ['PING of an odd length', frame(type.ping, 0, 0, 'xxx')],
    ['WINDOW_UPDATE by nothing', frame(type.window, 0, 0, uint32(0))],
    [
      'a window that overflows',
      Buffer.concat([frame(type.window, 0, 0, uint32(0x7fffffff)), frame(type.window, 0, 0, uint32(0x7fffffff))]),
    ],
    ['a frame that is too large', frame(type.data, 0, 1, Buffer.alloc(20_000))],
    ['CONTINUATION without HEADERS', frame(type.continuation, flag.endHeaders, 1, block([['x', 'y']]))],
    [
      'a field block that does not decode',
      frame(type.headers, flag.endHeaders | flag.endStream, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
    ],
    ['HTTP/1.1 where HTTP/2 was agreed upon', Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')],
  ])('and %s end the connection with GOAWAY, and nobody else’s', async (_, bytes) => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    client.socket.write(bytes)
    await client.until(() => false)
    expect(client.closed).toBe(true)
    expect(codeOf(client)).not.toBe(0)
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })
})

describe('a client that takes too much', () => {
  it('by opening and resetting streams is cut off, and most of it costs the upstream nothing', async () => {
    await using proxy = await start({ resets: { burst: 50, perSecond: 5 } })
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    for (let stream = 1; stream < 4_000; stream += 2) {
      client.socket.write(headersFrame(stream, requestFields([[':path', '/hang']])))
      client.socket.write(frame(type.reset, 0, stream, uint32(constants.NGHTTP2_CANCEL)))
    }
    await client.until(() => false)
    expect(client.closed).toBe(true)
    expect(upstream.requests.length - before).toBeLessThan(300)
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })

  it('by streams that are opened and reset in one read begins no request, and those beside them are answered', async () => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    const cancelled = Array.from({ length: 100 }, (_, i) => [
      headersFrame(i * 2 + 1, requestFields([[':path', '/cancelled']])),
      frame(type.reset, 0, i * 2 + 1, uint32(constants.NGHTTP2_CANCEL)),
    ])
    client.socket.write(Buffer.concat([...cancelled.flat(), headersFrame(201, requestFields())]))
    expect(await client.until(({ kind, stream }) => kind === type.data && stream === 201)).toBeDefined()
    expect(upstream.requests.slice(before).map(({ url }) => url)).toEqual(['/'])
    expect(proxy.records.map(({ status }) => status)).toEqual([200])
    // A page of a hundred requests that was given up is no attack.
    expect(client.closed).toBe(false)
    client.socket.destroy()
  })

  it('by asking for a hundred things in one read lets them begin a few at a time', async () => {
    await using proxy = await start()
    const begun: number[] = []
    let inTurn = 0
    proxy.secure.server.on('secureConnection', () => {
      const look = () => {
        begun.push(proxy.plain.inFlight() - inTurn)
        inTurn = proxy.plain.inFlight()
        if (inTurn < 100) setImmediate(look)
      }
      setImmediate(look)
    })
    const client = await rawHttp2(proxy.port)
    const asked = Array.from({ length: 100 }, (_, i) => headersFrame(i * 2 + 1, requestFields([[':path', '/hang']])))
    client.socket.write(Buffer.concat(asked))
    await expect.poll(() => inTurn).toBe(100)
    expect(Math.max(...begun)).toBeLessThanOrEqual(16)
    client.socket.destroy()
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
  })

  it('by provoking resets with broken frames is cut off as well', async () => {
    await using proxy = await start({ resets: { burst: 50, perSecond: 5 } })
    const client = await rawHttp2(proxy.port)
    for (let stream = 1; stream < 2_000 && !client.closed; stream += 2) {
      client.socket.write(headersFrame(stream, requestFields([[':path', '/hang']]), false))
      // A window update by nothing is an error of its stream (RFC 9113 6.9): the server itself resets it.
      client.socket.write(frame(type.window, 0, stream, uint32(0)))
      if (stream % 100 === 1) await sleep(5)
    }
    await client.until(() => false)
    expect(client.closed).toBe(true)
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })

  it('by opening more streams than it may has the surplus refused, or the connection closed if it knew', async () => {
    await using proxy = await start({ maxConcurrentStreams: 10 })
    for (const hasAgreed of [false, true]) {
      const client = await rawHttp2(proxy.port)
      await client.until(({ kind, flags }) => kind === type.settings && flags === 0)
      if (hasAgreed) client.socket.write(frame(type.settings, flag.ack, 0))
      for (let stream = 1; stream < 60; stream += 2) {
        client.socket.write(headersFrame(stream, requestFields([[':path', '/hang']])))
      }
      await client.until(isReset(59))
      const codes = client.frames
        .filter(({ kind }) => kind === type.reset)
        .map(({ payload }) => payload.readUInt32BE(0))
      const refused = Array.from({ length: 20 }, () => constants.NGHTTP2_REFUSED_STREAM)
      expect(codes).toEqual(hasAgreed ? [] : refused)
      expect(codeOf(client)).toBe(hasAgreed ? constants.NGHTTP2_PROTOCOL_ERROR : undefined)
      client.socket.destroy()
      await expect.poll(() => proxy.plain.inFlight()).toBe(0)
    }
  })

  it.each([
    ['PING', frame(type.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', frame(type.settings, 0, 0, Buffer.concat([Buffer.from([0, 3]), uint32(100)]))],
    ['WINDOW_UPDATE', frame(type.window, 0, 0, uint32(1))],
    ['PRIORITY', frame(type.priority, 0, 1, Buffer.concat([uint32(3), Buffer.from([16])]))],
    ['unknown kinds of frame', frame(0xee, 0, 0, Buffer.alloc(8))],
  ])('by flooding with %s is cut off', async (_, one) => {
    await using proxy = await start({ overhead: { burst: 64 * 1024, perSecond: 1024 } })
    const client = await rawHttp2(proxy.port)
    const piece = Buffer.concat(Array.from({ length: 200 }, () => one))
    while (!client.closed) {
      await flood(client, piece, 16 * 1024)
      await sleep(10)
    }
    expect(client.closed).toBe(true)
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })

  it('by DATA with nothing in it is cut off', async () => {
    await using proxy = await start({ overhead: { burst: 64 * 1024, perSecond: 1024 } })
    const client = await rawHttp2(proxy.port)
    client.socket.write(
      headersFrame(
        1,
        requestFields([
          [':method', 'POST'],
          [':path', '/hang'],
        ]),
        false,
      ),
    )
    const piece = Buffer.concat(Array.from({ length: 200 }, () => frame(type.data, 0, 1)))
    while (!client.closed) {
      await flood(client, piece, 16 * 1024)
      await sleep(10)
    }
    expect(client.closed).toBe(true)
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
  })

  it('by a head that never ends is cut off, in bounded memory', async () => {
    await using proxy = await start()
    const before = process.memoryUsage().rss
    const client = await rawHttp2(proxy.port)
    client.socket.write(frame(type.headers, flag.endStream, 1, block(requestFields())))
    const more = frame(type.continuation, 0, 1, block([['x', 'y'.repeat(16_000)]]))
    expect(await flood(client, more, 64 * 1024 * 1024)).toBe(true)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    expect(await statusOfGoodClient(proxy.port)).toBe(200)
  })

  it('by a head that is too large, or has too many fields, is refused, and the connection goes on', async () => {
    await using proxy = await start()
    const before = upstream.requests.length
    const client = await rawHttp2(proxy.port)
    const large = Array.from({ length: 4 }, (_, i) => [`x-${i}`, 'y'.repeat(10_000)] as [string, string])
    const bytes = block(requestFields(large))
    client.socket.write(frame(type.headers, flag.endStream, 1, bytes.subarray(0, 16_000)))
    client.socket.write(frame(type.continuation, 0, 1, bytes.subarray(16_000, 32_000)))
    client.socket.write(frame(type.continuation, flag.endHeaders, 1, bytes.subarray(32_000)))
    const many = Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'y'] as [string, string])
    client.socket.write(headersFrame(3, requestFields(many)))
    await client.until(isReset(3))
    expect(client.frames.filter(({ kind }) => kind === type.reset).map(({ stream }) => stream)).toEqual([1, 3])
    expect(upstream.requests).toHaveLength(before)
    client.socket.write(headersFrame(5, requestFields()))
    expect(await client.until(({ kind, stream }) => kind === type.data && stream === 5)).toBeDefined()
    client.socket.destroy()
  })

  it('by references to one huge table entry is refused', async () => {
    await using proxy = await start()
    const client = await rawHttp2(proxy.port)
    const before = upstream.requests.length
    // One entry of 4,000 bytes for the table, then a thousand references of one byte each to it.
    const entry = Buffer.concat([Buffer.from([0x40]), block([['x', 'y'.repeat(3_900)]]).subarray(1)])
    const fields = Buffer.concat([block(requestFields()), entry, Buffer.alloc(1_000, 0xbe)])
    client.socket.write(frame(type.headers, flag.endHeaders | flag.endStream, 1, fields))
    expect(await client.until(isReset(1))).toBeDefined()
    expect(upstream.requests).toHaveLength(before)
    client.socket.destroy()
  })

  it('by asking for much and never opening its window is cut off, and the upstream’s place is free', async () => {
    await using proxy = await start({ stallTimeout: 200 })
    const settings = Buffer.concat([Buffer.from([0, 4]), uint32(0)])
    const client = await rawHttp2(proxy.port, settings)
    for (let stream = 1; stream < 40; stream += 2)
      client.socket.write(headersFrame(stream, requestFields([[':path', '/big']])))
    const answer = await client.until(isReset(39))
    expect(answer?.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_CANCEL)
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
    expect(client.closed).toBe(false)
    client.socket.destroy()
  })

  it('may read slowly, as long as it reads', async () => {
    await using proxy = await start({ stallTimeout: 1_000 })
    const client = await rawHttp2(proxy.port, Buffer.concat([Buffer.from([0, 4]), uint32(1_000)]))
    client.socket.write(headersFrame(1, requestFields([[':path', '/big']])))
    // A stream is looked at within a second, and would be given up a second later.
    for (const end = performance.now() + 3_000; performance.now() < end; ) {
      await sleep(80)
      client.socket.write(frame(type.window, 0, 1, uint32(1_000)))
    }
    expect(client.frames.filter(({ kind }) => kind === type.reset)).toEqual([])
    client.socket.destroy()
  })
})

describe('a connection without requests', () => {
  it('is closed in good order after a while, even if it is pinged', async () => {
    await using proxy = await start({ idleTimeout: 300 })
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    expect((await http2Request(session, { ':authority': 'a.test' })).status).toBe(200)
    const pings = setInterval(() => session.destroyed || session.ping(() => {}), 200)
    const [code] = await once(session, 'goaway')
    expect(code).toBe(0)
    clearInterval(pings)
    session.destroy()
    await expect.poll(() => proxy.secure.sessions).toBe(0)
  })

  it('is not kept open by a client that does not close its side', async () => {
    await using proxy = await start({ idleTimeout: 100 })
    const client = await rawHttp2(proxy.port)
    client.socket.allowHalfOpen = true
    const open = () => new Promise(done => proxy.secure.server.getConnections((_, count) => done(count)))
    expect(await open()).toBe(1)
    await expect.poll(open).toBe(0)
    client.socket.destroy()
  })
})

it('good connections are served while others attack', async () => {
  await using proxy = await start()
  const session = await http2Session(proxy.port, 'a.test', ca.pem)
  let attacking = true
  const attack = async () => {
    while (attacking) {
      const client = await rawHttp2(proxy.port).catch(() => undefined)
      // A process that attacks itself has to leave itself some time.
      await sleep(20)
      if (client === undefined) continue
      for (let stream = 1; stream < 1_000 && !client.closed; stream += 2) {
        client.socket.write(headersFrame(stream, requestFields([[':path', '/hang']])))
        client.socket.write(frame(type.reset, 0, stream, uint32(constants.NGHTTP2_CANCEL)))
        client.socket.write(frame(type.ping, 0, 0, Buffer.alloc(8)))
        if (stream % 50 === 1) await sleep(5)
      }
      client.socket.destroy()
    }
  }
  const attackers = [attack(), attack(), attack()]
  for (let i = 0; i < 100; i++) {
    expect((await http2Request(session, { ':authority': 'a.test' })).status).toBe(200)
  }
  attacking = false
  await Promise.all(attackers)
  session.destroy()
  await expect.poll(() => proxy.plain.inFlight()).toBe(0)
})
