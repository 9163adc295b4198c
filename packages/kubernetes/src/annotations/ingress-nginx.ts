import type { BackendProtocol } from '../backends/resolve-backend.ts'
import { formatName } from '../kubernetes-object.ts'
import type { Ingress } from '../schema/ingress.ts'
import type { AnnotationRefusal, BackendAsks, IngressAsks, RewriteAsk, RouteAsks } from './asks.ts'
import { cookieDetails, readCookieAffinity } from './nginx-affinity.ts'
import { type AuthenticationOptions, authenticationDetails, readAuthentication } from './nginx-authentication.ts'
import { canaryDetails, readCanary } from './nginx-canary.ts'
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
  readTemplate,
} from './values.ts'

const NGINX_PREFIX = 'nginx.ingress.kubernetes.io/'

/** All annotations of an Ingress that have the prefix, without it. */
type Annotations = Readonly<Record<string, string>>

interface Asks {
  readonly routes?: RouteAsks
  readonly backends?: BackendAsks
}

/** What an annotation asks for; `undefined` if that cannot be honoured. */
type Reader = (value: string, all: Annotations, zone: string) => Asks | undefined

const nothing: Asks = {}

/** An annotation that only says more about another one, and is honoured if that one is. */
const detailOf = (main: string): Reader => {
  return (_, all) =>
    all[main] !== undefined && readers[main]?.(all[main], all, '') !== undefined ? nothing : undefined
}

const detailsOf = (main: string, names: readonly string[]): Record<string, Reader> =>
  Object.fromEntries(names.map(name => [name, detailOf(main)]))

/** What each annotation means. One that is not here is not supported. */
const readers: Readonly<Record<string, Reader>> = {
  'ssl-redirect': value => routesIf(readBoolean(value), on => (on ? {} : { https: 'optional' })),
  'force-ssl-redirect': value => routesIf(readBoolean(value), on => (on ? { https: 'required' } : {})),
  'backend-protocol': value => backendsIf(protocols[value.toUpperCase()], protocol => ({ protocol })),
  'proxy-body-size': value => routesIf(readSize(value), maxBodyBytes => ({ maxBodyBytes })),
  'proxy-connect-timeout': value =>
    routesIf(readCount(value) || undefined, seconds => ({ connectTimeout: seconds * 1_000 })),
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
  'limit-rps': (value, all, zone) => rateLimit(value, all, { seconds: 1, zone }),
  'limit-rpm': (value, all, zone) =>
    all['limit-rps'] === undefined ? rateLimit(value, all, { seconds: 60, zone }) : undefined,
  'limit-burst-multiplier': (value, all) =>
    readCount(value) && (all['limit-rps'] ?? all['limit-rpm']) !== undefined ? nothing : undefined,
  'limit-connections': (value, _, zone) =>
    routesIf(readCount(value) || undefined, perClient => ({ connectionLimit: { perClient, zone } })),
  'limit-whitelist': (value, all) => unlimited(value, all['limit-allowlist']),
  'limit-allowlist': (value, all) => unlimited(value, all['limit-whitelist']),
  affinity: (value, all) =>
    value === 'cookie' ? backendsIf(readCookieAffinity(all), affinity => ({ affinity })) : undefined,
  'affinity-mode': (value, all) =>
    value === 'balanced' || value === 'persistent' ? detailOf('affinity')(value, all, '') : undefined,
  // A canary says it, which has its affinity from elsewhere.
  'affinity-canary-behavior': value => (value === 'sticky' || value === 'legacy' ? nothing : undefined),
  ...detailsOf('affinity', cookieDetails),
  'enable-cors': (value, all) =>
    value === 'true' ? routesIf(corsOf(all), cors => ({ cors })) : value === 'false' ? nothing : undefined,
  // One that is left out is told, and the others count.
  'cors-allow-origin': (value, all) =>
    readList(value).every(isOrigin) ? detailOf('enable-cors')(value, all, '') : undefined,
  ...detailsOf('enable-cors', [
    ...['cors-allow-methods', 'cors-allow-headers', 'cors-expose-headers', 'cors-allow-credentials', 'cors-max-age'],
  ]),
}

/** The annotations that are supported, without the prefix. */
export const supportedNginxAnnotations: readonly string[] = [
  ...Object.keys(readers),
  ...['rewrite-target', 'use-regex', 'canary', ...canaryDetails, 'auth-url', ...authenticationDetails],
].sort()

const protocols: Readonly<Record<string, BackendProtocol>> = { HTTP: 'http', HTTPS: 'https', GRPC: 'h2c', GRPCS: 'h2' }

