import {
  block,
  flag,
  frame,
  headersFrame,
  requestFields,
  type,
  uint32,
} from '../../../../packages/proxy/test/support/http2-frames.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** A request over HTTP/2, and what has to become of it. */
export interface Http2Case {
  readonly name: string
  readonly fields: Fields
  /** DATA that follows the head; `undefined` ends the stream with the head. */
  readonly body?: string
  /** What the upstream receives, in the form of `recordingUpstream`; without it, nothing may reach any upstream. */
  readonly forwarded?: string
}

const without = (gone: string): Fields => requestFields().filter(([name]) => name !== gone)
const having = (...more: Fields): Fields => requestFields(more)
const post = (...more: Fields): Fields => requestFields([[':method', 'POST'], ...more])
const path = (value: string): Fields => having([':path', value])
const authority = (value: string): Fields => having([':authority', value])
const refused = (name: string, fields: Fields, body?: string): Http2Case => ({
  name,
  fields,
  ...(body !== undefined && { body }),
})
const PLAIN = 'GET / HTTP/1.1|host: a.test|'
/** Fields that no HTTP/1.1 message could carry (RFC 9113 8.2.1): the request arrives without them. */
const leftOut = (name: string, fields: Fields): Http2Case => ({
  name: `without ${name}, the rest`,
  fields,
  forwarded: PLAIN,
})

