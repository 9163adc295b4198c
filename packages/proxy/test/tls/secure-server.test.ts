import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import type { PemPair } from '../../src/index.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { certificatesOf, handshake, http2Request, http2Session, startSecureProxy } from '../support/secure-proxy.ts'
import { httpUpstream, textOf } from '../support/upstream.ts'

let ca: Authority
let a: PemPair
let b: PemPair
let both: PemPair

beforeAll(async () => {
  ca = await authority()
  a = await ca.issue(['a.test', '*.a.test'])
  b = await ca.issue(['b.test'])
  both = await ca.issue(['c.test', 'd.test'])
})

const echo = () =>
  httpUpstream((request, response) => {
    response.end(
      `${request.headers.host} ${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-port']}`,
    )
  })

function get(port: number, host: string, servername: string, agent?: false): Promise<{ status: number; text: string }> {
  return new Promise((done, failed) => {
    const options = { port, host: '127.0.0.1', servername, ca: ca.pem, headers: { host }, agent: agent ?? false }
    const request = httpsRequest(options, async response => {
      done({ status: response.statusCode!, text: await textOf(response) })
    })
    request.on('error', failed).end()
  })
}

function secureWebSocket(port: number, host: string): WebSocket {
  const options = { servername: 'a.test', ca: ca.pem, headers: { host } }
  return new WebSocket(`wss://127.0.0.1:${port}/`, options as ClientOptions)
}

const subjectOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN

describe('the handshake', () => {
  it('shows the certificate of the name, in any case and with a trailing dot', async () => {
    await using proxy = await startSecureProxy({ pairs: { a, b }, backends: {} })
    for (const [servername, subject] of [
      ['a.test', 'a.test'],
      ['B.TEST', 'b.test'],
      ['x.a.test', 'a.test'],
      ['b.test.', 'b.test'],
    ] as const) {
      const socket = await handshake(proxy.port, { servername })
      expect(subjectOf(socket)).toBe(subject)
      socket.destroy()
    }
  })

  it('ends with the alert unrecognized_name where there is no certificate for the name', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const attempt = handshake(proxy.port, { servername: 'nobody.test', maxVersion })
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME' })
    }
    const failure = { peer: '127.0.0.1', serverName: 'nobody.test', code: 'unrecognized-name' }
    expect(proxy.failures).toEqual([failure, failure])
    const nameless = handshake(proxy.port, { servername: '' })
    await expect(nameless).rejects.toMatchObject({ code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE' })
    expect(subjectOf(await handshake(proxy.port, { servername: 'a.test' }))).toBe('a.test')
  })

  it('shows the default certificate to a client that names nobody or somebody unknown', async () => {
    await using proxy = await startSecureProxy({
      pairs: { a, b },
      hosts: { 'a.test': 'a' },
      default: 'b',
      backends: {},
    })
    for (const servername of ['', 'nobody.test', 'b.test']) {
      expect(subjectOf(await handshake(proxy.port, { servername }))).toBe('b.test')
    }
  })

  it('is refused below TLS 1.2 and with ciphers outside of the list', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const old = handshake(proxy.port, {
      ...{ servername: 'a.test', minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    })
    await expect(old).rejects.toMatchObject({ code: expect.stringMatching(/PROTOCOL_VERSION/) })
    const weak = handshake(proxy.port, {
      servername: 'a.test',
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-ECDSA-AES128-SHA',
    })
    await expect(weak).rejects.toMatchObject({ code: expect.stringMatching(/HANDSHAKE_FAILURE/) })
    const good = await handshake(proxy.port, { servername: 'a.test', maxVersion: 'TLSv1.2' })
    expect(good.getCipher().name).toMatch(/^ECDHE-ECDSA-(AES\d+-GCM|CHACHA20)/)
  })

  it('agrees on HTTP/2 with who offers it, on HTTP/1.1 with everybody else, and on nothing with who wants neither', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const servername = 'a.test'
    const agreed = async (ALPNProtocols?: string[]) =>
      (await handshake(proxy.port, { servername, ...(ALPNProtocols && { ALPNProtocols }) })).alpnProtocol
    expect(await agreed(['h2', 'http/1.1'])).toBe('h2')
    expect(await agreed(['http/1.1', 'h2'])).toBe('h2')
    expect(await agreed(['http/1.1'])).toBe('http/1.1')
    expect(await agreed()).toBe(false)
    await expect(agreed(['acme-tls/1'])).rejects.toMatchObject({
      code: expect.stringMatching(/NO_APPLICATION_PROTOCOL/),
    })
    await using old = await startSecureProxy({ pairs: { a }, backends: {}, secure: { http2: false } })
    const socket = await handshake(old.port, { servername, ALPNProtocols: ['h2', 'http/1.1'] })
    expect(socket.alpnProtocol).toBe('http/1.1')
  })

  it('is given up when it takes too long, and leaves no connection behind', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {}, secure: { handshakeTimeout: 50 } })
    const { connect } = await import('node:net')
    const socket = connect(proxy.port, '127.0.0.1')
    socket.write(Buffer.from([22, 3, 1, 2, 0, 1]))
    await once(socket.resume(), 'close')
    expect(proxy.failures.map(({ code }) => code)).toEqual(['ERR_TLS_HANDSHAKE_TIMEOUT'])
  })

  it('survives rubbish, plain HTTP and connections that go away', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const { connect } = await import('node:net')
    for (const rubbish of ['GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', '\0'.repeat(300), '\x16\x03\x01\xff\xff', '']) {
      const socket = connect(proxy.port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(rubbish, 'latin1')
      socket.end()
      await once(socket.resume(), 'close')
    }
    expect(subjectOf(await handshake(proxy.port, { servername: 'a.test' }))).toBe('a.test')
  })
})

