/** One raw request (or several), and what has to become of it. `{N*TEXT}` stands for N repetitions of TEXT. */
export interface RawCase {
  readonly name: string
  /** Sent as latin1, byte for byte. */
  readonly send: string
  /** The statuses the client may be answered first; nothing may have reached the upstream. */
  readonly refused?: readonly number[]
  /** What the upstream received, request by request: request line, fields (sorted, without the proxy's own), body. */
  readonly forwarded?: readonly string[]
  /** The client's connection is closed, and what the upstream received, if anything, was not a whole request. */
  readonly incomplete?: true
}

const refusedWith = (name: string, send: string, ...refused: number[]): RawCase => ({
  ...{ name, send },
  refused: refused.length === 0 ? [400] : refused,
})
const forwarded = (name: string, send: string, ...upstream: string[]): RawCase => ({ name, send, forwarded: upstream })
const incomplete = (name: string, send: string): RawCase => ({ name, send, incomplete: true })

const HEAD = 'HTTP/1.1\r\nHost: a.test\r\n'
const post = (fields: string, body = '') => `POST / ${HEAD}${fields}\r\n\r\n${body}`
const get = (fields: string) => `GET / ${HEAD}${fields}\r\n\r\n`
const target = (form: string) => `GET ${form} ${HEAD}\r\n`
const hostField = (field: string) => `GET / HTTP/1.1\r\n${field}\r\n\r\n`
const chunked = (body: string) => post('Transfer-Encoding: chunked', body)
const PLAIN = 'GET / HTTP/1.1|host: a.test|'
const SECOND = 'GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n'

