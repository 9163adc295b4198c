import type { PathOptions, PathType, RouteTable } from '../src/index.ts'

/** What becomes of a request: the target it is sent to, the code it is refused with, or nothing that takes it. */
export type Outcome = 'public' | 'guarded' | 'api' | 'wild' | 'bad-host' | 'bad-path' | 'ambiguous-path' | 'not-found'

export interface BypassCase {
  /** What the sender hopes for, or why a harmless request has to pass. */
  readonly trick: string
  readonly routes: keyof typeof TABLES
  /** The Host header; `a.test` if it is not part of the trick. */
  readonly host?: string
  /** The request target in origin form. */
  readonly target: string
  readonly outcome: Outcome
  readonly options?: PathOptions
}

type Rule = readonly [host: string, pathType: PathType, path: string, target: Outcome]

function table(...rules: readonly Rule[]): RouteTable<Outcome> {
  return { routes: rules.map(([host, pathType, path, target]) => ({ host, pathType, path, target })) }
}

/** In all of them `guarded` is what the sender is after. */
export const TABLES = {
  /** Two neighbours, and nothing for any other path. */
  beside: table(['a.test', 'Prefix', '/public', 'public'], ['a.test', 'Prefix', '/admin', 'guarded']),
  /** Everything is public but one part. */
  within: table(['a.test', 'Prefix', '/', 'public'], ['a.test', 'Prefix', '/admin', 'guarded']),
  /** A guarded part of a guarded part. */
  nested: table(
    ['a.test', 'Prefix', '/', 'public'],
    ['a.test', 'Prefix', '/api', 'api'],
    ['a.test', 'Prefix', '/api/internal', 'guarded'],
  ),
  /** One single path is guarded. */
  exact: table(['a.test', 'Prefix', '/', 'public'], ['a.test', 'Exact', '/admin', 'guarded']),
  /** Only a part of a server is published at all. */
  part: table(['a.test', 'Prefix', '/public', 'public']),
  /** One single path, two elements deep. */
  exactBelow: table(['a.test', 'Prefix', '/', 'public'], ['a.test', 'Exact', '/api/internal', 'guarded']),
  /** A path with a reserved character in it. */
  reserved: table(['a.test', 'Prefix', '/', 'public'], ['a.test', 'Prefix', '/@admin:1', 'guarded']),
  /** A path that is spelled out, with a character others might drop. */
  spelled: table(['a.test', 'Prefix', '/', 'public'], ['a.test', 'Exact', '/v1;beta', 'api']),
  /** One host of many. */
  hosts: table(['*.test', 'Prefix', '/', 'wild'], ['a.test', 'Prefix', '/', 'guarded']),
  /** A wildcard that reads like addresses. */
  addresses: table(['*.0.0.1', 'Prefix', '/', 'wild']),
} as const satisfies Record<string, RouteTable<Outcome>>

