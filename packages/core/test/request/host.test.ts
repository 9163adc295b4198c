import { describe, expect, test } from 'vitest'
import { type HostRefusalReason, isIpLiteral, isIpv4, normaliseHost } from '../../src/request/host.ts'

const label63 = 'a'.repeat(63)
const host253 = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`

describe('normaliseHost', () => {
  test.each<[clause: string, authority: string | undefined, host: string]>([
    ['1.4', undefined, ''],
    ['1.6', 'foo.com', 'foo.com'],
    ['1.6', 'foo.com:8443', 'foo.com'],
    ['1.6', 'foo.com:', 'foo.com'],
    ['1.6', 'foo.com:0', 'foo.com'],
    ['1.6', 'foo.com:65535', 'foo.com'],
    ['1.6', 'foo.com:00443', 'foo.com'],
    ['1.7', 'FOO.Com', 'foo.com'],
    ['1.7', 'FOO.Com:80', 'foo.com'],
    ['1.8', 'foo.com.', 'foo.com'],
    ['1.8, 14.12', 'foo.com.:443', 'foo.com'],
    ['1.8', 'Localhost.', 'localhost'],
    ['1.9', '127.0.0.1', '127.0.0.1'],
    ['1.9', '127.0.0.1:8080', '127.0.0.1'],
    ['1.9', '127.0.0.1.', '127.0.0.1'],
    ['1.9', '[::1]', '[::1]'],
    ['1.9', '[::1]:443', '[::1]'],
    ['1.9', '[2001:DB8::A]:', '[2001:db8::a]'],
    ['1.9', '[1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:7:8]'],
    ['1.9', '[::]', '[::]'],
    ['1.9', '[1::]', '[1::]'],
    ['1.9', '[1:2:3:4:5:6:7::]', '[1:2:3:4:5:6:7::]'],
    ['1.9', '[::ffff:192.0.2.1]', '[::ffff:192.0.2.1]'],
    ['1.9', '[1:2:3:4:5:6:192.0.2.1]', '[1:2:3:4:5:6:192.0.2.1]'],
    ['1.10', 'my_app.foo.com', 'my_app.foo.com'],
    ['1.10', '_x.test', '_x.test'],
    ['1.10', '-a-.test', '-a-.test'],
    ['1.10', 'xn--80ak6aa92e.test', 'xn--80ak6aa92e.test'],
    ['1.10', '__proto__', '__proto__'],
    ['1.10', label63, label63],
    ['1.10', host253, host253],
    ['1.10', `${host253}.:65535`, host253],
  ])('semantics %s: the authority %j names the host %j', (_, authority, host) => {
    expect(normaliseHost(authority)).toBe(host)
  })

  test.each<[clause: string, authority: string, reason: HostRefusalReason]>([
    ['1.5', '', 'empty-host'],
    ['1.5', ':', 'empty-host'],
    ['1.5', ':80', 'empty-host'],
    ['1.5', 'user@foo.com', 'userinfo'],
    ['1.5', 'user:password@foo.com', 'userinfo'],
    ['1.5', 'foo.com@', 'userinfo'],
    ['1.5', '@', 'userinfo'],
    ['1.5', 'foo.com/admin', 'bad-character'],
    ['1.5', 'http://foo.com', 'bad-character'],
    ['1.5', 'foo.com?x', 'bad-character'],
    ['1.5', 'foo.com#x', 'bad-character'],
    ['1.5', 'foo.com\\x', 'bad-character'],
    ['1.5', "foo'com", 'bad-character'],
    ['1.5', 'foo;com', 'bad-character'],
    ['1.5', '{host}', 'bad-character'],
    ['1.5', 'foo com', 'whitespace'],
    ['1.5', ' foo.com', 'whitespace'],
    ['1.5', 'foo.com ', 'whitespace'],
    ['1.5', 'foo.com\tbar', 'whitespace'],
    ['1.5', 'foo.com:80 ', 'whitespace'],
    ['1.5', 'foo.com\u0000', 'control-character'],
    ['1.5', 'foo.com\r\nX-Evil: 1', 'control-character'],
    ['1.5', 'foo\u007f.com', 'control-character'],
    ['1.5', '*.foo.com', 'wildcard'],
    ['1.5', '*', 'wildcard'],
    ['1.5', '%61.com', 'percent'],
    ['1.5', 'foo.com%00', 'percent'],
    ['1.5', 'foo.com,bar.com', 'several-hosts'],
    ['1.5', 'foo.com:80,bar.com:80', 'several-hosts'],
    ['1.6', 'foo.com:http', 'bad-port'],
    ['1.6', 'foo.com:80:80', 'bad-port'],
    ['1.6', 'foo.com:-1', 'bad-port'],
    ['1.6', 'foo.com:8.0', 'bad-port'],
    ['1.6', 'foo.com:+80', 'bad-character'],
    ['1.6', 'foo.com:65536', 'port-out-of-range'],
    ['1.6', `foo.com:${'9'.repeat(400)}`, 'port-out-of-range'],
    ['1.6', '[::1]:65536', 'port-out-of-range'],
    ['1.8', '.', 'empty-label'],
    ['1.8', '..', 'empty-label'],
    ['1.8', 'foo.com..', 'empty-label'],
    ['1.8, 2.3', '.foo.com', 'empty-label'],
    ['1.8', 'foo..com', 'empty-label'],
    ['1.9', '::1', 'unbracketed-ipv6'],
    ['1.9', '::', 'unbracketed-ipv6'],
    ['1.9', 'fe80::1', 'unbracketed-ipv6'],
    ['1.9', '2001:db8:0:0:0:0:0:1', 'unbracketed-ipv6'],
    ['1.9', '::ffff:127.0.0.1', 'unbracketed-ipv6'],
    ['1.9', '[::1', 'bad-ipv6'],
    ['1.9', '[]', 'bad-ipv6'],
    ['1.9', '[:]', 'bad-ipv6'],
    ['1.9', '[:::]', 'bad-ipv6'],
    ['1.9', '[1:2:3:4:5:6:7]', 'bad-ipv6'],
    ['1.9', '[1:2:3:4:5:6:7:8:9]', 'bad-ipv6'],
    ['1.9', '[1:2:3:4:5:6:7:8::]', 'bad-ipv6'],
    ['1.9', '[1::2::3]', 'bad-ipv6'],
    ['1.9', '[12345::]', 'bad-ipv6'],
    ['1.9', '[g::]', 'bad-ipv6'],
    ['1.9', '[1:]', 'bad-ipv6'],
    ['1.9', '[:1]', 'bad-ipv6'],
    ['1.9', '[127.0.0.1]', 'bad-ipv6'],
    ['1.9', '[::256.0.0.1]', 'bad-ipv6'],
    ['1.9', '[::1.2.3]', 'bad-ipv6'],
    ['1.9', '[::1.2.3.4:5]', 'bad-ipv6'],
    ['1.9', '[1:2:3:4:5:6:7:1.2.3.4]', 'bad-ipv6'],
    ['1.9', '[foo.com]', 'bad-ipv6'],
    ['1.9', '[v1.x]', 'bad-ipv6'],
    ['1.9', '[fe80::1%eth0]', 'ipv6-zone'],
    ['1.9', '[fe80::1%25eth0]', 'ipv6-zone'],
    ['1.9', '[%eth0]', 'bad-ipv6'],
    ['1.9', '[::1].', 'bad-port'],
    ['1.9', '[::1]foo', 'bad-port'],
    ['1.9', '[::1]:80:80', 'bad-port'],
    ['1.9', '[::1]@foo.com', 'userinfo'],
    ['1.9', '[::1][::1]', 'bad-character'],
    ['1.10', `${label63}a.com`, 'label-too-long'],
    ['1.10', `com.${label63}a`, 'label-too-long'],
    ['1.10', `${label63}.${label63}.${label63}.${'b'.repeat(62)}`, 'host-too-long'],
    ['1.10', 'a.'.repeat(50_000), 'host-too-long'],
    ['1.10', 'b\u00fccher.example', 'non-ascii'],
    ['1.10', 'foo\uff0ecom', 'non-ascii'],
    ['1.10', '\u212aube.com', 'non-ascii'],
  ])('semantics %s: the authority %j is refused: %s', (_, authority, reason) => {
    expect(normaliseHost(authority)).toEqual({ code: 'bad-host', reason })
  })

  test('a refusal is one frozen object for each reason, so that refusing allocates nothing', () => {
    expect(normaliseHost('*')).toBe(normaliseHost('*.foo.com'))
    expect(Object.isFrozen(normaliseHost('*'))).toBe(true)
  })
})

describe('isIpLiteral (semantics 1.9)', () => {
  test.each(['127.0.0.1', '0.0.0.0', '255.255.255.255', '010.0.0.1', '[::1]', '[::ffff:1.2.3.4]'])(
    '%s is an address',
    host => {
      expect(isIpLiteral(host)).toBe(true)
    },
  )

  test.each([
    '',
    'foo.com',
    '256.0.0.1',
    '1.2.3',
    '127.1',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.',
    'a.0.0.1',
    '0x7f.0.0.1',
    '1.2.3.4a',
    '2130706433',
  ])('%j is none', host => {
    expect(isIpLiteral(host)).toBe(false)
  })

  test('isIpv4 leaves out the bracketed ones', () => {
    expect(isIpv4('10.0.0.1')).toBe(true)
    expect(isIpv4('[::1]')).toBe(false)
  })
})
