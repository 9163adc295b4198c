import type { AuthenticationAsk, AuthenticationPlace } from './asks.ts'
import { isToken, readList, readLocation } from './values.ts'

/** Where an Ingress may send questions of authentication. */
export interface AuthenticationOptions {
  /**
   * Places besides Services of the namespace of the Ingress: `https://auth.example.com`, `http://10.0.0.1:9000`, or
   * Services of other namespaces as `NAMESPACE/SERVICE` or `NAMESPACE/*`. Default: none.
   */
  readonly authUrls?: readonly string[]
  /** The domain of names of Services. Default: `cluster.local`. */
  readonly headlessDns?: { readonly clusterDomain: string }
}

/** The annotations that say more about `auth-url`. Those of the cache only say how seldom the service is asked. */
export const authenticationDetails: readonly string[] = [
  ...['auth-method', 'auth-signin', 'auth-signin-redirect-param', 'auth-response-headers', 'auth-request-redirect'],
  ...['auth-cache-key', 'auth-cache-duration', 'auth-always-set-cookie', 'auth-keepalive', 'auth-keepalive-requests'],
  ...['auth-keepalive-timeout', 'auth-keepalive-share-vars'],
]

/** What is asked of whom. */
export interface ReadAuthentication {
  readonly ask: AuthenticationAsk
  readonly place: AuthenticationPlace
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** What annotations without their prefix ask an authentication service; else why it is not asked, as a sentence. */
export function readAuthentication(
  all: Readonly<Record<string, string>>,
  namespace: string,
  options: AuthenticationOptions,
): ReadAuthentication | string {
  const url = readUrl(all['auth-url'] ?? '')
  if (url === undefined) return 'It is not a URL of http or https without variables.'
  const place = placeOf(url, namespace, options)
  if (typeof place === 'string') return place
  const details = readDetails(all)
  if (typeof details === 'string') return details
  const { authority, path } = url
  return { place, ask: { upstream: place.id, authority, path, ...details } }
}

interface Url {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly authority: string
  readonly path: string
}

function readUrl(value: string): Url | undefined {
  const parts = /^(https?):\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?([/?][\x21-\x7e]{0,2048})?$/i.exec(
    value,
  )
  if (parts === null || /[$#\\]/.test(value)) return undefined
  const [, scheme = '', host = '', port = '', rest = '/'] = parts
  const secure = scheme.toLowerCase() === 'https'
  const number = port === '' ? (secure ? 443 : 80) : Number(port.slice(1))
  if (number < 1 || number > 65_535) return undefined
  const path = rest.startsWith('?') ? `/${rest}` : rest
  return {
    scheme: secure ? 'https' : 'http',
    host: host.toLowerCase(),
    port: number,
    authority: `${host}${port}`,
    path,
  }
}

function placeOf(url: Url, namespace: string, options: AuthenticationOptions): AuthenticationPlace | string {
  const { scheme: protocol, host, port } = url
  const { authUrls = [] } = options
  const origin = `${protocol}://${host}:${port}`
  const place = { id: `authentication ${origin}`, protocol, port }
  if (authUrls.some(allowed => originOf(allowed) === origin)) {
    return { ...place, kind: 'external', host: host.replace(/^\[|\]$/g, '') }
  }
  const service = serviceOf(host, options.headlessDns?.clusterDomain ?? 'cluster.local')
  if (service === undefined) {
    return `${origin} is no Service of the cluster, and not among the places that the operator allows.`
  }
  const isAllowed =
    service.namespace === namespace ||
    authUrls.includes(`${service.namespace}/${service.name}`) ||
    authUrls.includes(`${service.namespace}/*`)
  if (isAllowed) return { ...place, kind: 'service', ...service }
  return `Service ${service.namespace}/${service.name} is of another namespace, and not among the places that the operator allows.`
}

function originOf(allowed: string): string | undefined {
  const url = readUrl(allowed)
  return url && `${url.scheme}://${url.host}:${url.port}`
}

/** `auth.default`, `auth.default.svc` and `auth.default.svc.cluster.local` are the Service auth of namespace default. */
function serviceOf(host: string, clusterDomain: string): { namespace: string; name: string } | undefined {
  const [name, namespace, ...rest] = host.split('.')
  if (!name || !namespace) return undefined
  return ['', 'svc', `svc.${clusterDomain}`].includes(rest.join('.')) ? { namespace, name } : undefined
}

function readDetails(all: Readonly<Record<string, string>>): Partial<AuthenticationAsk> | string {
  const method = all['auth-method']?.toUpperCase()
  if (method !== undefined && !methods.includes(method)) return 'auth-method is none that can be used.'
  const responseHeaders = readList(all['auth-response-headers'] ?? '')
  if (!responseHeaders.every(isToken)) return 'auth-response-headers has something that is no name of a field.'
  const redirect = all['auth-request-redirect']
  if (redirect !== undefined && !/^[\x21-\x7e]+$/.test(redirect.replaceAll('$', ' '))) {
    return 'auth-request-redirect has variables, or characters that no field can have.'
  }
  const signIn = readSignIn(all)
  if (typeof signIn === 'string') return signIn
  return {
    ...(method !== undefined && { method }),
    ...(responseHeaders.length > 0 && { responseHeaders }),
    ...(redirect !== undefined && { redirect }),
    ...(signIn !== undefined && { signIn }),
  }
}

const signInVariables =
  /\$(?:\{(?:host|http_host|best_http_host|scheme|pass_access_scheme|request_uri|escaped_request_uri)\}|(?:host|http_host|best_http_host|scheme|pass_access_scheme|request_uri|escaped_request_uri)(?![a-z_]))/g

function readSignIn(all: Readonly<Record<string, string>>): AuthenticationAsk['signIn'] | string {
  const location = all['auth-signin']
  const parameter = all['auth-signin-redirect-param']
  if (location === undefined) return undefined
  if (readLocation(location) === undefined || location.replace(signInVariables, '').includes('$')) {
    return 'auth-signin is neither a URL nor a path, or has variables that are not known here.'
  }
  if (parameter !== undefined && !/^[A-Za-z0-9_-]+$/.test(parameter)) return 'auth-signin-redirect-param is no name.'
  return { location, ...(parameter !== undefined && { parameter }) }
}