export const BYPASS_CASES: readonly BypassCase[] = [
  { trick: 'climbs out of its part', routes: 'beside', target: '/public/../admin', outcome: 'guarded' },
  { trick: 'climbs out with encoded dots', routes: 'beside', target: '/public/%2e%2e/admin', outcome: 'guarded' },
  { trick: 'climbs out with one dot encoded', routes: 'beside', target: '/public/%2E./admin', outcome: 'guarded' },
  { trick: 'climbs out twice', routes: 'beside', target: '/public/a/../../admin/x', outcome: 'guarded' },
  { trick: 'climbs above the root', routes: 'beside', target: '/public/../../../admin', outcome: 'guarded' },
  {
    trick: 'climbs above the root where that is refused',
    routes: 'beside',
    target: '/public/../../admin',
    outcome: 'bad-path',
    options: { aboveRoot: 'refuse' },
  },
  { trick: 'climbs over an encoded slash', routes: 'beside', target: '/public/..%2Fadmin', outcome: 'ambiguous-path' },
  { trick: 'climbs between encoded slashes', routes: 'beside', target: '/public%2f..%2fadmin', outcome: 'not-found' },
  // The element `x%2F..` is no dot segment and is taken away as a whole, so `/public/admin` is what the upstream gets.
  {
    trick: 'climbs over an element in disguise',
    routes: 'beside',
    target: '/public/x%2F../../admin',
    outcome: 'public',
  },
  { trick: 'climbs over two', routes: 'beside', target: '/public/x%2f..%2f..%2fadmin', outcome: 'ambiguous-path' },
  { trick: 'climbs over a backslash', routes: 'beside', target: '/public/..%5Cadmin', outcome: 'ambiguous-path' },
  { trick: 'climbs over a raw backslash', routes: 'beside', target: '/public/..\\admin', outcome: 'bad-path' },
  { trick: 'climbs with a parameter', routes: 'beside', target: '/public/..;/admin', outcome: 'ambiguous-path' },
  { trick: 'climbs with a full one', routes: 'beside', target: '/public/..;a=b/admin', outcome: 'ambiguous-path' },
  { trick: 'climbs with an encoded one', routes: 'beside', target: '/public/..%3B/admin', outcome: 'ambiguous-path' },
  {
    trick: 'hides all of it in a parameter',
    routes: 'beside',
    target: '/public/..;%2Fadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs with overlong dots',
    routes: 'beside',
    target: '/public/%C0%AE%C0%AE/admin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs with one overlong dot',
    routes: 'beside',
    target: '/public/.%c0%ae/admin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over an overlong slash',
    routes: 'beside',
    target: '/public/..%C0%AFadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over a longer slash',
    routes: 'beside',
    target: '/public/..%E0%80%AFadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over the longest slash',
    routes: 'beside',
    target: '/public/..%FC%80%80%80%80%AFadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over a broken sequence',
    routes: 'beside',
    target: '/public/..%c0%2fadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs further where a broken slash is none',
    routes: 'beside',
    target: '/public/a%C0%2Fb%C0%AF..%C0%AF..%C0%AFadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs further where a full-width slash is none',
    routes: 'beside',
    target: '/public/a%EF%BC%8Fb%C1%9C..%C1%9C..%C1%9Cadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs with broken dots',
    routes: 'beside',
    target: '/public/%C0%2E%C0%2E/admin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over an overlong backslash',
    routes: 'beside',
    target: '/public/..%C1%9Cadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over a masked backslash',
    routes: 'beside',
    target: '/public/..%c1%1cadmin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs with full-width dots',
    routes: 'beside',
    target: '/public/%EF%BC%8E%EF%BC%8E/admin',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'climbs over a full-width slash',
    routes: 'beside',
    target: '/public/..%EF%BC%8Fadmin',
    outcome: 'ambiguous-path',
  },
  { trick: 'climbs with dots and a blank', routes: 'beside', target: '/public/..%20/admin', outcome: 'ambiguous-path' },
  { trick: 'climbs with dots and a tab', routes: 'beside', target: '/public/..%09/admin', outcome: 'ambiguous-path' },
  { trick: 'climbs before a NUL', routes: 'beside', target: '/public/..%00/admin', outcome: 'bad-path' },
  { trick: 'climbs with IIS escapes', routes: 'beside', target: '/public/%u002e%u002e/admin', outcome: 'bad-path' },
  { trick: 'climbs with an escaped escape', routes: 'beside', target: '/public/%%32%65/admin', outcome: 'bad-path' },
  { trick: 'climbs behind a fragment', routes: 'beside', target: '/public#/../admin', outcome: 'bad-path' },
  { trick: 'climbs in the query, which is no path', routes: 'beside', target: '/public?/../admin', outcome: 'public' },
  {
    trick: 'escapes twice; one decoding gives text',
    routes: 'beside',
    target: '/public/%252e%252e/admin',
    outcome: 'public',
  },
  { trick: 'escapes a slash twice', routes: 'beside', target: '/public/..%252Fadmin', outcome: 'public' },
  {
    trick: 'climbs over an encoded slash that is decoded first',
    routes: 'beside',
    target: '/public/..%2Fadmin',
    outcome: 'guarded',
    options: { encodedSlash: 'decode' },
  },
  {
    trick: 'climbs over an encoded slash where that is refused',
    routes: 'beside',
    target: '/public/..%2Fadmin',
    outcome: 'bad-path',
    options: { encodedSlash: 'reject' },
  },
  {
    trick: 'climbs after an empty element',
    routes: 'beside',
    target: '/public/%2F..%2F../admin',
    outcome: 'ambiguous-path',
  },
  { trick: 'writes letters as escapes', routes: 'within', target: '/%61dmi%6E/x', outcome: 'guarded' },
  { trick: 'starts with two slashes', routes: 'within', target: '//admin', outcome: 'guarded' },
  {
    trick: 'starts with two slashes that are kept',
    routes: 'within',
    target: '//admin',
    outcome: 'ambiguous-path',
    options: { emptySegments: 'preserve' },
  },
  {
    trick: 'starts with two slashes where that is refused',
    routes: 'within',
    target: '//admin',
    outcome: 'bad-path',
    options: { emptySegments: 'reject' },
  },
  { trick: 'starts with an encoded slash', routes: 'within', target: '/%2Fadmin', outcome: 'ambiguous-path' },
  { trick: 'starts with an encoded backslash', routes: 'within', target: '/%5cadmin', outcome: 'ambiguous-path' },
  { trick: 'starts with a dot', routes: 'within', target: '/./admin', outcome: 'guarded' },
  { trick: 'starts with an overlong dot', routes: 'within', target: '/%C0%AE/admin', outcome: 'ambiguous-path' },
  { trick: 'starts with an empty parameter', routes: 'within', target: '/;/admin', outcome: 'ambiguous-path' },
  { trick: 'starts with a full one', routes: 'within', target: '/;x=y/admin', outcome: 'ambiguous-path' },
  { trick: 'writes a letter overlong', routes: 'within', target: '/%C1%A1dmin', outcome: 'ambiguous-path' },
  { trick: 'writes a letter full-width', routes: 'within', target: '/%EF%BD%81dmin', outcome: 'ambiguous-path' },
  { trick: 'adds a parameter', routes: 'within', target: '/admin;x', outcome: 'ambiguous-path' },
  { trick: 'adds an encoded parameter', routes: 'within', target: '/admin%3bx', outcome: 'ambiguous-path' },
  { trick: 'adds a parameter before more', routes: 'within', target: '/admin;x/users', outcome: 'ambiguous-path' },
  { trick: 'adds an encoded slash', routes: 'within', target: '/admin%2Fusers', outcome: 'ambiguous-path' },
  { trick: 'ends in an encoded slash', routes: 'within', target: '/admin%2f', outcome: 'ambiguous-path' },
  { trick: 'ends in an encoded question mark', routes: 'within', target: '/admin%3F', outcome: 'ambiguous-path' },
  { trick: 'ends in an encoded hash', routes: 'within', target: '/admin%23x', outcome: 'ambiguous-path' },
  { trick: 'ends in a dot', routes: 'within', target: '/admin.', outcome: 'ambiguous-path' },
  { trick: 'ends in dots before more', routes: 'within', target: '/admin.../users', outcome: 'ambiguous-path' },
  { trick: 'ends in a blank', routes: 'within', target: '/admin%20', outcome: 'ambiguous-path' },
  { trick: 'ends in a line feed', routes: 'within', target: '/admin%0A', outcome: 'ambiguous-path' },
  { trick: 'ends in dots and blanks', routes: 'within', target: '/admin.%20./users', outcome: 'ambiguous-path' },
  {
    trick: 'ends in a blank and an encoded slash',
    routes: 'within',
    target: '/admin%20%2Fusers',
    outcome: 'ambiguous-path',
  },
  { trick: 'ends in a NUL and a harmless suffix', routes: 'within', target: '/admin%00.png', outcome: 'bad-path' },
  { trick: 'ends in half an escape', routes: 'within', target: '/admin%2', outcome: 'bad-path' },
  { trick: 'writes a look-alike letter', routes: 'within', target: '/adm\u0131n', outcome: 'bad-path' },
  { trick: 'leaves the guarded part, and is public', routes: 'within', target: '/admin/..', outcome: 'public' },
  { trick: 'leaves it for some only', routes: 'within', target: '/admin/..%2Fpublic', outcome: 'ambiguous-path' },
  { trick: 'has an empty query', routes: 'within', target: '/admin?', outcome: 'guarded' },
  { trick: 'ends in a slash', routes: 'within', target: '/admin/', outcome: 'guarded' },
  { trick: 'differs in case, which counts', routes: 'within', target: '/ADMIN', outcome: 'public' },
  { trick: 'only begins alike', routes: 'within', target: '/administrator', outcome: 'public' },
  {
    trick: 'is a project with a slash in its name',
    routes: 'within',
    target: '/api/projects/group%2Fname',
    outcome: 'public',
  },
  {
    trick: 'is a file with dots, blanks and accents',
    routes: 'within',
    target: '/My%20file.v1..pdf/caf%C3%A9',
    outcome: 'public',
  },
  { trick: 'has harmless parameters', routes: 'within', target: '/flights;from=oslo/to;x=1', outcome: 'public' },
  { trick: 'is guarded however it is read', routes: 'within', target: '/admin/a%2Fb;c=d.', outcome: 'guarded' },
  { trick: 'is full-width in earnest', routes: 'within', target: '/search/%EF%BC%A1%EF%BC%A2', outcome: 'public' },
  {
    trick: 'is Thai, with a byte that begins overlong sequences',
    routes: 'within',
    target: '/%E0%B8%81',
    outcome: 'public',
  },
  { trick: 'doubles the slash between', routes: 'nested', target: '/api//internal', outcome: 'guarded' },
  { trick: 'goes through a neighbour', routes: 'nested', target: '/api/x/../internal', outcome: 'guarded' },
  { trick: 'glues the elements together', routes: 'nested', target: '/api%2Finternal', outcome: 'ambiguous-path' },
  { trick: 'glues the last ones', routes: 'nested', target: '/api/x%2F..%2Finternal', outcome: 'ambiguous-path' },
  { trick: 'adds a parameter between', routes: 'nested', target: '/api;v=1/internal', outcome: 'ambiguous-path' },
  { trick: 'ends the first in a dot', routes: 'nested', target: '/api./internal', outcome: 'ambiguous-path' },
  { trick: 'stays in its part', routes: 'nested', target: '/api/a%2Fb', outcome: 'api' },
  { trick: 'writes a letter as an escape', routes: 'exact', target: '/%61dmin', outcome: 'guarded' },
  { trick: 'doubles the slash', routes: 'exact', target: '//admin', outcome: 'guarded' },
  { trick: 'adds a slash, which is another path', routes: 'exact', target: '/admin/', outcome: 'public' },
  { trick: 'adds a parameter', routes: 'exact', target: '/admin;', outcome: 'ambiguous-path' },
  { trick: 'ends in a dot', routes: 'exact', target: '/admin.', outcome: 'ambiguous-path' },
  {
    trick: 'is guarded for those who drop parameters and then decode',
    routes: 'exactBelow',
    target: '/api%2Finternal;%2Fx',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'is guarded for those who let dots take empty elements away',
    routes: 'exactBelow',
    target: '/api%2F%2F..%2Finternal',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'is guarded for those who merge slashes and then resolve dots',
    routes: 'exactBelow',
    target: '/api%2Fx%2F%2F..%2Finternal',
    outcome: 'ambiguous-path',
  },
  {
    trick: 'reaches what is not published',
    routes: 'part',
    target: '/public/..%2Finternal',
    outcome: 'ambiguous-path',
  },
  { trick: 'reaches the root of what is', routes: 'part', target: '/public/..;/', outcome: 'ambiguous-path' },
  { trick: 'asks for nothing anyone serves', routes: 'part', target: '/x/..%2Fpublic', outcome: 'not-found' },
  { trick: 'encodes what need not be', routes: 'reserved', target: '/%40admin%3A1', outcome: 'ambiguous-path' },
  { trick: 'encodes a part of it', routes: 'reserved', target: '/@admin%3a1/x', outcome: 'ambiguous-path' },
  { trick: 'writes what the rule writes', routes: 'reserved', target: '/@admin:1/x', outcome: 'guarded' },
  { trick: 'is the very path of a rule', routes: 'spelled', target: '/v1;beta', outcome: 'api' },
  { trick: 'is another spelling of it', routes: 'spelled', target: '/v1%3Bbeta', outcome: 'ambiguous-path' },
  { trick: 'writes the host in capitals', routes: 'hosts', host: 'A.TesT', target: '/', outcome: 'guarded' },
  { trick: 'ends the host in a dot', routes: 'hosts', host: 'a.test.', target: '/', outcome: 'guarded' },
  { trick: 'adds a dot and a port', routes: 'hosts', host: 'a.test.:443', target: '/', outcome: 'guarded' },
  { trick: 'ends the host in two dots', routes: 'hosts', host: 'a.test..', target: '/', outcome: 'bad-host' },
  { trick: 'sends two hosts in one', routes: 'hosts', host: 'b.test,a.test', target: '/', outcome: 'bad-host' },
  { trick: 'sends credentials', routes: 'hosts', host: 'b.test@a.test', target: '/', outcome: 'bad-host' },
  { trick: 'sends a path in the host', routes: 'hosts', host: 'b.test/a.test', target: '/', outcome: 'bad-host' },
  { trick: 'escapes a letter of the host', routes: 'hosts', host: '%61.test', target: '/', outcome: 'bad-host' },
  { trick: 'asks for the wildcard itself', routes: 'hosts', host: '*.test', target: '/', outcome: 'bad-host' },
  { trick: 'leaves the wildcard empty', routes: 'hosts', host: '.test', target: '/', outcome: 'bad-host' },
  { trick: 'sends an empty host', routes: 'hosts', host: '', target: '/', outcome: 'bad-host' },
  {
    trick: 'breaks the line of the host',
    routes: 'hosts',
    host: 'b.test\r\nHost: a.test',
    target: '/',
    outcome: 'bad-host',
  },
  { trick: 'uses a full-width dot', routes: 'hosts', host: 'a\uff0etest', target: '/', outcome: 'bad-host' },
  { trick: 'goes one label deeper', routes: 'hosts', host: 'x.a.test', target: '/', outcome: 'not-found' },
  { trick: 'leaves the label out', routes: 'hosts', host: 'test', target: '/', outcome: 'not-found' },
  { trick: 'has an underscore', routes: 'hosts', host: '_x.test', target: '/', outcome: 'wild' },
  { trick: 'is punycode', routes: 'hosts', host: 'xn--80ak6aa92e.test', target: '/', outcome: 'wild' },
  {
    trick: 'is an address the wildcard covers',
    routes: 'addresses',
    host: '127.0.0.1',
    target: '/',
    outcome: 'not-found',
  },
  { trick: 'is that address with a dot', routes: 'addresses', host: '127.0.0.1.', target: '/', outcome: 'not-found' },
  { trick: 'is that address with zeros', routes: 'addresses', host: '0127.0.0.1', target: '/', outcome: 'not-found' },
  {
    trick: 'is an IPv6 address that ends like it',
    routes: 'addresses',
    host: '[::127.0.0.1]',
    target: '/',
    outcome: 'not-found',
  },
  { trick: 'is a bare IPv6 address', routes: 'addresses', host: '::1', target: '/', outcome: 'bad-host' },
  { trick: 'is a name under it', routes: 'addresses', host: 'x.0.0.1', target: '/', outcome: 'wild' },
  { trick: 'is deeper than anyone needs', routes: 'within', target: '/a'.repeat(4000), outcome: 'bad-path' },
  { trick: 'is deep and short', routes: 'within', target: '/a'.repeat(1000), outcome: 'public' },
]
