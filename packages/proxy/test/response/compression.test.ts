import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CompressionOptions, PemPair } from '../../src/index.ts'
import { chooseEncoding } from '../../src/response/compression.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { startProxy } from '../support/proxy.ts'
import { http2Request, http2Session, startSecureProxy } from '../support/secure-proxy.ts'
import { httpUpstream, rawUpstream } from '../support/upstream.ts'

const page = '<p>the same again and again</p>\n'.repeat(2_000)
const decode = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

type Fields = Record<string, string>

function get(port: number, headers: Fields = {}, method = 'GET'): Promise<Answer> {
  return new Promise((done, failed) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', method, headers: { host: 'a.test', ...headers } },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', chunk => chunks.push(chunk))
        answer.on('end', () => {
          done({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) })
        })
        answer.on('error', failed)
      },
    )
    request.on('error', failed).end()
  })
}

async function withProxy(
  fields: Fields,
  use: (port: number, proxy: Awaited<ReturnType<typeof startProxy>>) => Promise<void>,
  { body = page, status = 200, compression = {} as CompressionOptions } = {},
) {
  await using upstream = await httpUpstream((_, response) => {
    response.writeHead(status, fields)
    response.end(status === 204 || status === 304 ? undefined : body)
  })
  await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { compression } })
  await use(proxy.port, proxy)
}

const html = { 'content-type': 'text/html; charset=utf-8' }
const everything = { 'accept-encoding': 'gzip, deflate, br, zstd' }

describe('a compressible response', () => {
  it.each(['gzip', 'br', 'zstd'] as const)('comes as %s to a client that wants that', async encoding => {
    await withProxy(
      { ...html, 'content-length': String(page.length), etag: '"1"', 'accept-ranges': 'bytes' },
      async (port, proxy) => {
        const { headers, body } = await get(port, { 'accept-encoding': encoding })
        expect(decode[encoding](body).toString()).toBe(page)
        expect(body.length).toBeLessThan(page.length / 10)
        expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding', etag: 'W/"1"' })
        expect(headers['content-length']).toBeUndefined()
        expect(headers['accept-ranges']).toBeUndefined()
        expect(proxy.records.map(({ bytesSent }) => bytesSent)).toEqual([body.length])
        expect(proxy.inFlight()).toBe(0)
      },
    )
  })

  it('comes as it is to a client that does not say so, and caches are told that it depends', async () => {
    await withProxy({ ...html, etag: '"1"', vary: 'Cookie' }, async port => {
      for (const fields of [
        {},
        { 'accept-encoding': 'identity' },
        { 'accept-encoding': 'gzip;q=0, br;q=0' },
      ] as Fields[]) {
        const { headers, body } = await get(port, fields)
        expect(body.toString()).toBe(page)
        expect(headers).toMatchObject({ vary: 'Cookie, Accept-Encoding', etag: '"1"' })
        expect(headers['content-encoding']).toBeUndefined()
      }
      const head = await get(port, everything, 'HEAD')
      expect(head.headers).toMatchObject({ vary: 'Cookie, Accept-Encoding', etag: '"1"' })
    })
  })

  it('is left alone where it is bound to its bytes, or is none', async () => {
    const cases: [Fields, number][] = [
      [{ ...html, 'content-encoding': 'gzip' }, 200],
      [{ ...html, 'cache-control': 'public, no-transform' }, 200],
      [{ ...html, 'content-range': `bytes 0-${page.length - 1}/${page.length}` }, 206],
      [{ ...html, 'content-digest': 'sha-256=:x:' }, 200],
      [{ 'content-type': 'image/png' }, 200],
      [{ 'content-type': 'text/event-stream' }, 200],
      [{ 'content-type': 'application/grpc+proto' }, 200],
      [{}, 200],
      [html, 204],
      [html, 304],
    ]
    for (const [fields, status] of cases) {
      await withProxy(
        fields,
        async port => {
          const answer = await get(port, everything)
          expect(answer.headers['content-encoding']).toBe(fields['content-encoding'])
          expect(answer.body.toString()).toBe(status === 204 || status === 304 ? '' : page)
        },
        { status },
      )
    }
  })

  it('is left alone below the least length, if that is known', async () => {
    const small = 'x'.repeat(1_023)
    await withProxy(
      { ...html, 'content-length': '1023' },
      async port => expect((await get(port, everything)).headers['content-encoding']).toBeUndefined(),
      { body: small },
    )
    await withProxy(
      { ...html, 'content-length': '1023' },
      async port => expect((await get(port, everything)).headers['content-encoding']).toBe('gzip'),
      { body: small, compression: { minBytes: 1_000, encodings: ['gzip'] } },
    )
  })

  it('is of the types that were chosen', async () => {
    await withProxy({ 'content-type': 'application/problem+json' }, async port =>
      expect((await get(port, everything)).headers['content-encoding']).toBe('zstd'),
    )
    await withProxy(
      html,
      async port => expect((await get(port, everything)).headers['content-encoding']).toBeUndefined(),
      { compression: { types: ['application/json'] } },
    )
  })

  it('is sent as it is when too many are under way', async () => {
    const answers: (() => void)[] = []
    await using upstream = await httpUpstream((_, response) => {
      response.writeHead(200, html).write(page)
      answers.push(() => response.end())
    })
    const compression = { maxAtOnce: 1 }
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { compression } })
    const first = get(proxy.port, everything)
    await expect.poll(() => answers.length).toBe(1)
    await new Promise(done => setTimeout(done, 50))
    const second = get(proxy.port, everything)
    await expect.poll(() => answers.length).toBe(2)
    for (const answer of answers) answer()
    expect((await first).headers['content-encoding']).toBe('zstd')
    expect((await second).headers['content-encoding']).toBeUndefined()
    const third = get(proxy.port, everything)
    await expect.poll(() => answers.length).toBe(3)
    answers[2]!()
    expect((await third).headers['content-encoding']).toBe('zstd')
  })
})