describe('sessions to resume', () => {
  it('outlive a swap of certificates, TLS 1.2 and 1.3', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await handshake(proxy.port, { servername: 'a.test', maxVersion })
      const session = await sessionOf(first)
      proxy.secure.swap(certificatesOf({ a: await ca.issue(['a.test']), b }))
      const second = await handshake(proxy.port, { servername: 'a.test', maxVersion, session })
      expect(second.isSessionReused()).toBe(true)
    }
  })

  it('are good for nothing once the ticket keys were changed, or their host has gone', async () => {
    await using proxy = await startSecureProxy({ pairs: { a, b }, backends: {} })
    const session = await sessionOf(await handshake(proxy.port, { servername: 'a.test' }))
    proxy.secure.rotateTicketKeys()
    const again = await handshake(proxy.port, { servername: 'a.test', session })
    expect(again.isSessionReused()).toBe(false)
    const fresh = await sessionOf(again)
    proxy.secure.swap(certificatesOf({ b }))
    const servedBefore = proxy.records.length
    const gone = await handshake(proxy.port, { servername: 'a.test', session: fresh }).catch(error => error)
    if (!(gone instanceof Error)) await once(gone.resume(), 'close')
    expect(proxy.records).toHaveLength(servedBefore)
  })

  it('are shared by servers that are given the same ticket keys', async () => {
    const ticketKeys = Buffer.alloc(48, 7)
    await using one = await startSecureProxy({ pairs: { a }, backends: {}, secure: { ticketKeys } })
    await using two = await startSecureProxy({ pairs: { a }, backends: {}, secure: { ticketKeys } })
    const session = await sessionOf(await handshake(one.port, { servername: 'a.test' }))
    expect((await handshake(two.port, { servername: 'a.test', session })).isSessionReused()).toBe(true)
  })
})

/** With TLS 1.3 it comes after the handshake, along with the first bytes. */
async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
  const before = socket.getSession()
  const session = socket.getProtocol() === 'TLSv1.2' ? before! : ((await once(socket, 'session'))[0] as Buffer)
  socket.destroy()
  return session
}

describe('a swap of certificates', () => {
  it('drops no connection: HTTP/1.1, HTTP/2 and WebSockets go on, new handshakes see the new certificate', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    await using upstream = await echo()
    upstream.server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, ws => ws.on('message', data => ws.send(`re: ${data}`)))
    })
    await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    const ws = secureWebSocket(proxy.port, 'a.test')
    await once(ws, 'open')
    const renewed = await ca.issue(['a.test', 'new.a.test'])
    proxy.secure.swap(certificatesOf({ a: renewed, b }))
    expect((await http2Request(session, { ':authority': 'a.test' })).status).toBe(200)
    ws.send('still here')
    expect(String((await once(ws, 'message'))[0])).toBe('re: still here')
    const socket = await handshake(proxy.port, { servername: 'a.test' })
    expect(socket.getPeerCertificate().subjectaltname).toContain('new.a.test')
    expect((await get(proxy.port, 'b.test', 'b.test')).status).toBe(200)
    ws.close()
    session.close()
  })
})

