import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readProxyHeader } from '../../src/listener/proxy-header.ts'
import { binaryHeader } from '../support/proxy-header.ts'

const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'))

describe('version 1', () => {
  it('names the client and the port it reached', () => {
    expect(read('PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET')).toEqual({
      length: 45,
      client: { address: '192.0.2.1', reachedPort: 443, isSecure: false },
    })
    expect(read('PROXY TCP6 2001:db8::1 ::1 1 65535\r\n')).toMatchObject({
      client: { address: '2001:db8::1', reachedPort: 65_535 },
    })
  })

  it('has one spelling for an address', () => {
    for (const [source, address] of [
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['::FFFF:C000:0201', '192.0.2.1'],
      ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ]) {
      expect(read(`PROXY TCP6 ${source} ::1 1 443\r\n`)).toMatchObject({ client: { address } })
    }
  })

  it('may speak for nobody', () => {
    expect(read('PROXY UNKNOWN\r\n')).toEqual({ length: 15, client: undefined })
    expect(read('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n')).toMatchObject({ client: undefined })
  })

  it.each([
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n',
    'PROXY TCP4  192.0.2.1 198.51.100.2 56324 443\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 056324 443\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324 +443\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324 65536\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324 4x3\r\n',
    'PROXY TCP4 192.0.2.256 198.51.100.2 56324 443\r\n',
    'PROXY TCP4 192.0.02.1 198.51.100.2 56324 443\r\n',
    'PROXY TCP4 ::1 ::1 56324 443\r\n',
    'PROXY TCP6 192.0.2.1 192.0.2.1 56324 443\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 56324 443\r\n',
    'PROXY UDP4 192.0.2.1 198.51.100.2 56324 443\r\n',
    'PROXY tcp4 192.0.2.1 198.51.100.2 56324 443\r\n',
    'PROXY TCP4 192.0.2.1\t198.51.100.2 56324 443\r\n',
    'PROXY \r\n',
  ])('is malformed as %j', text => {
    expect(read(text)).toBe('malformed')
  })

  it('ends within 107 bytes, with a carriage return and a line feed', () => {
    expect(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)).toMatchObject({ length: 107 })
    expect(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)).toBe('too-long')
    expect(read(`PROXY UNKNOWN\n${'x'.repeat(100)}`)).toBe('too-long')
    expect(read('PROXY UNKNOWN\n')).toBeUndefined()
  })
})

describe('version 2', () => {
  const source = Buffer.from([192, 0, 2, 1])
  const target = Buffer.from([198, 51, 100, 2])
  const ports = Buffer.from([0xdc, 0x04, 0x01, 0xbb])
  const tcp4 = [source, target, ports]

  it('names the client and the port it reached', () => {
    const header = binaryHeader(0x21, 0x11, tcp4)
    expect(readProxyHeader(Buffer.concat([header, Buffer.from('GET')]))).toEqual({
      length: 28,
      client: { address: '192.0.2.1', reachedPort: 443, isSecure: false },
    })
    const mapped = Buffer.from('00000000000000000000ffffc0000201', 'hex')
    expect(readProxyHeader(binaryHeader(0x21, 0x21, [mapped, mapped, ports]))).toMatchObject({
      client: { address: '192.0.2.1' },
    })
    const six = Buffer.from('20010db8000000000000000000000001', 'hex')
    expect(readProxyHeader(binaryHeader(0x21, 0x21, [six, six, ports]))).toMatchObject({
      client: { address: '2001:db8::1', reachedPort: 443 },
    })
  })

  it('may speak for nobody: LOCAL, no family, or a socket of the machine', () => {
    for (const header of [
      binaryHeader(0x20, 0x11, tcp4),
      binaryHeader(0x20, 0x00, []),
      binaryHeader(0x21, 0x00, []),
      binaryHeader(0x21, 0x31, [Buffer.alloc(216)]),
    ]) {
      expect(readProxyHeader(header)).toEqual({ length: header.length, client: undefined })
    }
  })

  it('may say that the client spoke TLS', () => {
    const other = Buffer.from([0x01, 0, 2, 0x68, 0x32])
    const tls = (flags: number) => Buffer.from([0x20, 0, 5, flags, 0, 0, 0, 0])
    for (const [flags, isSecure] of [
      [0x01, true],
      [0x06, false],
    ] as const) {
      expect(readProxyHeader(binaryHeader(0x21, 0x11, [...tcp4, other, tls(flags)]))).toMatchObject({
        client: { isSecure },
      })
    }
  })

  it('is malformed with another version, command, family, too few bytes or an extension that overlaps its end', () => {
    for (const header of [
      binaryHeader(0x11, 0x11, tcp4),
      binaryHeader(0x22, 0x11, tcp4),
      binaryHeader(0x21, 0x12, tcp4),
      binaryHeader(0x21, 0x41, tcp4),
      binaryHeader(0x21, 0x11, [source, target]),
      binaryHeader(0x21, 0x21, tcp4),
      binaryHeader(0x21, 0x11, [...tcp4, Buffer.from([0x20, 0])]),
      binaryHeader(0x21, 0x11, [...tcp4, Buffer.from([0x20, 0, 5, 1])]),
    ]) {
      expect(readProxyHeader(header)).toBe('malformed')
    }
  })

  it('carries 4,096 bytes at most, and says so at once', () => {
    expect(readProxyHeader(binaryHeader(0x21, 0x11, [Buffer.alloc(4_097)]).subarray(0, 16))).toBe('too-long')
  })
})

describe('any bytes', () => {
  const header = fc.oneof(
    fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(65_535), fc.nat(65_535)).map(parts => `PROXY TCP4 ${parts.join(' ')}\r\n`),
    fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(65_535), fc.nat(65_535)).map(parts => `PROXY TCP6 ${parts.join(' ')}\r\n`),
  )

  it('are read to the same end however they are cut', () => {
    fc.assert(
      fc.property(header, fc.nat(), (text, at) => {
        const bytes = Buffer.from(text)
        const whole = readProxyHeader(bytes)
        expect(whole).toMatchObject({ length: bytes.length })
        expect(readProxyHeader(bytes.subarray(0, at % bytes.length))).toBeUndefined()
      }),
    )
  })

  it('never make it throw, nor ask for more than a header can have, nor claim more bytes than there are', () => {
    const start = fc.constantFrom(
      '',
      'PROXY ',
      'PROXY TCP4 ',
      '\r\n\r\n\0\r\nQUIT\n!\x11',
      '\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c',
    )
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (text, rest) => {
        const bytes = Buffer.concat([Buffer.from(text, 'latin1'), rest])
        const result = readProxyHeader(bytes)
        if (result === undefined) expect(bytes.length).toBeLessThan(16 + 4_096)
        else if (typeof result !== 'string') expect(result.length).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 2_000 },
    )
  })
})
