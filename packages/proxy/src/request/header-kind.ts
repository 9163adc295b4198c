/**
 * What the proxy does with a request field, by its name. Everything else is end-to-end and passed on untouched, and what
 * is `vouched-for` if its peer is trusted.
 */
export type HeaderKind =
  | 'host'
  | 'content-length'
  | 'transfer-encoding'
  | 'connection'
  | 'upgrade'
  | 'expect'
  | 'te'
  | 'hop-by-hop'
  | 'forwarded'
  | 'vouched-for'
  | 'request-id'
  | 'trailer'

const kinds: Readonly<Record<string, HeaderKind>> = {
  host: 'host',
  'content-length': 'content-length',
  'transfer-encoding': 'transfer-encoding',
  connection: 'connection',
  upgrade: 'upgrade',
  expect: 'expect',
  te: 'te',
  trailer: 'trailer',
  'keep-alive': 'hop-by-hop',
  'proxy-connection': 'hop-by-hop',
  'proxy-authenticate': 'hop-by-hop',
  'proxy-authorization': 'hop-by-hop',
  'proxy-authentication-info': 'hop-by-hop',
  'http2-settings': 'hop-by-hop',
  // What an upstream may take as the truth about the client or the request's target comes from the proxy alone.
  forwarded: 'forwarded',
  'x-forwarded-for': 'forwarded',
  'x-forwarded-proto': 'forwarded',
  'x-forwarded-host': 'forwarded',
  'x-forwarded-port': 'forwarded',
  'x-forwarded-server': 'forwarded',
  'x-forwarded-scheme': 'forwarded',
  'x-forwarded-ssl': 'forwarded',
  'x-forwarded-prefix': 'forwarded',
  'x-forwarded-uri': 'forwarded',
  'x-forwarded-path': 'forwarded',
  'x-forwarded-method': 'forwarded',
  'x-original-forwarded-for': 'forwarded',
  'x-original-host': 'forwarded',
  'x-original-uri': 'forwarded',
  'x-original-url': 'forwarded',
  'x-rewrite-url': 'forwarded',
  'x-real-ip': 'forwarded',
  'x-scheme': 'forwarded',
  // A name of CGI for a setting of the upstream's own: it becomes HTTP_PROXY, through which it would call others.
  proxy: 'forwarded',
  // What an upstream takes for the word of a proxy that has ended the client's TLS (RFC 9440 2.4): of its certificate,
  ...vouchedFor('client-cert', 'client-cert-chain', 'x-client-cert', 'x-ssl-client-cert', 'x-ssl-client-verify'),
  ...vouchedFor('x-forwarded-client-cert', 'x-forwarded-tls-client-cert', 'x-forwarded-tls-client-cert-info'),
  ...vouchedFor('ssl-client-cert', 'ssl-client-verify', 'ssl-client-subject-dn', 'ssl-client-issuer-dn'),
  // and of there having been TLS.
  ...vouchedFor('x-forwarded-protocol', 'x-forwarded-https', 'x-url-scheme', 'front-end-https'),
  'x-request-id': 'request-id',
}

function vouchedFor(...names: string[]): Record<string, HeaderKind> {
  return Object.fromEntries(names.map(name => [name, 'vouched-for']))
}

/** Whether a name of this length can be special at all: most are not, and need no lower-casing to find out. */
const byLength: boolean[] = []
const byName = new Map<string, HeaderKind>(Object.entries(kinds))
for (const name of byName.keys()) byLength[name.length] = true

/** The kind of a field name in any case; `undefined` for one that is passed on as it is. */
export function headerKind(name: string): HeaderKind | undefined {
  return byLength[name.length] === true ? byName.get(name.toLowerCase()) : undefined
}