/** What the annotations of an Ingress ask for, as ingress-nginx reads them. */
export function readIngressNginx({ metadata }: Ingress, options: AuthenticationOptions = {}): IngressAsks {
  const all = Object.fromEntries(
    Object.entries(metadata.annotations).flatMap(([key, value]) =>
      key.startsWith(NGINX_PREFIX) ? [[key.slice(NGINX_PREFIX.length), value]] : [],
    ),
  )
  const honoured = new Set<string>()
  let routes: RouteAsks = {}
  let backends: BackendAsks = {}
  for (const [name, value] of Object.entries(all)) {
    const asks = Object.hasOwn(readers, name) ? readers[name]!(value, all, formatName(metadata)) : undefined
    if (asks === undefined) continue
    honoured.add(name)
    routes = { ...routes, ...asks.routes, ...httpsOf(routes, asks.routes) }
    backends = { ...backends, ...asks.backends }
  }
  const authentication = all['auth-url'] ? readAuthentication(all, metadata.namespace, options) : undefined
  const isAsked = typeof authentication === 'object'
  if (isAsked) for (const name of ['auth-url', ...authenticationDetails]) honoured.add(name)
  const canary = all.canary === 'true' ? readCanary(all) : undefined
  if (canary !== undefined || all.canary === 'false')
    for (const name of ['canary', ...canaryDetails]) honoured.add(name)
  const paths = readPaths(all, honoured)
  return {
    ...{ backends, canary, isVariant: canary !== undefined, ...paths },
    routes: { ...routes, ...(isAsked && { authentication: authentication.ask }) },
    authentication: isAsked ? authentication.place : undefined,
    honoured: new Set([...honoured].map(name => NGINX_PREFIX + name)),
    refusals: refusalsOf(typeof authentication === 'string' ? authentication : undefined),
  }
}

/** `use-regex` and `rewrite-target`: the second makes expressions of all paths of a host as the first does. */
function readPaths(all: Annotations, honoured: Set<string>): Pick<IngressAsks, 'usesExpressions' | 'rewrite'> {
  const useRegex = readBoolean(all['use-regex'] ?? 'false')
  const written = all['rewrite-target']
  const template = written === undefined ? undefined : readTemplate(written)
  if (useRegex !== undefined) honoured.add('use-regex')
  if (template !== undefined) honoured.add('rewrite-target')
  // ingress-nginx changes nothing where the path is the target already.
  const isRewritten = (path: string) => template !== undefined && template !== (path || '/')
  return {
    usesExpressions: path => useRegex === true || isRewritten(path),
    rewrite: path => (isRewritten(path) ? rewriteTo(template!, path || '/') : undefined),
  }
}

function rewriteTo(template: string, expression: string): RewriteAsk {
  return template.includes('$') ? { expression, template } : { path: template }
}

function refusalsOf(authentication: string | undefined): ReadonlyMap<string, AnnotationRefusal> {
  if (authentication === undefined) return new Map()
  const message = `The service of auth-url is not asked, so requests are answered 503. ${authentication}`
  return new Map([[`${NGINX_PREFIX}auth-url`, { code: 'auth-url-refused', message }]])
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
function rateLimit(value: string, all: Annotations, { seconds, zone }: { seconds: number; zone: string }) {
  const count = readCount(value)
  const multiplier = readCount(all['limit-burst-multiplier'] ?? '5')
  if (!count || !multiplier) return undefined
  return { routes: { rateLimit: { requestsPerSecond: count / seconds, burst: count * multiplier + 1, zone } } }
}

function unlimited(value: string, other: string | undefined): Asks | undefined {
  return routesIf(other === undefined ? readAddresses(value) : undefined, addresses => ({ unlimited: addresses }))
}

const corsMethods = 'GET, PUT, POST, DELETE, PATCH, OPTIONS'
const corsHeaders =
  'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization'

function corsOf(all: Annotations): RouteAsks['cors'] {
  const list = (name: string, standard = '') => readList(all[`cors-${name}`] ?? standard)
  const origins = originsOf(all['cors-allow-origin'])
  const [methods, headers] = [list('allow-methods', corsMethods), list('allow-headers', corsHeaders)]
  const exposedHeaders = list('expose-headers')
  const credentials = readBoolean(all['cors-allow-credentials'] ?? 'true')
  const maxAge = readCount(all['cors-max-age'] ?? '1728000')
  const tokens = [...methods, ...headers, ...exposedHeaders]
  if (origins.length === 0 || !tokens.every(isToken)) return undefined
  if (credentials === undefined || maxAge === undefined) return undefined
  return { origins, methods, headers, exposedHeaders, credentials, maxAge }
}

/** As in ingress-nginx, nothing is `*`, and what is no origin is left out; with none left, nobody is let in. */
function originsOf(written = ''): string[] {
  const origins = readList(written)
  return origins.length === 0 ? ['*'] : origins.filter(isOrigin)
}