/** How long a message is: the fields that say it. */
const framing: RawCase[] = [
  refusedWith(
    'both lengths, encoding last',
    post('Content-Length: 4\r\nTransfer-Encoding: chunked', '1\r\nZ\r\n0\r\n\r\n'),
  ),
  refusedWith(
    'both lengths, encoding first',
    post('Transfer-Encoding: chunked\r\nContent-Length: 4', '1\r\nZ\r\n0\r\n\r\n'),
  ),
  refusedWith(
    'both lengths that agree on nothing',
    post('Content-Length: 0\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  ),
  refusedWith(
    'an encoding with a capital letter in it beside a length',
    post('Content-Length: 5\r\nTRANSFER-ENCODING: Chunked', '0\r\n\r\n'),
  ),
  forwarded(
    'the one encoding in any case',
    post('Transfer-Encoding: CHUNKED', '3\r\nabc\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  refusedWith('gzip before chunked', post('Transfer-Encoding: gzip, chunked', '0\r\n\r\n')),
  refusedWith('chunked twice in one line', post('Transfer-Encoding: chunked, chunked', '0\r\n\r\n')),
  refusedWith('chunked and then nothing', post('Transfer-Encoding: chunked,', '0\r\n\r\n')),
  refusedWith('nothing and then chunked', post('Transfer-Encoding: , chunked', '0\r\n\r\n')),
  refusedWith('chunked with a parameter', post('Transfer-Encoding: chunked;q=1', '0\r\n\r\n')),
  refusedWith('chunked in quotes', post(`Transfer-Encoding: 'chunked'`, '0\r\n\r\n')),
  refusedWith('chunked cut short', post('Transfer-Encoding: chunke', '0\r\n\r\n')),
  refusedWith('chunked with a tail', post('Transfer-Encoding: chunkedd', '0\r\n\r\n')),
  refusedWith('an empty encoding', post('Transfer-Encoding:', '0\r\n\r\n')),
  refusedWith('identity', post('Transfer-Encoding: identity', '')),
  refusedWith(
    'two lines, chunked and identity',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', '0\r\n\r\n'),
  ),
  refusedWith(
    'two lines, identity and chunked',
    post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  ),
  refusedWith('an encoding after a vertical tab', post('Transfer-Encoding: \x0bchunked', '0\r\n\r\n')),
  refusedWith('an encoding before a form feed', post('Transfer-Encoding: chunked\x0c', '0\r\n\r\n')),
  refusedWith('an encoding with NUL at its end', post('Transfer-Encoding: chunked\x00', '0\r\n\r\n')),
  refusedWith('an encoding with a non-breaking space', post('Transfer-Encoding: \xa0chunked', '0\r\n\r\n')),
  refusedWith('a tab before the colon', post('Transfer-Encoding\t: chunked', '0\r\n\r\n')),
  refusedWith('a folded encoding', post('Transfer-Encoding: chun\r\n ked', '0\r\n\r\n')),
  refusedWith(
    'an encoding in HTTP/1.0',
    'POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ),
  refusedWith('an encoding hidden behind a bare LF', post('X: y\nTransfer-Encoding: chunked', '0\r\n\r\n')),
  refusedWith('an encoding hidden behind a bare CR', post('X: y\rTransfer-Encoding: chunked', '0\r\n\r\n')),
  forwarded(
    'a name that only looks like Transfer-Encoding',
    post('Transfer_Encoding: chunked\r\nContent-Length: 3', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
]

/** Lengths that are not plainly a number. */
const lengths: RawCase[] = [
  forwarded('a plain length', post('Content-Length: 3', 'abc'), 'POST / HTTP/1.1|content-length: 3|host: a.test|abc'),
  forwarded(
    'a length with spaces around it',
    post('Content-Length:  \t3 ', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  forwarded(
    'a length with zeros before it',
    post('Content-Length: 003', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  forwarded(
    'a body on GET',
    `GET / ${HEAD}Content-Length: 3\r\n\r\nabc`,
    'GET / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  forwarded(
    'no body on GET, and then another request',
    `GET / ${HEAD}Content-Length: 0\r\n\r\n${SECOND}`,
    PLAIN,
    'GET /second HTTP/1.1|host: a.test|',
  ),
  refusedWith('a negative length', post('Content-Length: -3', 'abc')),
  refusedWith('a signed length', post('Content-Length: +3', 'abc')),
  refusedWith('a hexadecimal length', post('Content-Length: 0x3', 'abc')),
  refusedWith('an octal-looking length', post('Content-Length: 0o3', 'abc')),
  refusedWith('a length with a fraction', post('Content-Length: 3.0', 'abc')),
  refusedWith('a length with an underscore', post('Content-Length: 1_0', '0123456789')),
  refusedWith('a length with an exponent', post('Content-Length: 1e1', '0123456789')),
  refusedWith('a length with a space inside', post('Content-Length: 1 0', '0123456789')),
  refusedWith('a length in quotes', post('Content-Length: "3"', 'abc')),
  refusedWith('a length with a comment', post('Content-Length: 3 (three)', 'abc')),
  refusedWith('the same length twice in one line', post('Content-Length: 3, 3', 'abc')),
  refusedWith('two lengths in one line', post('Content-Length: 3,4', 'abc')),
  refusedWith('the same length on two lines', post('Content-Length: 3\r\nContent-Length: 3', 'abc')),
  refusedWith('two lengths on two lines', post('Content-Length: 3\r\nContent-Length: 0', 'abc')),
  refusedWith('a length and an empty one', post('Content-Length: 3\r\nContent-Length:', 'abc')),
  refusedWith('an empty length', post('Content-Length:', 'abc')),
  refusedWith('a length that JavaScript would round', post('Content-Length: 9007199254740993', 'abc')),
  refusedWith('a length of exactly 2^53', post('Content-Length: 9007199254740992', 'abc')),
  refusedWith('a length beyond 64 bits', post('Content-Length: 18446744073709551619', 'abc')),
  refusedWith('a length in full-width digits', post('Content-Length: \xef\xbc\x93', 'abc')),
  refusedWith('a length with a trailing CR', post('Content-Length: 3\r', 'abc')),
  incomplete('a body shorter than its length', post('Content-Length: 10', 'abc')),
]

/** What chunks are made of. */
const chunks: RawCase[] = [
  forwarded(
    'chunks of several sizes become one body',
    chunked('2\r\nab\r\n00003\r\ncde\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abcde',
  ),
  forwarded(
    'a chunk size in hexadecimal',
    chunked('A\r\n0123456789\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|0123456789',
  ),
  forwarded(
    'a chunk extension is dropped',
    chunked('3;name=value\r\nabc\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  forwarded(
    'a quoted chunk extension is dropped',
    chunked('3;n="a b"\r\nabc\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  forwarded(
    'trailers that nobody announced are not passed on',
    chunked('3\r\nabc\r\n0\r\nX-After: 1\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  forwarded(
    'trailers that look like a request are trailers',
    chunked(`3\r\nabc\r\n0\r\nGET /second HTTP/1.1: x\r\n\r\n`).replace('GET /second HTTP/1.1', 'GET-second'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  incomplete('a negative chunk size', chunked('-1\r\na\r\n0\r\n\r\n')),
  incomplete('a chunk size with 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk size with a space before', chunked(' 3\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk size with a tab after', chunked('3\t\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk size that wraps at 64 bits', chunked('10000000000000003\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk size that is no number', chunked('three\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk longer than its size', chunked('3\r\nabcd\r\n0\r\n\r\n')),
  incomplete('a chunk shorter than its size', chunked('4\r\nabc\r\n0\r\n\r\n')),
  incomplete('a bare LF after a chunk size', chunked('3\nabc\r\n0\r\n\r\n')),
  incomplete('a bare LF after a chunk', chunked('3\r\nabc\n0\r\n\r\n')),
  incomplete('a bare CR after a chunk size', chunked('3\rabc\r\n0\r\n\r\n')),
  incomplete('a bare LF in a chunk extension', chunked('3;a\nabc\r\n0\r\n\r\n')),
  incomplete('a NUL in a chunk extension', chunked('3;a\x00=b\r\nabc\r\n0\r\n\r\n')),
  incomplete('a CR in a chunk extension', chunked('3;a\r=b\r\nabc\r\n0\r\n\r\n')),
  incomplete('a chunk extension of 20 KB', chunked('3;{20000*a}\r\nabc\r\n0\r\n\r\n')),
  incomplete(
    'small chunks with large extensions',
    chunked('{4000*1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=y\r\nZ\r\n}0\r\n\r\n'),
  ),
  incomplete('a last chunk that ends in LF', chunked('3\r\nabc\r\n0\n\n')),
  incomplete('a trailer without a colon', chunked('3\r\nabc\r\n0\r\nnonsense\r\n\r\n')),
  incomplete('a trailer with a space before its colon', chunked('3\r\nabc\r\n0\r\nX : y\r\n\r\n')),
  incomplete('a trailer that says Content-Length', chunked('3\r\nabc\r\n0\r\nContent-Length: 30\r\n\r\n')),
  incomplete('a body without its last chunk', chunked('3\r\nabc\r\n')),
]

/** The request line and the lines after it. */
const lines: RawCase[] = [
  refusedWith('a bare LF after the request line', 'GET / HTTP/1.1\nHost: a.test\r\n\r\n'),
  refusedWith('bare LFs everywhere', 'GET / HTTP/1.1\nHost: a.test\n\n'),
  refusedWith('a bare CR after the request line', 'GET / HTTP/1.1\rHost: a.test\r\n\r\n'),
  refusedWith('a bare CR in a value', get('X: a\rb')),
  refusedWith('a folded field', get('X: a\r\n b')),
  refusedWith('a field folded with a tab', get('X: a\r\n\tb')),
  refusedWith('a space before the first field', `GET / HTTP/1.1\r\n Host: a.test\r\n\r\n`),
  refusedWith('a space before a colon', get('X-Name : a')),
  refusedWith('a space inside a name', get('X Name: a')),
  refusedWith('a name with a NUL', get('X\x00: a')),
  refusedWith('a name with a slash', get('X/Y: a')),
  refusedWith('a name with a parenthesis', get('X(Y): a')),
  refusedWith('an empty name', get(': a')),
  refusedWith('a line without a colon', get('nonsense')),
  refusedWith('a NUL in a value', get('X: a\x00')),
  refusedWith('a backspace in a value', get('X: a\x08')),
  refusedWith('a DEL in a value', get('X: a\x7f')),
  forwarded('high bytes in a value', get('X-Name: caf\xe9'), 'GET / HTTP/1.1|host: a.test|x-name: caf\xe9|'),
  forwarded('an empty value', get('X-Name:'), 'GET / HTTP/1.1|host: a.test|x-name: |'),
  forwarded('the same field twice', get('X-Name: 1\r\nX-Name: 2'), 'GET / HTTP/1.1|host: a.test|x-name: 1|x-name: 2|'),
  refusedWith('a tab in the request line', `GET\t/\tHTTP/1.1\r\nHost: a.test\r\n\r\n`),
  refusedWith('no version', `GET /\r\nHost: a.test\r\n\r\n`, 400, 505),
  refusedWith('a version with a comma', `GET / HTTP/1,1\r\nHost: a.test\r\n\r\n`),
  refusedWith('HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a.test\r\n\r\n'),
  refusedWith('HTTP/0.9 with a version', 'GET / HTTP/0.9\r\nHost: a.test\r\n\r\n', 400, 505),
  refusedWith('HTTP/2.0 in a request line', 'GET / HTTP/2.0\r\nHost: a.test\r\n\r\n', 400, 505),
  refusedWith('HTTP/3.0 in a request line', 'GET / HTTP/3.0\r\nHost: a.test\r\n\r\n', 400, 505),
  refusedWith('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 505),
  refusedWith('another protocol', 'DESCRIBE / RTSP/1.0\r\nHost: a.test\r\n\r\n'),
  refusedWith('OPTIONS of another protocol', 'OPTIONS / RTSP/1.0\r\nHost: a.test\r\n\r\n'),
  refusedWith('a method of another protocol', `SOURCE / ${HEAD}\r\n`),
  refusedWith('a method in lower case', `get / ${HEAD}\r\n`, 400, 501),
  refusedWith('a method nobody knows', `FROBNICATE / ${HEAD}\r\n`, 501),
  refusedWith('a method that is no token', `GE{T / ${HEAD}\r\n`),
  refusedWith('TRACE', `TRACE / ${HEAD}Cookie: secret\r\n\r\n`, 405),
  refusedWith('CONNECT', 'CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n', 405),
  refusedWith('CONNECT with a path', `CONNECT / ${HEAD}\r\n`, 400, 405),
  refusedWith('a request of 20 KB of fields', get('X: {20000*a}'), 431),
  refusedWith('a request of 300 fields', get('{299*X: y\r\n}Z: y'), 431),
  refusedWith('a field name of 1,000 bytes', get('{1000*a}: y'), 431),
  refusedWith('a TLS handshake', '\x16\x03\x01\x00\x05hello'),
  forwarded('an empty line before the request', `\r\n${target('/')}`, PLAIN),
  forwarded('a method from WebDAV', `SEARCH / ${HEAD}\r\n`, 'SEARCH / HTTP/1.1|host: a.test|'),
]

/** Which host is meant. */
const hosts: RawCase[] = [
  forwarded(
    'a host with port and capitals is forwarded as received',
    hostField('Host: A.Test:8080'),
    'GET / HTTP/1.1|host: A.Test:8080|',
  ),
  refusedWith('no host', 'GET / HTTP/1.1\r\n\r\n'),
  refusedWith('an empty host', hostField('Host:')),
  refusedWith('the same host twice', hostField('Host: a.test\r\nHost: a.test')),
  refusedWith('two hosts', hostField('Host: a.test\r\nX: y\r\nHost: b.test')),
  refusedWith('two hosts in one line', hostField('Host: a.test, b.test')),
  refusedWith('a host with userinfo', hostField('Host: a.test@b.test')),
  refusedWith('a host with a path', hostField('Host: a.test/x')),
  refusedWith('a host with a query', hostField('Host: a.test?x')),
  refusedWith('a host with a fragment', hostField('Host: a.test#x')),
  refusedWith('a host with a space', hostField('Host: a.test b')),
  refusedWith('a host with a percent sign', hostField('Host: a%2etest')),
  refusedWith('a host with an asterisk', hostField('Host: *.test')),
  refusedWith('a host of UTF-8', hostField('Host: \xc3\xa9.test')),
  refusedWith('a host with an empty label', hostField('Host: a..test')),
  refusedWith('a host with a dot before it', hostField('Host: .a.test')),
  refusedWith('a host with two dots after it', hostField('Host: a.test..')),
  refusedWith('a port that is no number', hostField('Host: a.test:http')),
  refusedWith('a port above 65535', hostField('Host: a.test:65536')),
  refusedWith('a negative port', hostField('Host: a.test:-1')),
  refusedWith('an IPv6 address without brackets', hostField('Host: ::1')),
  refusedWith('an IPv6 address that does not end', hostField('Host: [::1')),
  refusedWith('a host with a space before its colon', hostField('Host : a.test')),
  refusedWith('a folded host', hostField('Host: a.\r\n test')),
  refusedWith('a host with a quotation mark', hostField('Host: "a.test"')),
  forwarded(
    'a target in absolute form decides the host',
    `GET http://a.test/x?y HTTP/1.1\r\nHost: b.test\r\n\r\n`,
    'GET /x?y HTTP/1.1|host: a.test|',
  ),
  forwarded('a target in absolute form without a path', `GET http://a.test HTTP/1.1\r\nHost: a.test\r\n\r\n`, PLAIN),
  forwarded(
    'a target in absolute form with a query only',
    `GET http://a.test?x HTTP/1.1\r\nHost: a.test\r\n\r\n`,
    'GET /?x HTTP/1.1|host: a.test|',
  ),
  forwarded('a target in absolute form with https', `GET HTTPS://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n`, PLAIN),
  refusedWith('absolute form with userinfo', 'GET http://x@a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'),
  refusedWith('absolute form with a bad host beside it', 'GET http://a.test/ HTTP/1.1\r\nHost: a.test/b\r\n\r\n'),
  refusedWith('absolute form without Host', 'GET http://a.test/ HTTP/1.1\r\n\r\n'),
  refusedWith('absolute form with two Hosts', 'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n'),
  refusedWith('absolute form without an authority', target('http:///x')),
  refusedWith('absolute form of another scheme', target('ftp://a.test/')),
  refusedWith('a file', target('file:///etc/passwd')),
  refusedWith('authority form', target('a.test:80')),
  refusedWith('asterisk form', `OPTIONS * ${HEAD}\r\n`),
  refusedWith('asterisk form with GET', target('*')),
]

/** Paths that are not what they seem. `/admin` belongs to another upstream. */
const paths: RawCase[] = [
  refusedWith('a raw fragment', target('/x#y')),
  refusedWith('a raw fragment in the query', target('/x?y#z')),
  refusedWith('a raw backslash', target('/x\\..\\admin')),
  refusedWith('an encoded NUL', target('/x%00.html')),
  refusedWith('a percent sign alone', target('/100%')),
  refusedWith('an escape that is none', target('/%g1')),
  refusedWith('raw UTF-8 in a path', target('/caf\xc3\xa9')),
  refusedWith('a path beside another through an encoded slash', target('/x/..%2fadmin')),
  refusedWith('a path beside another through a parameter', target('/x/..;/admin')),
  refusedWith('a path beside another through an encoded backslash', target('/x/..%5cadmin')),
  refusedWith('a query alone', target('?x')),
  refusedWith('a path of 9,000 bytes', target('/{9000*a}'), 400, 414),
  refusedWith('a control byte in the query', target('/?a\x01b')),
  forwarded('dot segments are resolved', target('/x/./y/../z'), 'GET /x/z HTTP/1.1|host: a.test|'),
  forwarded('encoded dot segments are resolved', target('/x/%2E%2e/y'), 'GET /y HTTP/1.1|host: a.test|'),
  forwarded('needless escapes are decoded', target('/%7euser/%41'), 'GET /~user/A HTTP/1.1|host: a.test|'),
  forwarded('a doubly encoded dot stays encoded', target('/%252e%252e/x'), 'GET /%252e%252e/x HTTP/1.1|host: a.test|'),
  forwarded(
    'encoded line ends stay encoded',
    target('/x%0d%0aSet-Cookie:a'),
    'GET /x%0D%0ASet-Cookie:a HTTP/1.1|host: a.test|',
  ),
  forwarded(
    'the query is not touched',
    target('/?a=%2e%2E/../%zz&&;=\\'),
    'GET /?a=%2e%2E/../%zz&&;=\\ HTTP/1.1|host: a.test|',
  ),
]

/** Fields that are for one connection, or that claim what only the proxy may say. */
const hops: RawCase[] = [
  forwarded(
    'hop-by-hop fields stay behind',
    get('Keep-Alive: timeout=9\r\nProxy-Connection: close\r\nProxy-Authorization: x\r\nTE: trailers\r\nTrailer: x'),
    PLAIN,
  ),
  forwarded(
    'a nominated field stays behind',
    get('Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2'),
    'GET / HTTP/1.1|host: a.test|x-end: 2|',
  ),
  forwarded(
    'several nominations',
    get('Connection: close, x-a\r\nConnection: X-B\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3'),
    'GET / HTTP/1.1|host: a.test|x-c: 3|',
  ),
  forwarded('Host cannot be nominated', get('Connection: Host'), PLAIN),
  forwarded(
    'Content-Length cannot be nominated',
    post('Connection: Content-Length\r\nContent-Length: 3', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  forwarded(
    'Transfer-Encoding cannot be nominated',
    post('Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'),
    'POST / HTTP/1.1|host: a.test|transfer-encoding: chunked|abc',
  ),
  forwarded(
    'Authorization cannot be nominated',
    get('Connection: Authorization\r\nAuthorization: x'),
    'GET / HTTP/1.1|authorization: x|host: a.test|',
  ),
  forwarded(
    'Cookie cannot be nominated',
    get('Connection: cookie\r\nCookie: x'),
    'GET / HTTP/1.1|cookie: x|host: a.test|',
  ),
  forwarded(
    'claims about the client are dropped',
    get('X-Forwarded-For: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-Proto: https'),
    PLAIN,
  ),
  forwarded(
    'claims about the target are dropped',
    get('X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-Forwarded-Host: b.test\r\nX-Forwarded-Prefix: /admin'),
    PLAIN,
  ),
  forwarded('claims with underscores are dropped', get('X_Forwarded_For: 1.1.1.1\r\nContent_Length: 9'), PLAIN),
  forwarded(
    'an upgrade to h2c is passed over',
    get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__'),
    PLAIN,
  ),
  forwarded('an upgrade to anything is passed over', get('Connection: Upgrade\r\nUpgrade: frob/1'), PLAIN),
  forwarded('an upgrade that Connection does not name is passed over', get('Upgrade: websocket'), PLAIN),
  refusedWith(
    'an upgrade with a body',
    `GET / ${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
  ),
  forwarded(
    'an upgrade in HTTP/1.0 is passed over',
    'GET / HTTP/1.0\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    PLAIN,
  ),
  forwarded(
    'an upgrade by POST is passed over',
    post('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  refusedWith('an expectation nobody knows', post('Expect: gold\r\nContent-Length: 3', 'abc'), 417),
  refusedWith(
    'an expectation with something before it',
    post('Expect: x 100-continue\r\nContent-Length: 3', 'abc'),
    417,
  ),
  refusedWith(
    'two expectations',
    post('Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3', 'abc'),
    417,
  ),
  forwarded(
    'an expectation is met here',
    post('Expect: 100-continue\r\nContent-Length: 3', 'abc'),
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
  ),
  forwarded(
    'names of JavaScript are names',
    get('__proto__: x\r\nconstructor: y\r\ntoString: z'),
    'GET / HTTP/1.1|constructor: y|host: a.test|tostring: z|',
  ),
]

/** Several requests on one connection. */
const pipelines: RawCase[] = [
  forwarded('two requests', target('/') + SECOND, PLAIN, 'GET /second HTTP/1.1|host: a.test|'),
  forwarded(
    'a body, and then a request',
    post('Content-Length: 3', 'abc') + SECOND,
    'POST / HTTP/1.1|content-length: 3|host: a.test|abc',
    'GET /second HTTP/1.1|host: a.test|',
  ),
  forwarded(
    'a request in a body is a body',
    post('Content-Length: 41', `${SECOND}123`),
    `POST / HTTP/1.1|content-length: 41|host: a.test|${SECOND}123`,
  ),
  forwarded(
    'a request after one that is malformed is not read',
    `${target('/')}GET / HTTP/1.1\r\nHost : x\r\n\r\n${SECOND}`,
    PLAIN,
  ),
  refusedWith('nothing is read after a refusal', hostField('Host: a.test\r\nHost: b.test') + SECOND),
  refusedWith('nothing is read after a refused body', post('Transfer-Encoding: gzip, chunked', `0\r\n\r\n${SECOND}`)),
  refusedWith('nothing is read after a refused path', target('/%00') + SECOND),
]

/** Every case, by what it is about. */
export const smugglingCases: Readonly<Record<string, readonly RawCase[]>> = {
  framing,
  lengths,
  chunks,
  lines,
  hosts,
  paths,
  hops,
  pipelines,
}
