import { createRandom } from './random.ts'

/** What one Ingress says, from which YAML and JSON are made. */
export interface IngressShape {
  readonly namespace: string
  readonly name: string
  readonly rules: readonly { readonly host: string; readonly paths: readonly PathShape[] }[]
  readonly tlsSecret: string | undefined
}

interface PathShape {
  readonly path: string
  readonly pathType: 'Prefix' | 'Exact'
  readonly service: string
}

/** In each namespace. */
export const SERVICES = 100

/** Of each Service: addresses of this machine. */
export const ADDRESSES: readonly string[] = [1, 2, 3, 4, 5].map(last => `127.0.0.${last}`)

/**
 * Ingresses as public clusters hold them: mostly one host with one or two paths, a long tail, one in seven with TLS, one
 * in thirty with a wildcard. They name a hundred Services in each of up to 500 namespaces. The same for the same seed.
 */
export function ingressShapes(count: number, seed = 1): IngressShape[] {
  const random = createRandom(seed)
  const namespaces = Math.max(1, Math.min(500, Math.floor(count / 100)))
  return Array.from({ length: count }, (_, index) => {
    const namespace = `team-${index % namespaces}`
    const name = `app-${index}`
    const service = `service-${Math.floor(index / namespaces) % SERVICES}`
    const host = random() < 1 / 30 ? `*.app-${index}.example.com` : `app-${index}.example.com`
    const rules = [{ host, paths: pathsOf(random, service) }]
    return { namespace, name, rules, tlsSecret: random() < 1 / 7 ? `tls-${index % 50}` : undefined }
  })
}

const words = ['api', 'app', 'static', 'admin', 'v1', 'v2', 'auth', 'users', 'orders', 'search']

function pathsOf(random: () => number, service: string): PathShape[] {
  const paths: PathShape[] = [{ path: '/', pathType: 'Prefix', service }]
  const more = random() < 0.6 ? 0 : random() < 0.8 ? 1 : Math.floor(random() * 12)
  for (let index = 0; index < more; index++) {
    const first = words[index % words.length] as string
    const second = words[Math.floor(random() * words.length)] as string
    paths.push({ path: `/${first}/${second}`, pathType: random() < 0.1 ? 'Exact' : 'Prefix', service })
  }
  return paths
}