describe('requests over TLS', () => {
  it('tell the upstream about it, with HTTP/1.1 as with HTTP/2', async () => {
    await using upstream = await echo()
    await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
    expect((await get(proxy.port, 'a.test', 'a.test')).text).toBe(`a.test https ${proxy.port}`)
    const session = await http2Session(proxy.port, 'a.test', ca.pem)
    expect((await http2Request(session, { ':authority': 'a.test' })).body).toBe(`a.test https ${proxy.port}`)
    session.close()
    expect(proxy.records.map(record => [record.protocol, record.httpVersion, record.client])).toEqual([
      ['https', '1.1', '127.0.0.1'],
      ['https', '2.0', '127.0.0.1'],
    ])
  })

  it('are answered 421 where neither the handshake’s name nor its certificate covers the host', async () => {
    await using upstream = await echo()
    await using proxy = await startSecureProxy({
      ...{ pairs: { a, b, both }, hosts: { 'a.test': 'a', 'b.test': 'b', 'c.test': 'both' }, default: 'b' },
      backends: { upstream: upstream.port },
    })
    const statusOf = async (servername: string, host: string) => (await get(proxy.port, host, servername)).status
    expect(await statusOf('a.test', 'A.test.:443')).toBe(200)
    expect(await statusOf('a.test', 'x.a.test')).toBe(200)
    expect(await statusOf('a.test', 'y.x.a.test')).toBe(421)
    expect(await statusOf('a.test', 'b.test')).toBe(421)
    expect(await statusOf('a.test', '127.0.0.1')).toBe(421)
    expect(await statusOf('c.test', 'd.test')).toBe(200)
    const session = await http2Session(proxy.port, 'c.test', ca.pem)
    expect((await http2Request(session, { ':authority': 'd.test' })).status).toBe(200)
    const refused = await http2Request(session, { ':authority': 'a.test' })
    expect([refused.status, refused.body]).toEqual([421, '421 misdirected\n'])
    expect((await http2Request(session, { ':authority': 'c.test' })).status).toBe(200)
    session.close()
    expect(upstream.requests.map(({ headers }) => headers.host)).not.toContain('b.test')
  })

  it('are not misdirected if the client named nobody in its handshake', async () => {
    await using upstream = await echo()
    await using proxy = await startSecureProxy({ pairs: { a }, default: 'a', backends: { upstream: upstream.port } })
    const socket = await handshake(proxy.port, { servername: '' })
    socket.write('GET / HTTP/1.1\r\nHost: anything.test\r\nConnection: close\r\n\r\n')
    expect(await textOf(socket)).toMatch(/^HTTP\/1.1 200 /)
  })

  it('work for WebSockets, with the handshake’s host checked like any other', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    await using upstream = await echo()
    upstream.server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, ws => ws.on('message', data => ws.send(data)))
    })
    await using proxy = await startSecureProxy({ pairs: { a, b }, backends: { upstream: upstream.port } })
    const open = (host: string) => secureWebSocket(proxy.port, host)
    const ws = open('a.test')
    await once(ws, 'open')
    const big = Buffer.alloc(300_000, 1)
    ws.send(big)
    expect((await once(ws, 'message'))[0]).toEqual(big)
    ws.close()
    await once(ws, 'close')
    const refused = open('b.test')
    const [, response] = await once(refused, 'unexpected-response')
    expect(response.statusCode).toBe(421)
    refused.on('error', () => {})
    refused.terminate()
  })

  it('answer broken HTTP/1.1 with 400', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const socket = await handshake(proxy.port, { servername: 'a.test' })
    socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nBad Header: x\r\n\r\n')
    expect(await textOf(socket)).toMatch(/^HTTP\/1.1 400 bad-request\r\n/)
  })
})