/** Requests that could be read in two ways, or in none, once they are HTTP/1.1 (RFC 9113 8.2, 8.3 and 10.3). */
export const http2Requests: Readonly<Record<string, readonly Http2Case[]>> = {
  'pseudo-headers': [
    ...[':method', ':scheme', ':path'].map(name => refused(`no ${name}`, without(name))),
    refused(':method twice', [...requestFields(), [':method', 'POST']]),
    refused(':path twice', [...requestFields(), [':path', '/admin']]),
    refused(':scheme twice', [...requestFields(), [':scheme', 'http']]),
    refused(':authority twice', [...requestFields(), [':authority', 'b.test']]),
    refused('the same :authority twice', [...requestFields(), [':authority', 'a.test']]),
    refused('a pseudo-header behind a field', [...having(['x', 'y']), [':path', '/admin']]),
    refused(':authority behind a field', [...without(':authority'), ['x', 'y'], [':authority', 'a.test']]),
    refused(':status', [...requestFields(), [':status', '200']]),
    refused('one that nobody knows', [...requestFields(), [':evil', 'x']]),
    refused('one without a name', [...requestFields(), [':', 'x']]),
    refused('one in upper case', [...without(':path'), [':PATH', '/']]),
    refused(':protocol', [...requestFields([[':method', 'CONNECT']]), [':protocol', 'websocket']]),
    refused('CONNECT as it ought to be', [
      [':method', 'CONNECT'],
      [':authority', 'a.test:443'],
    ]),
    refused('CONNECT with a path', having([':method', 'CONNECT'])),
    refused('TRACE', having([':method', 'TRACE'])),
    refused('an empty method', having([':method', ''])),
    refused('a method with a blank', having([':method', 'GET /admin'])),
    refused(
      'a method that is a whole request line',
      having([':method', 'GET /admin HTTP/1.1\r\nHost: a.test\r\n\r\nGET']),
    ),
    refused('a method in the wrong characters', having([':method', 'G(ET)'])),
    refused('an empty scheme', having([':scheme', ''])),
    refused('a scheme that is a URL', having([':scheme', 'https://b.test/?'])),
    refused('a scheme with a line break', having([':scheme', 'https\r\nx: y'])),
    refused('another scheme', having([':scheme', 'file'])),
    { name: 'http in the place of https', fields: having([':scheme', 'http']), forwarded: PLAIN },
  ],
  paths: [
    refused('an empty one', path('')),
    refused('one without a slash', path('admin')),
    refused('an asterisk', path('*')),
    refused('an asterisk with OPTIONS', having([':method', 'OPTIONS'], [':path', '*'])),
    refused('a URL', path('https://a.test/admin')),
    refused('a URL of another host', path('http://b.test/')),
    refused('a query only', path('?x')),
    refused('a blank', path('/a b')),
    refused('a blank and a version', path('/ HTTP/1.1')),
    refused('a line break and a field', path('/ HTTP/1.1\r\nx: y')),
    refused('a line feed', path('/\nx')),
    refused('a tab', path('/\tx')),
    refused('NUL', path('/\0')),
    refused('DEL', path('/\x7f')),
    refused('a raw byte above ASCII', path('/\xe9')),
    refused('a fragment', path('/#/admin')),
    refused('a fragment in the query', path('/?a#b')),
    refused('a backslash', path('/..\\admin')),
    refused('an encoded NUL', path('/%00')),
    refused('an escape that is none', path('/%zz')),
    refused('an escape that is cut', path('/%4')),
    refused('9,000 bytes', path(`/${'a'.repeat(9_000)}`)),
    { name: 'two slashes are one', fields: path('//x//y'), forwarded: 'GET /x/y HTTP/1.1|host: a.test|' },
    { name: 'dots are walked', fields: path('/x/../y'), forwarded: 'GET /y HTTP/1.1|host: a.test|' },
    { name: 'escapes in their one form', fields: path('/%7ex%2f'), forwarded: 'GET /~x%2F HTTP/1.1|host: a.test|' },
    { name: 'a query as it came', fields: path('/?a=/../b%2f'), forwarded: 'GET /?a=/../b%2f HTTP/1.1|host: a.test|' },
  ],
  authorities: [
    refused('none, and no Host', without(':authority')),
    refused('an empty one', authority('')),
    refused('an empty one beside a Host', having([':authority', ''], ['host', 'a.test'])),
    refused('a Host that differs', having(['host', 'b.test'])),
    refused('a Host that is empty', having(['host', ''])),
    refused('two Hosts', having(['host', 'a.test'], ['host', 'a.test'])),
    refused('two Hosts and no authority', [...without(':authority'), ['host', 'a.test'], ['host', 'b.test']]),
    refused('userinfo', authority('a.test@b.test')),
    refused('a path', authority('a.test/admin')),
    refused('a blank', authority('a.test b.test')),
    refused('a comma', authority('a.test,b.test')),
    refused('a line break', authority('a.test\r\nx: y')),
    refused('an escape', authority('a%2etest')),
    refused('a port that is none', authority('a.test:x')),
    refused('a port that is too high', authority('a.test:65536')),
    refused('two ports', authority('a.test:80:443')),
    refused('two dots at the end', authority('a.test..')),
    refused('a dot at the beginning', authority('.a.test')),
    refused('raw UTF-8', authority('\xc3\xa4.test')),
    refused('another host than the one that TLS was for (421)', authority('b.test')),
    { name: 'a Host that is the same', fields: having(['host', 'a.test']), forwarded: PLAIN },
    { name: 'a Host alone', fields: [...without(':authority'), ['host', 'a.test']], forwarded: PLAIN },
    { name: 'upper case', fields: authority('A.TEST'), forwarded: 'GET / HTTP/1.1|host: A.TEST|' },
    { name: 'a port', fields: authority('a.test:443'), forwarded: 'GET / HTTP/1.1|host: a.test:443|' },
    { name: 'a dot at the end', fields: authority('a.test.'), forwarded: 'GET / HTTP/1.1|host: a.test.|' },
  ],
  fields: [
    refused('a name in upper case', having(['X-Upper', '1'])),
    refused('a name with a capital in it', having(['x-Upper', '1'])),
    leftOut('an empty name', having(['', 'x'])),
    leftOut('a name with a blank', having(['x y', 'z'])),
    leftOut('a name with a colon', having(['x:y', 'z'])),
    leftOut('a name that is a field', having(['x: y\r\nz', 'v'])),
    leftOut('a name with NUL', having(['x\0', 'z'])),
    leftOut('a name above ASCII', having(['x\xe9', 'z'])),
    leftOut('a value with a line break', having(['x', 'y\r\nadmin: yes'])),
    leftOut('a value with a carriage return', having(['x', 'y\rz'])),
    leftOut('a value with a line feed', having(['x', 'y\nz'])),
    leftOut('a value with NUL', having(['x', 'y\0z'])),
    leftOut('a value that is a request', having(['x', '\r\n\r\nGET /admin HTTP/1.1\r\nHost: a.test\r\n\r\n'])),
    refused('Connection', having(['connection', 'close'])),
    refused('Connection that names another', having(['connection', 'x-forwarded-for'])),
    refused('Keep-Alive', having(['keep-alive', 'timeout=5'])),
    refused('Proxy-Connection', having(['proxy-connection', 'keep-alive'])),
    refused(
      'Transfer-Encoding',
      post(['transfer-encoding', 'chunked']),
      '0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a.test\r\n\r\n',
    ),
    refused('Transfer-Encoding: identity', post(['transfer-encoding', 'identity']), 'x'),
    refused('Upgrade', having(['upgrade', 'h2c'])),
    refused('Upgrade to WebSocket', having(['upgrade', 'websocket'])),
    refused('TE: gzip', having(['te', 'gzip'])),
    refused('TE: trailers, and more', having(['te', 'trailers, chunked'])),
    refused('an expectation that nobody knows', post(['expect', 'x']), 'x'),
    {
      name: 'pieces of a Cookie are one',
      fields: having(['cookie', 'a=1'], ['cookie', 'b=2']),
      forwarded: 'GET / HTTP/1.1|cookie: a=1; b=2|host: a.test|',
    },
    { name: 'what only a proxy may say', fields: having(['x-forwarded-host', 'b.test']), forwarded: PLAIN },
  ],
  lengths: [
    refused('a length and no body', post(['content-length', '5'])),
    refused('two lengths', post(['content-length', '1'], ['content-length', '2']), 'x'),
    refused('the same length twice', post(['content-length', '1'], ['content-length', '1']), 'x'),
    ...['+1', '-1', '0x1', '1 1', '1,1', '1.0', 'x', '', ' ', '18446744073709551617', '9007199254740993'].map(length =>
      refused(`a length of "${length}"`, post(['content-length', length]), 'x'),
    ),
    {
      name: 'a length that is true',
      fields: post(['content-length', '1']),
      body: 'x',
      forwarded: 'POST / HTTP/1.1|content-length: 1|host: a.test|x',
    },
    {
      name: 'no length',
      fields: post(),
      body: 'x',
      forwarded: 'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|x',
    },
    {
      name: 'a body that looks like a request',
      fields: post(['content-length', '34']),
      body: 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\nxx',
      forwarded: 'POST / HTTP/1.1|content-length: 34|host: a.test|GET /admin HTTP/1.1\r\nHost: x\r\n\r\nxx',
    },
    {
      name: 'a body that looks like chunks',
      fields: post(),
      body: '0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n',
      forwarded:
        'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n',
    },
  ],
}

