import { describe, expect, it } from 'vitest'
import { type RequestToExplain, readRequest } from '../../src/explain/read-request.ts'

const read = (request: RequestToExplain) => {
  const result = readRequest(request)
  return 'status' in result ? `${result.status} ${result.code} ${result.reason ?? ''}`.trim() : result
}

describe('a request', () => {
  it.each<[string, RequestToExplain, unknown]>([
    ['with a URL has its authority for a host', { url: 'http://a.test/x?y' }, { host: 'a.test', path: '/x' }],
    ['keeps the URL as it is written', { url: 'HTTP://A.test:80/%41/../b' }, { host: 'A.test:80', path: '/%41/../b' }],
    ['may leave out the scheme', { url: 'a.test/x' }, { host: 'a.test', path: '/x' }],
    ['without path asks for /', { url: 'https://a.test' }, { host: 'a.test', path: '/' }],
    ['without path may have a query', { url: 'http://a.test?x=/y' }, { host: 'a.test', path: '/' }],
    ['of a WebSocket is a request like others', { url: 'wss://a.test/x' }, { host: 'a.test', path: '/x' }],
    ['with a path takes the Host field', { url: '/x', headers: { host: 'b.test' } }, { host: 'b.test', path: '/x' }],
    ['takes the Host field in any case', { url: '/x', headers: { HOST: 'b.test' } }, { host: 'b.test', path: '/x' }],
    ['of HTTP/1.0 needs no host', { url: '/x', httpVersion: '1.0' }, { host: undefined, path: '/x' }],
  ])('%s', (_, request, expected) => {
    expect(read(request)).toMatchObject(expected as object)
  })

  it('whose target is absolute has that for a host, whatever Host says (semantics 1.2)', () => {
    expect(read({ url: 'http://b.test/', headers: { host: 'a.test' } })).toMatchObject({
      host: 'b.test',
      ignoredHost: 'a.test',
    })
  })

  it.each<[string, RequestToExplain, string]>([
    ['without any host', { url: '/x' }, '400 bad-host missing-host'],
    ['with two Host fields', { url: '/x', headers: { host: ['a.test', 'a.test'] } }, '400 bad-host duplicate-host'],
    ['with Host in two spellings', { url: '/x', headers: { host: 'a', Host: 'a' } }, '400 bad-host duplicate-host'],
    ['with a fragment', { url: 'http://a.test/x#y' }, '400 bad-path fragment'],
    ['with a blank in the query', { url: 'http://a.test/x?a b' }, '400 bad-path query-character'],
    ['for *', { url: '*', method: 'OPTIONS', headers: { host: 'a.test' } }, '400 bad-path asterisk-form'],
    ['with another scheme', { url: 'ftp://a.test/' }, '400 bad-path target-form'],
    ['with a bare authority beside Host', { url: 'a.test/x', headers: { host: 'a.test' } }, '400 bad-path target-form'],
    ['for a tunnel', { url: 'a.test:443', method: 'CONNECT' }, '405 method-not-allowed'],
    ['to trace', { url: 'http://a.test/', method: 'TRACE' }, '405 method-not-allowed'],
    ['of a method that nobody knows', { url: 'http://a.test/', method: 'BREW' }, '501 unknown-method'],
    ['in small letters', { url: 'http://a.test/', method: 'get' }, '400 bad-request method'],
    ['of HTTP/2 in small letters', { url: 'http://a.test/', method: 'get', httpVersion: '2' }, '501 unknown-method'],
    ['with a method that is none', { url: 'http://a.test/', method: 'G T' }, '400 bad-request method'],
    [
      'for OPTIONS in HTTP/1.0',
      { url: 'http://a.test/', method: 'OPTIONS', httpVersion: '1.0' },
      '400 bad-request method',
    ],
    ['of another version', { url: 'http://a.test/', httpVersion: '3' }, '505 unsupported-version'],
    ['that is too long', { url: `http://a.test/${'x'.repeat(17_000)}` }, '414 target-too-long'],
    [
      'of HTTP/2 whose Host differs from its authority',
      { url: 'http://a.test/', headers: { host: 'b.test' }, httpVersion: '2' },
      '400 bad-host host-differs-from-authority',
    ],
  ])('%s is refused', (_, request, expected) => {
    expect(read(request)).toBe(expected)
  })
})
