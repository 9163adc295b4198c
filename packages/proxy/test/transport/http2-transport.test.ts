import { once } from 'node:events'
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2'
import { createServer as createNet, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { block, flag, frame, type, uint32 } from '../support/http2-frames.ts'
import { listen, startProxy } from '../support/proxy.ts'
import { exchangeRaw, rawConnection } from '../support/raw-client.ts'
import { standStill } from '../support/standstill.ts'

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

async function http2Upstream(answer: Answer, options: ServerOptions = {}) {
  const sessions: ServerHttp2Session[] = []
  const server = createServer(options)
  server.on('session', session => sessions.push(session.on('error', () => {})))
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    answer(stream, headers)
  })
  const port = await listen(server)
  return {
    ...{ port, server, sessions },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

/** An upstream that says its settings, and then for each request's HEADERS what it is told to. */
async function rawHttp2Upstream(answer: (stream: number, socket: Socket, connection: number) => void) {
  const sockets: Socket[] = []
  const server = createNet(socket => {
    const index = sockets.push(socket) - 1
    let pending = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.write(frame(type.settings, 0, 0))
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk])
      if (pending.toString('latin1', 0, 3) === 'PRI') pending = pending.subarray(24)
      while (pending.length >= 9 && pending.length >= 9 + pending.readUIntBE(0, 3)) {
        const [kind, flags, stream] = [pending[3]!, pending[4]!, pending.readUInt32BE(5)]
        pending = pending.subarray(9 + pending.readUIntBE(0, 3))
        if (kind === type.settings && (flags & flag.ack) === 0) socket.write(frame(type.settings, flag.ack, 0))
        if (kind === type.headers) answer(stream, socket, index)
      }
    })
  })
  const port = await listen(server)
  return {
    ...{ port, sockets },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

const h2c = (...ports: number[]) => ({
  endpoints: ports.map(port => ({ address: '127.0.0.1', port })),
  protocol: 'h2c' as const,
})
const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
const head = (more: [string, string][] = []) => block([[':status', '200'], ...more])

describe('a response of an HTTP/2 endpoint', () => {
  it('has no pseudo-header field, and each other one as often as it came', async () => {
    await using upstream = await http2Upstream(stream => {
      stream.respond({ ':status': 200, 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' })
      stream.end('body')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    const { text } = await exchangeRaw(proxy.port, get)
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text.match(/^set-cookie: .*$/gim)).toEqual(['set-cookie: a=1', 'set-cookie: b=2'])
    expect(text).not.toContain(':status')
    expect(text).toMatch(/body/)
  })

  it.each([
    ['RST_STREAM', frame(type.reset, 0, 1, uint32(constants.NGHTTP2_INTERNAL_ERROR))],
    ['RST_STREAM that says there is no error', frame(type.reset, 0, 1, uint32(0))],
    ['the end of the connection', undefined],
  ])('that is broken off by %s never looks whole', async (_, end) => {
    await using upstream = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.headers, flag.endHeaders, stream, head()))
      socket.write(frame(type.data, 0, stream, 'half'))
      setTimeout(() => (end === undefined ? socket.destroy() : socket.write(end)), 30)
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    const { text, closed } = await exchangeRaw(proxy.port, get)
    expect(text).toMatch(/half/)
    expect([closed, /\r\n0\r\n\r\n$/.test(text)]).toEqual([true, false])
    await expect.poll(() => proxy.records.map(({ failure }) => failure?.code)).toEqual(['connection-reset'])
    expect(proxy.inFlight()).toBe(0)
  })

  it('shorter than it says is broken off', async () => {
    await using upstream = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.headers, flag.endHeaders, stream, head([['content-length', '10']])))
      socket.write(frame(type.data, flag.endStream, stream, 'half'))
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    const { text, closed } = await exchangeRaw(proxy.port, get)
    expect([closed, text.endsWith('half') || text === '' || /502/.test(text)]).toEqual([true, true])
    expect(proxy.records.map(({ failure }) => failure !== undefined)).toEqual([true])
  })

  it.each([
    ['an upper-case name', head([['X-Upper', '1']])],
    ['Connection', head([['connection', 'close']])],
    ['Transfer-Encoding', head([['transfer-encoding', 'chunked']])],
    ['no :status', block([['x', 'y']])],
    [
      ':status twice',
      block([
        [':status', '200'],
        [':status', '200'],
      ]),
    ],
    ['a :status that is none', block([[':status', '2000']])],
    [
      'a pseudo-header field of a request',
      block([
        [':status', '200'],
        [':path', '/'],
      ]),
    ],
    ['a block that does not decode', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])],
  ])('with %s is a 502', async (_, fields) => {
    await using upstream = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.headers, flag.endHeaders | flag.endStream, stream, fields))
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) }, options: { attempts: 1 } })
    expect((await exchangeRaw(proxy.port, get)).text).toMatch(/^HTTP\/1\.1 502 /)
    expect(proxy.inFlight()).toBe(0)
  })

  it('that is too large a head is a 502, and memory stays bounded', async () => {
    await using upstream = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.headers, 0, stream, head()))
      const more = frame(type.continuation, 0, stream, block([['x', 'y'.repeat(16_000)]]))
      for (let i = 0; i < 200; i++) socket.write(more)
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) }, options: { attempts: 1 } })
    expect((await exchangeRaw(proxy.port, get, 500)).text).toMatch(/^HTTP\/1\.1 502 /)
  })
})

