import fc from 'fast-check'

const fields = fc.constantFrom(
  ...[
    'Host: a.test',
    'Host: b.test',
    'Host : a.test',
    'Content-Length: 5',
    'Content-Length: 0',
    'Content-Length: 5, 5',
  ],
  ...[
    'Content-Length: +5',
    'Content-Length: 9007199254740993',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: xchunked',
  ],
  ...['Transfer-Encoding:\tchunked', 'Transfer-Encoding : chunked', 'Transfer_Encoding: chunked', 'X: y\r\n folded'],
  ...['Connection: close', 'Connection: Content-Length', 'Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket'],
  ...['Expect: 100-continue', 'TE: trailers', 'Trailer: X', 'X: \x01', 'X: a\rb', 'X: a\nb', 'Cookie: a=b', ''],
)
const requestLine = fc.constantFrom(
  ...[
    'GET / HTTP/1.1',
    'POST / HTTP/1.1',
    'POST /a/../b HTTP/1.1',
    'HEAD / HTTP/1.1',
    'GET / HTTP/1.0',
    'GET  /  HTTP/1.1',
  ],
  ...[
    'PUT http://a.test/x HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'DELETE /%00 HTTP/1.1',
    'GET /#x HTTP/1.1',
    'POST /?q HTTP/1.1',
  ],
)
const body = fc.constantFrom(
  ...[
    '',
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    '5\nhello\n0\n\n',
  ],
  ...['GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n', '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n'],
)
/** Requests of all kinds, byte for byte, good ones and such as want to be read in two ways. */
export const rawRequest = fc
  .tuple(requestLine, fc.array(fields, { maxLength: 3 }), fc.boolean(), body)
  .map(([line, some, hasHost, rest]) =>
    [line, ...(hasHost ? ['Host: a.test'] : []), ...some.filter(field => field !== ''), '', rest].join('\r\n'),
  )