/** What ends the whole connection (RFC 9113 5.1, 5.4.1 and 6), as bytes behind the preface. */
export const brokenConnections: Readonly<Record<string, Buffer>> = {
  'DATA on a stream that is idle': frame(type.data, 0, 1, 'x'),
  'DATA on stream 0': frame(type.data, 0, 0, 'x'),
  'DATA with more padding than there is of it': frame(type.data, 8, 1, Buffer.from([200, 1])),
  'HEADERS on stream 0': headersFrame(0, requestFields()),
  'HEADERS on an even stream': headersFrame(2, requestFields()),
  'HEADERS that depend on themselves': frame(
    type.headers,
    0x25,
    1,
    Buffer.concat([uint32(1), Buffer.from([16]), block(requestFields())]),
  ),
  'HEADERS with more padding than there is of them': frame(type.headers, 0xd, 1, Buffer.from([255, 0])),
  'HEADERS with another frame before they end': Buffer.concat([
    frame(type.headers, flag.endStream, 1, block(requestFields())),
    frame(type.ping, 0, 0, Buffer.alloc(8)),
  ]),
  'CONTINUATION of another stream': Buffer.concat([
    frame(type.headers, flag.endStream, 1, block(requestFields())),
    frame(type.continuation, flag.endHeaders, 3, block([['x', 'y']])),
  ]),
  'CONTINUATION without HEADERS': frame(type.continuation, flag.endHeaders, 1, block([['x', 'y']])),
  'a field block that does not decode': frame(type.headers, flag.endHeaders | flag.endStream, 1, Buffer.alloc(6, 255)),
  'a reference to a table entry that is not there': frame(type.headers, 5, 1, Buffer.from([0xff, 0x80, 0x01])),
  'a table made larger than was agreed': frame(
    type.headers,
    5,
    1,
    Buffer.concat([Buffer.from([0x3f, 0xff, 0xff, 0x03]), block(requestFields())]),
  ),
  'PRIORITY of an odd length on stream 0': frame(type.priority, 0, 0, 'xxxx'),
  'RST_STREAM on a stream that is idle': frame(type.reset, 0, 1, uint32(8)),
  'RST_STREAM on stream 0': frame(type.reset, 0, 0, uint32(8)),
  'RST_STREAM of an odd length': Buffer.concat([
    headersFrame(1, requestFields(), false),
    frame(type.reset, 0, 1, 'xxx'),
  ]),
  'SETTINGS of an odd length': frame(type.settings, 0, 0, 'xxxxx'),
  'SETTINGS on a stream': frame(type.settings, 0, 1),
  'SETTINGS that acknowledge with content': frame(type.settings, flag.ack, 0, Buffer.alloc(6)),
  'SETTINGS with a push that is neither on nor off': frame(
    type.settings,
    0,
    0,
    Buffer.concat([Buffer.from([0, 2]), uint32(2)]),
  ),
  'SETTINGS with a window that overflows': frame(
    type.settings,
    0,
    0,
    Buffer.concat([Buffer.from([0, 4]), uint32(0x80000000)]),
  ),
  'SETTINGS with a frame size that is too small': frame(
    type.settings,
    0,
    0,
    Buffer.concat([Buffer.from([0, 5]), uint32(100)]),
  ),
  PUSH_PROMISE: frame(type.push, flag.endHeaders, 1, Buffer.concat([uint32(2), block(requestFields())])),
  'PING of an odd length': frame(type.ping, 0, 0, 'xxx'),
  'PING on a stream': frame(type.ping, 0, 1, Buffer.alloc(8)),
  'GOAWAY on a stream': frame(type.goaway, 0, 1, Buffer.alloc(8)),
  'GOAWAY of an odd length': frame(type.goaway, 0, 0, 'xxx'),
  'WINDOW_UPDATE by nothing': frame(type.window, 0, 0, uint32(0)),
  'WINDOW_UPDATE on a stream that is idle': frame(type.window, 0, 1, uint32(1)),
  'WINDOW_UPDATE of an odd length': frame(type.window, 0, 0, 'xxx'),
  'a window that overflows': Buffer.concat([
    frame(type.window, 0, 0, uint32(0x7fffffff)),
    frame(type.window, 0, 0, uint32(1)),
  ]),
  'a frame that is too large': frame(type.data, 0, 1, Buffer.alloc(20_000)),
  'HTTP/1.1': Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'),
}