describe('the redirect to HTTPS', () => {
  const redirecting = async (port?: number) => {
    const upstream = await echo()
    const certificates = certificatesOf({ a })
    const proxy = await startSecureProxy({
      pairs: { a },
      backends: { upstream: upstream.port },
      options: {
        trustedProxies: ['127.0.0.0/8'],
        httpsRedirect: { isSecured: host => certificates.isSecured(host), ...(port && { port }) },
      },
    })
    return { upstream, proxy }
  }
  const ask = (port: number, path: string, headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number | undefined; location: string | undefined }>((done, failed) => {
      const request = httpRequest({ port, host: '127.0.0.1', path, method, headers }, response => {
        done({ status: response.statusCode, location: response.headers.location })
        response.resume()
      })
      request.on('error', failed).end(method === 'POST' ? 'body' : undefined)
    })

  it('keeps method, path and query, and drops the port', async () => {
    const { upstream, proxy } = await redirecting()
    await using _ = upstream
    await using __ = proxy
    const { port } = proxy.plain
    const to = (location: string) => ({ status: 308, location })
    expect(await ask(port, '/x/../y?q=1', { host: 'A.test:8080' })).toEqual(to('https://a.test/y?q=1'))
    expect(await ask(port, '/', { host: 'sub.a.test' }, 'POST')).toEqual(to('https://sub.a.test/'))
    expect(await ask(port, '//b.test/', { host: 'a.test' })).toEqual(to('https://a.test/b.test/'))
    expect(upstream.requests).toHaveLength(0)
  })

  it('names a port that is not 443', async () => {
    const { upstream, proxy } = await redirecting(8443)
    await using _ = upstream
    await using __ = proxy
    const { location } = await ask(proxy.plain.port, '/', { host: 'a.test' })
    expect(location).toBe('https://a.test:8443/')
  })

  it('is not for hosts without a certificate, nor for proofs to a certificate authority, nor behind a proxy that had HTTPS', async () => {
    const { upstream, proxy } = await redirecting()
    await using _ = upstream
    await using __ = proxy
    const { port } = proxy.plain
    expect((await ask(port, '/', { host: 'b.test' })).status).toBe(200)
    expect((await ask(port, '/.well-known/acme-challenge/token', { host: 'a.test' })).status).toBe(200)
    expect((await ask(port, '/.well-known/acme-challenge/../../admin', { host: 'a.test' })).status).toBe(308)
    expect((await ask(port, '/', { host: 'a.test', 'x-forwarded-proto': 'https' })).status).toBe(200)
    expect((await ask(port, '/', { host: 'a.test', 'x-forwarded-proto': 'http' })).status).toBe(308)
    expect((await get(proxy.port, 'a.test', 'a.test')).status).toBe(200)
  })
})

describe('with openssl and curl', () => {
  const run = (command: string, args: string[]) =>
    new Promise<string>(done => {
      const child = execFile(command, args, { timeout: 5_000 }, (_, out, err) => done(out + err))
      child.stdin?.end()
    })

  it('openssl verifies the chain of the name it asks for, and is told when there is none', async () => {
    await using proxy = await startSecureProxy({ pairs: { a }, backends: {} })
    const base = ['s_client', '-connect', `127.0.0.1:${proxy.port}`]
    const fine = await run('openssl', [...base, '-servername', 'a.test', '-alpn', 'h2,http/1.1'])
    expect(fine).toMatch(/ALPN protocol: h2/)
    expect(fine).toMatch(/subject=CN = a\.test/)
    expect(await run('openssl', [...base, '-servername', 'nobody.test'])).toMatch(
      /alert unrecognized name|alert number 112/,
    )
    expect(await run('openssl', [...base, '-tls1_1', '-servername', 'a.test'])).toMatch(
      /alert protocol version|no protocols available/,
    )
  })

  it('curl speaks HTTP/2', async () => {
    await using upstream = await echo()
    await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
    const text = await run('curl', [
      ...['-sk', '--http2', '--resolve', `a.test:${proxy.port}:127.0.0.1`, '-w', ' %{http_version}'],
      `https://a.test:${proxy.port}/`,
    ])
    expect(text).toBe(`a.test:${proxy.port} https ${proxy.port} 2`)
  })
})

it('drains: HTTP/2 clients finish what they have asked and are told to go', async () => {
  let answer = () => {}
  await using upstream = await httpUpstream((_, response) => {
    answer = () => response.end('done')
  })
  await using proxy = await startSecureProxy({ pairs: { a }, backends: { upstream: upstream.port } })
  const session = await http2Session(proxy.port, 'a.test', ca.pem)
  const pending = http2Request(session, { ':authority': 'a.test' })
  await once(upstream.server, 'request')
  const told = once(session, 'goaway')
  proxy.secure.drain()
  expect((await told)[0]).toBe(0)
  answer()
  expect((await pending).body).toBe('done')
  await once(session, 'close')
  await expect.poll(() => proxy.secure.sessions).toBe(0)
})
