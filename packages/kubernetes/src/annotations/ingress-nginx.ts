import type { BackendProtocol } from '../resolve-backend.ts'
import type { Ingress } from '../schema/ingress.ts'
import type { BackendAsks, IngressAsks, RouteAsks } from './asks.ts'
import { canHonour, readNginxPath } from './nginx-paths.ts'
import {
  isOrigin,
  isToken,
  readAddresses,
  readBoolean,
  readCount,
  readList,
  readLocation,
  readPlainPath,
  readSize,
} from './values.ts'

const NGINX_PREFIX = 'nginx.ingress.kubernetes.io/'

/** All annotations of an Ingress that have the prefix, without it. */
type Annotations = Readonly<Record<string, string>>

interface Asks {
  readonly routes?: RouteAsks
  readonly backends?: BackendAsks
}

/** What an annotation asks for; `undefined` if that cannot be honoured. */
type Reader = (value: string, all: Annotations) => Asks | undefined

const nothing: Asks = {}

/** An annotation that only says more about another one, and is honoured if that one is. */
const detailOf = (main: string): Reader => {
  return (_, all) => (all[main] !== undefined && readers[main]?.(all[main], all) !== undefined ? nothing : undefined)
}

/** What each annotation means. One that is not here is not supported. */
const readers: Readonly<Record<string, Reader>> = {
  'ssl-redirect': value => routesIf(readBoolean(value), on => (on ? {} : { https: 'optional' })),
  'force-ssl-redirect': value => routesIf(readBoolean(value), on => (on ? { https: 'required' } : {})),
  'backend-protocol': value => backendsIf(protocols[value.toUpperCase()], protocol => ({ protocol })),
  'proxy-body-size': value => routesIf(readSize(value), maxBodyBytes => ({ maxBodyBytes })),
  'proxy-read-timeout': (value, all) =>
    routesIf(readCount(value) || undefined, seconds => ({
      headTimeout: seconds * 1_000,
      bodyIdleTimeout: idleTimeout(all),
    })),
  'proxy-send-timeout': (value, all) =>
    routesIf(readCount(value) || undefined, () => ({ bodyIdleTimeout: idleTimeout(all) })),
  // Two lists would leave open which one counts.
  'whitelist-source-range': (value, all) => allowOnly(value, all['allowlist-source-range']),
  'allowlist-source-range': (value, all) => allowOnly(value, all['whitelist-source-range']),
  'denylist-source-range': value => routesIf(readAddresses(value), deny => ({ deny })),
  'permanent-redirect': (value, all) => redirectTo(value, all['permanent-redirect-code'], 301),
  'permanent-redirect-code': detailOf('permanent-redirect'),
  'temporal-redirect': (value, all) =>
    all['permanent-redirect'] === undefined ? redirectTo(value, all['temporal-redirect-code'], 302) : undefined,
  'temporal-redirect-code': detailOf('temporal-redirect'),
  'app-root': (value, all) => {
    const isElsewhere = all['permanent-redirect'] !== undefined || all['temporal-redirect'] !== undefined
    const location = isElsewhere ? undefined : readPlainPath(value)
    return routesIf(location, to => ({ redirect: { status: 302, location: to, at: '/' } }))
  },
  'limit-rps': (value, all) => rateLimit(value, all, 1),
  'limit-rpm': (value, all) => (all['limit-rps'] === undefined ? rateLimit(value, all, 60) : undefined),
  'limit-burst-multiplier': (value, all) =>
    readCount(value) && (all['limit-rps'] ?? all['limit-rpm']) !== undefined ? nothing : undefined,
  affinity: (value, all) =>
    value === 'cookie' ? backendsIf(cookieAffinity(all), affinity => ({ affinity })) : undefined,
  'session-cookie-name': detailOf('affinity'),
  'session-cookie-max-age': detailOf('affinity'),
  'session-cookie-path': detailOf('affinity'),
  'enable-cors': (value, all) =>
    value === 'true' ? routesIf(corsOf(all), cors => ({ cors })) : value === 'false' ? nothing : undefined,
  'cors-allow-origin': detailOf('enable-cors'),
  'cors-allow-methods': detailOf('enable-cors'),
  'cors-allow-headers': detailOf('enable-cors'),
  'cors-expose-headers': detailOf('enable-cors'),
  'cors-allow-credentials': detailOf('enable-cors'),
  'cors-max-age': detailOf('enable-cors'),
}

/** The annotations that are supported, without the prefix. */
export const supportedNginxAnnotations: readonly string[] = [
  ...Object.keys(readers),
  'rewrite-target',
  'use-regex',
].sort()

const protocols: Readonly<Record<string, BackendProtocol>> = { HTTP: 'http', HTTPS: 'https', GRPC: 'h2c' }