describe('a request that an HTTP/2 endpoint has not processed', () => {
  it('goes to another endpoint if it was refused', async () => {
    await using refusing = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.reset, 0, stream, uint32(constants.NGHTTP2_REFUSED_STREAM)))
    })
    await using good = await http2Upstream(stream => {
      stream.respond()
      stream.end('served')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(refusing.port, good.port) } })
    for (let i = 0; i < 4; i++) expect((await exchangeRaw(proxy.port, get)).text).toMatch(/served/)
  })

  it('goes on if GOAWAY says that it was too late for the connection', async () => {
    await using upstream = await rawHttp2Upstream((stream, socket, connection) => {
      if (connection === 0) {
        socket.end(frame(type.goaway, 0, 0, Buffer.concat([uint32(0), uint32(0)])))
      } else {
        socket.write(frame(type.headers, flag.endHeaders, stream, head()))
        socket.write(frame(type.data, flag.endStream, stream, 'served'))
      }
    })
    await using good = await http2Upstream(stream => {
      stream.respond()
      stream.end('served')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port, good.port) } })
    for (let i = 0; i < 4; i++) expect((await exchangeRaw(proxy.port, get)).text).toMatch(/served/)
  })

  it('goes to another endpoint if there is nobody at this one, its body unread', async () => {
    const gone = await http2Upstream(() => {})
    await gone[Symbol.asyncDispose]()
    await using good = await http2Upstream(async stream => {
      stream.respond()
      stream.pipe(stream)
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(gone.port, good.port) } })
    const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody'
    for (let i = 0; i < 4; i++) expect((await exchangeRaw(proxy.port, post)).text).toMatch(/body/)
    expect(proxy.records.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 2, 2])
  })

  it('is a 504 if the endpoint cannot be reached in time, a 502 if it speaks something else', async () => {
    const sockets: Socket[] = []
    const other = createNet(socket => {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await using proxy = await startProxy({
      backends: { upstream: h2c(await listen(other)) },
      options: { attempts: 1 },
    })
    expect((await exchangeRaw(proxy.port, get)).text).toMatch(/^HTTP\/1\.1 502 /)
    for (const socket of sockets) socket.destroy()
    other.close()
  })
})