describe('a compressed stream', () => {
  it.each(['gzip', 'br', 'zstd'] as const)(
    'lets through what the upstream has sent when it pauses (%s)',
    async encoding => {
      let send = (_: string) => {}
      await using upstream = await httpUpstream((_, response) => {
        response.writeHead(200, html)
        send = text => (text === '' ? response.end() : response.write(text))
        send('first')
      })
      await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { compression: {} } })
      const { createBrotliDecompress, createGunzip, createZstdDecompress } = await import('node:zlib')
      const unzip = { gzip: createGunzip, br: createBrotliDecompress, zstd: createZstdDecompress }[encoding]()
      const request = httpRequest({
        ...{ port: proxy.port, host: '127.0.0.1', headers: { host: 'a.test', 'accept-encoding': encoding } },
      }).end()
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      answer.pipe(unzip)
      expect(String((await once(unzip, 'data'))[0])).toBe('first')
      send('second')
      expect(String((await once(unzip, 'data'))[0])).toBe('second')
      send('')
      await once(unzip.resume(), 'end')
    },
  )

  it('is broken off if the upstream breaks it off, and never looks whole', async () => {
    await using upstream = await rawUpstream((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
      setTimeout(() => socket.destroy(), 30)
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { compression: {} } })
    await expect(get(proxy.port, everything)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(proxy.inFlight()).toBe(0)
  })

  it('makes the upstream wait for a client that does not read, and ends with it', async () => {
    let sent = 0
    const { randomBytes } = await import('node:crypto')
    // Repeats beyond the window, so that it cannot be made smaller.
    const noise = randomBytes(2 * 1024 * 1024)
    await using upstream = await httpUpstream((_, response) => {
      response.writeHead(200, html)
      const push = () => {
        while (sent < 200 * 1024 * 1024 && !response.destroyed) {
          const piece = noise.subarray(sent % noise.length, (sent % noise.length) + 64 * 1024)
          sent += piece.length
          if (!response.write(piece)) return void response.once('drain', push)
        }
      }
      push()
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { compression: {} } })
    const request = httpRequest({
      port: proxy.port,
      host: '127.0.0.1',
      headers: { host: 'a.test', ...everything },
    }).end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect(answer.headers['content-encoding']).toBe('zstd')
    let before = -1
    while (before !== sent) {
      before = sent
      await new Promise(done => setTimeout(done, 150))
    }
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    request.on('error', () => {})
    request.destroy()
    await expect.poll(() => proxy.inFlight()).toBe(0)
  })
})

describe('over HTTP/2', () => {
  let ca: Authority
  let a: PemPair
  beforeAll(async () => {
    ca = await authority()
    a = await ca.issue(['a.test'])
  })

  it('a response is compressed too, with its trailers behind it', async () => {
    await using upstream = await httpUpstream((_, response) => {
      response.writeHead(200, { ...html, trailer: 'x-sum' })
      response.write(page)
      response.addTrailers({ 'x-sum': '1' })
      response.end()
    })
    await using proxy = await startSecureProxy({
      ...{ pairs: { a }, backends: { upstream: upstream.port }, options: { compression: {} } },
    })
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    const answer = await http2Request(session, { ':authority': 'a.test', 'accept-encoding': 'br' })
    expect(brotliDecompressSync(Buffer.from(answer.body, 'latin1')).toString()).toBe(page)
    expect([answer.headers['content-encoding'], answer.trailers?.['x-sum'], answer.resetWith]).toEqual(['br', '1', 0])
    session.destroy()
  })
})

describe('the choice of a coding', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0.001', 'br'],
    ['*', 'zstd'],
    ['*;q=0', undefined],
    ['zstd;q=0, *', 'br'],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=2', undefined],
    ['gzip;q=-1', undefined],
    ['gzip ; q=0.5 , deflate', 'gzip'],
    ['deflate, x-gzip', undefined],
    [`${'x,'.repeat(100)}gzip`, undefined],
  ])('by %j is %j', (accept, encoding) => {
    expect(chooseEncoding(accept, ['zstd', 'br', 'gzip'])).toBe(encoding)
  })
})
