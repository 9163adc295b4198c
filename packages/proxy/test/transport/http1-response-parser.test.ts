import { describe, expect, it } from 'vitest'
import { readStrictly } from '../support/parsed-response.ts'

const read = (text: string, isHead = false) => readStrictly(Buffer.from(text, 'latin1'), [], isHead)
const OK = 'HTTP/1.1 200 OK\r\n'
const chunked = (body: string) => read(`${OK}Transfer-Encoding: chunked\r\n\r\n${body}`)

describe('a response', () => {
  it('has the length it says', () => {
    const { response, surplus, keepsAlive } = read(`${OK}Content-Length: 5\r\nX: \t y \t\r\n\r\nhello`)
    expect(response).toEqual({
      ...{ status: 200, body: 'hello', trailers: [] },
      headers: ['Content-Length', '5', 'X', 'y'],
    })
    expect([surplus, keepsAlive]).toEqual([0, true])
  })

  it('ends where it ends, whatever follows', () => {
    expect(read(`${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n`).surplus).toBe(17)
    expect(chunked('2\r\nok\r\n0\r\n\r\nmore').surplus).toBe(4)
    expect(read(`HTTP/1.1 204 No Content\r\n\r\nx`).surplus).toBe(1)
  })

  it('in chunks has trailers', () => {
    const { response } = chunked('2;x=y\r\nok\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n')
    expect(response).toMatchObject({ body: 'ok0123456789', trailers: ['X-Sum', '1', 'X-Sum', '2'] })
  })

  it('without length ends with the connection, which is not used again', () => {
    const { response, keepsAlive } = read(`${OK}\r\nall of it`)
    expect(response?.body).toBe('all of it')
    expect(keepsAlive).toBe(false)
  })

  it('comes after interim ones', () => {
    const { interim, response } = read(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}\r\n`,
    )
    expect(interim).toEqual([100, 103])
    expect(response?.status).toBe(200)
  })

  it.each([
    ['to HEAD', `${OK}Content-Length: 5\r\n\r\n`, true],
    ['to HEAD in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, true],
    ['with status 204', 'HTTP/1.1 204 No Content\r\n\r\n', false],
    ['with status 304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', false],
  ])('%s has no body', (_, text, isHead) => {
    expect(read(text, isHead)).toMatchObject({ response: { body: '' }, problem: undefined, keepsAlive: true })
  })

  it.each(['Transfer-Encoding:\tchunked', 'Transfer-Encoding: chunked ', 'X-Other: y\t\r\nTransfer-Encoding: chunked'])(
    'may have blanks around values that nobody takes for more: %j',
    field => {
      expect(read(`${OK}${field}\r\n\r\n2\r\nok\r\n0\r\n\r\n`).response?.body).toBe('ok')
    },
  )

  it.each([
    ['Connection: close', false],
    ['Connection: Close', false],
    ['Connection: x, CLOSE', false],
    ['Connection: closed', true],
    ['Connection: keep-alive', true],
  ])('with %s keeps the connection: %s', (field, keepsAlive) => {
    expect(read(`${OK}${field}\r\nContent-Length: 0\r\n\r\n`).keepsAlive).toBe(keepsAlive)
  })

  it('of HTTP/1.0 does not keep the connection', () => {
    expect(read('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n').keepsAlive).toBe(false)
  })

  it('may lack a reason', () => {
    expect(read('HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n').response?.status).toBe(200)
    expect(read('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n').response?.status).toBe(200)
  })

  it.each([
    ['status-line', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['status-line', 'http/1.1 200 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1 600 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1 200OK\r\n\r\n'],
    ['status-line', 'HTTP/1.1 200 O\0K\r\n\r\n'],
    ['status-line', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['status-line', 'SSH-2.0-x\r\n'],
    ['line-end', 'HTTP/1.1 200 OK\nX: y\n\n'],
    ['field-value', `${OK}X: y\nZ: z\r\n\r\n`],
    ['line-end', `${OK}X: y\rz\r\n\r\n`],
    ['field-value', `${OK}X: \x01\r\n\r\n`],
    ['field-value', `${OK}X: \x7f\r\n\r\n`],
    ['field-name', `${OK} X: y\r\n\r\n`],
    ['field-name', `${OK}X : y\r\n\r\n`],
    ['field-name', `${OK}: y\r\n\r\n`],
    ['field-name', `${OK}X: y\r\n folded\r\n\r\n`],
    ['field-name', `${OK}nonsense\r\n\r\n`],
    ['field-name', `${OK}Caf\xe9: y\r\n\r\n`],
    ['content-length', `${OK}Content-Length: -1\r\n\r\n`],
    ['content-length', `${OK}Content-Length: 1, 1\r\n\r\nx`],
    ['content-length', `${OK}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`],
    ['content-length', `${OK}CONTENT-LENGTH:\r\n\r\n`],
    ['content-length', `${OK}Content-Length: 9999999999999999\r\n\r\n`],
    ['transfer-encoding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['transfer-encoding', `${OK}Transfer-Encoding: identity\r\n\r\n`],
    ['transfer-encoding', `${OK}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`],
    ['transfer-encoding', `${OK}TRANSFER-ENCODING: chunked\t \r\n\r\n0\r\n\r\n`],
    ['transfer-encoding', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['transfer-encoding', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`],
    ['transfer-encoding', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['transfer-encoding', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['switching-protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['too-many-interim', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(40)],
    ['head-too-large', `${OK}X: ${'y'.repeat(70_000)}\r\n\r\n`],
    ['head-too-large', `${OK}X: ${'y'.repeat(70_000)}`],
    ['cut-short', OK],
    ['cut-short', `${OK}Content-Length: 5\r\n\r\nhell`],
    ['cut-short', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['cut-short', ''],
  ])('is refused (%s): %j', (problem, text) => {
    expect(read(text)).toMatchObject({ problem, response: undefined })
  })

  it.each([
    ['chunk-size', 'x\r\n'],
    ['chunk-size', '\r\n'],
    ['chunk-size', '-1\r\nx\r\n'],
    ['chunk-size', ' 1\r\nx\r\n'],
    ['chunk-size', '20000000000000\r\nx\r\n'],
    ['chunk-extension', '1 \r\nx\r\n'],
    ['chunk-extension', '0x1\r\nx\r\n'],
    ['chunk-extension', '1;\0\r\nx\r\n'],
    ['chunk-extension', `1;${'x'.repeat(5_000)}\r\nx\r\n`],
    ['line-end', '1\nx\r\n'],
    ['chunk-end', '1\r\nxy\r\n'],
    ['chunk-end', '1\r\nx\n'],
    ['trailer', '0\r\nX : y\r\n\r\n'],
    ['trailer', '0\r\nContent-Length: 5\r\n\r\n'],
    ['trailer', '0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['trailer', '0\r\nX: y\nZ: z\r\n\r\n'],
    ['head-too-large', `0\r\nX: ${'y'.repeat(70_000)}`],
  ])('in chunks is refused (%s): %j', (problem, body) => {
    expect(chunked(body)).toMatchObject({ problem, response: undefined })
  })
})