describe('the connections to an HTTP/2 endpoint', () => {
  it('carry as many requests at once as the endpoint allows, and more take another one', async () => {
    const waiting: ServerHttp2Stream[] = []
    await using upstream = await http2Upstream(
      stream => {
        if (waiting.push(stream) < 21) return
        for (const one of waiting) {
          one.respond()
          one.end('ok')
        }
      },
      { settings: { maxConcurrentStreams: 10 } },
    )
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    const first = exchangeRaw(proxy.port, get, 3_000)
    await expect.poll(() => waiting.length).toBe(1)
    const others = Array.from({ length: 20 }, () => exchangeRaw(proxy.port, get, 3_000))
    const answers = await Promise.all([first, ...others])
    expect(answers.filter(({ text }) => /ok/.test(text))).toHaveLength(21)
    expect(upstream.sessions.length).toBeLessThanOrEqual(3)
  })

  it('are closed when they have been idle, and when their endpoint is gone', async () => {
    await using upstream = await http2Upstream(stream => {
      stream.respond()
      stream.end('ok')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) }, registry: { keepAlive: 100 } })
    await exchangeRaw(proxy.port, get)
    await expect.poll(() => upstream.sessions[0]!.destroyed).toBe(true)
    await exchangeRaw(proxy.port, get)
    expect(upstream.sessions).toHaveLength(2)
    proxy.registry.update(new Map())
    await expect.poll(() => upstream.sessions[1]!.destroyed).toBe(true)
  })

  it('are left by a request that got no answer: perhaps they are dead', async () => {
    let answers = false
    await using upstream = await http2Upstream(stream => {
      if (!answers) return
      stream.respond()
      stream.end('ok')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) }, options: { headTimeout: 100 } })
    expect((await exchangeRaw(proxy.port, get, 300)).text).toMatch(/^HTTP\/1\.1 504 /)
    answers = true
    expect((await exchangeRaw(proxy.port, get)).text).toMatch(/ok/)
    expect(upstream.sessions).toHaveLength(2)
  })

  it('are read before anybody is taken for late, if the process stood still', async () => {
    await using upstream = await rawHttp2Upstream((stream, socket) => {
      socket.write(frame(type.headers, flag.endHeaders, stream, head()))
      socket.write(frame(type.data, 0, stream, 'so'))
      standStill(300)
      setTimeout(() => {
        socket.write(frame(type.data, flag.endStream, stream, 'me'))
        standStill(300)
      }, 20)
    })
    const options = { headTimeout: 100, bodyIdleTimeout: 100 }
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) }, options })
    const client = await rawConnection(proxy.port, get)
    const text = await client.until(heard => heard.endsWith('\r\n0\r\n\r\n') || client.closed)
    client.socket.destroy()
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*so[\s\S]*me[\s\S]*\r\n0\r\n\r\n$/)
  })

  it('lose no place to clients that leave, whenever they do', async () => {
    let reset = 0
    await using upstream = await http2Upstream(stream => {
      stream.on('close', () => {
        if (stream.rstCode === constants.NGHTTP2_CANCEL) reset++
      })
      stream.respond()
      stream.write('first')
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    for (const after of [0, 1, 5, 20, 50]) {
      const client = await rawConnection(proxy.port, get)
      await sleep(after)
      client.socket.destroy()
    }
    const uploading = await rawConnection(
      proxy.port,
      'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nbody',
    )
    await uploading.until(received => received.includes('first'))
    uploading.socket.destroy()
    await expect.poll(() => proxy.inFlight()).toBe(0)
    await expect.poll(() => [...proxy.registry.endpoints()][0]!.endpoint.transport.stats.running).toBe(0)
    expect(reset).toBeGreaterThan(0)
  })

  it('let a slow client slow its own response down, and no other', async () => {
    let sent = 0
    await using upstream = await http2Upstream((stream, headers) => {
      stream.respond()
      if (headers[':path'] !== '/big') return void stream.end('quick')
      const piece = Buffer.alloc(64 * 1024)
      const push = () => {
        while (sent < 64 * 1024 * 1024 && !stream.destroyed) {
          sent += piece.length
          if (!stream.write(piece)) return void stream.once('drain', push)
        }
        stream.end()
      }
      push()
    })
    await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
    const slow = await rawConnection(proxy.port)
    slow.socket.pause()
    slow.socket.write('GET /big HTTP/1.1\r\nHost: a.test\r\n\r\n')
    for (let before = -1; before !== sent; ) {
      before = sent
      await sleep(150)
    }
    expect(sent).toBeLessThan(16 * 1024 * 1024)
    expect((await exchangeRaw(proxy.port, get)).text).toMatch(/quick/)
    expect(upstream.sessions).toHaveLength(1)
    slow.socket.destroy()
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })
})

it('a request’s body that ends early is a reset for the endpoint, not an end', async () => {
  const ends: string[] = []
  await using upstream = await http2Upstream(stream => {
    stream.on('end', () => ends.push('end'))
    stream.on('aborted', () => ends.push('aborted'))
    stream.resume()
  })
  await using proxy = await startProxy({ backends: { upstream: h2c(upstream.port) } })
  const client = await rawConnection(proxy.port, 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nbody')
  await once(upstream.server, 'stream')
  await sleep(20)
  client.socket.resetAndDestroy()
  await expect.poll(() => ends[0]).toBe('aborted')
})