/** What the annotations of an Ingress ask for, as ingress-nginx reads them. */
export function readIngressNginx({ metadata, rules }: Ingress): IngressAsks {
  const all = Object.fromEntries(
    Object.entries(metadata.annotations).flatMap(([key, value]) =>
      key.startsWith(NGINX_PREFIX) ? [[key.slice(NGINX_PREFIX.length), value]] : [],
    ),
  )
  const honoured = new Set<string>()
  let routes: RouteAsks = {}
  let backends: BackendAsks = {}
  for (const [name, value] of Object.entries(all)) {
    const asks = Object.hasOwn(readers, name) ? readers[name]!(value, all) : undefined
    if (asks === undefined) continue
    honoured.add(NGINX_PREFIX + name)
    routes = { ...routes, ...asks.routes, ...httpsOf(routes, asks.routes) }
    backends = { ...backends, ...asks.backends }
  }
  const nginx = { useRegex: all['use-regex'] === 'true', target: all['rewrite-target'] }
  const changesPaths = nginx.useRegex || nginx.target !== undefined
  const written = rules.flatMap(rule => rule.paths.map(({ path }) => path))
  const pathsHonoured = canHonour(written, nginx)
  if (all['use-regex'] === 'false' || (nginx.useRegex && pathsHonoured)) honoured.add(`${NGINX_PREFIX}use-regex`)
  if (nginx.target !== undefined && pathsHonoured) honoured.add(`${NGINX_PREFIX}rewrite-target`)
  return {
    ...{ routes, backends, honoured, isVariant: all.canary === 'true' },
    path: path => (changesPaths && pathsHonoured ? readNginxPath(path, nginx) : undefined),
  }
}

/** Of two that disagree the stricter one counts, in whatever order they are written. */
function httpsOf(before: RouteAsks, after: RouteAsks | undefined): RouteAsks {
  const isRequired = before.https === 'required' || after?.https === 'required'
  return isRequired ? { https: 'required' } : {}
}

function routesIf<T>(value: T | undefined, asks: (value: T) => RouteAsks): Asks | undefined {
  return value === undefined ? undefined : { routes: asks(value) }
}

function backendsIf<T>(value: T | undefined, asks: (value: T) => BackendAsks): Asks | undefined {
  return value === undefined ? undefined : { backends: asks(value) }
}

/** nginx tells reading and writing apart; here one time is for both, so it is the longer one. */
function idleTimeout(all: Annotations): number {
  const seconds = ['proxy-read-timeout', 'proxy-send-timeout'].map(name => readCount(all[name] ?? '') || 60)
  return Math.max(...seconds) * 1_000
}

function allowOnly(value: string, other: string | undefined): Asks | undefined {
  return routesIf(other === undefined ? readAddresses(value) : undefined, allow => ({ allow }))
}

const statuses = [301, 302, 303, 307, 308] as const

function redirectTo(value: string, code: string | undefined, standard: 301 | 302): Asks | undefined {
  const status = code === undefined ? standard : statuses.find(known => String(known) === code)
  return status === undefined
    ? undefined
    : routesIf(readLocation(value), location => ({ redirect: { status, location } }))
}

/** nginx lets `burst` requests come too early besides the one that is due; the multiplier is 5 unless it is said. */
function rateLimit(value: string, all: Annotations, seconds: number): Asks | undefined {
  const count = readCount(value)
  const multiplier = readCount(all['limit-burst-multiplier'] ?? '5')
  if (!count || !multiplier) return undefined
  return { routes: { rateLimit: { requestsPerSecond: count / seconds, burst: count * multiplier + 1 } } }
}

function cookieAffinity(all: Annotations): BackendAsks['affinity'] {
  const cookie = all['session-cookie-name'] ?? 'INGRESSCOOKIE'
  const maxAge = all['session-cookie-max-age'] === undefined ? undefined : readCount(all['session-cookie-max-age'])
  const path = all['session-cookie-path']
  if (!isToken(cookie) || cookie.length > 64) return undefined
  if (all['session-cookie-max-age'] !== undefined && maxAge === undefined) return undefined
  if (path !== undefined && readPlainPath(path) === undefined) return undefined
  return { cookie, ...(maxAge !== undefined && { maxAge }), ...(path !== undefined && { path }) }
}

const corsMethods = 'GET, PUT, POST, DELETE, PATCH, OPTIONS'
const corsHeaders =
  'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization'

function corsOf(all: Annotations): RouteAsks['cors'] {
  const list = (name: string, standard = '') => readList(all[`cors-${name}`] ?? standard)
  const origins = list('allow-origin', '*')
  const [methods, headers] = [list('allow-methods', corsMethods), list('allow-headers', corsHeaders)]
  const exposedHeaders = list('expose-headers')
  const credentials = readBoolean(all['cors-allow-credentials'] ?? 'true')
  const maxAge = readCount(all['cors-max-age'] ?? '1728000')
  const tokens = [...methods, ...headers, ...exposedHeaders]
  if (origins.length === 0 || !origins.every(isOrigin) || !tokens.every(isToken)) return undefined
  if (credentials === undefined || maxAge === undefined) return undefined
  return { origins, methods, headers, exposedHeaders, credentials, maxAge }
}
