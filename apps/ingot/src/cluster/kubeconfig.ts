import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import type { ApiConnection, ClusterChoice, Credentials, TlsMaterial } from './api-connection.ts'
import { kubeconfigFiles, tokensOfFiles } from './token-files.ts'

/** How long credentials are used before they are asked for again, in milliseconds. */
const credentialsLife = 30_000

/** The cluster of a kubeconfig. Throws if the file or its context is not usable. */
export function kubeconfigConnection(choice: ClusterChoice): ApiConnection {
  let config = load(choice)
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new Error(whyNoCluster(config))
  let credentials: Credentials | undefined
  let askedAt = 0
  return {
    server: new URL(cluster.server),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    proxy: cluster.proxyUrl === undefined ? undefined : new URL(cluster.proxyUrl),
    async credentials(renew) {
      // Only a fresh configuration forgets a token that a plugin gave without saying when it ends.
      if (renew) config = load(choice)
      if (credentials === undefined || renew || performance.now() - askedAt > credentialsLife) {
        credentials = await ask(config)
        askedAt = performance.now()
      }
      return credentials
    },
  }
}

function whyNoCluster(config: KubeConfig): string {
  const current = config.getCurrentContext()
  const contexts = config.getContexts().map(({ name }) => name)
  const known = contexts.length === 0 ? 'It has no contexts.' : `It has: ${contexts.join(', ')}.`
  if (!current) return `The kubeconfig says no current context; name one with --context. ${known}`
  if (contexts.includes(current)) return `The context ${current} of the kubeconfig names a cluster that is not in it.`
  return `The kubeconfig has no context ${current}. ${known}`
}

const nowhere =
  'There is no cluster to follow: this runs in none, and there is no kubeconfig. Name one with --kubeconfig or $KUBECONFIG.'

function load(choice: ClusterChoice): KubeConfig {
  // The library would go on with a server on this machine.
  if (kubeconfigFiles(choice.kubeconfig).length === 0) throw new Error(nowhere)
  const config = new KubeConfig()
  try {
    if (choice.kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(choice.kubeconfig)
  } catch (error) {
    throw new Error(`The kubeconfig cannot be read: ${(error as Error).message}`, { cause: error })
  }
  if (choice.context !== undefined) config.setCurrentContext(choice.context)
  return allowPlainHttp(withTokensOfFiles(config, choice))
}

/** The library does not know `tokenFile`. */
function withTokensOfFiles(config: KubeConfig, { kubeconfig }: ClusterChoice): KubeConfig {
  const tokens = tokensOfFiles(kubeconfig)
  config.users = config.users.map(user => {
    const token = tokens.get(user.name)
    return token === undefined ? user : { ...user, token }
  })
  return config
}

/** `http:` is refused otherwise; there is no certificate to be verified there. */
function allowPlainHttp(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map(cluster =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  )
  return config
}

async function ask(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value).trim(),
  ])
  const basic = options.auth && { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
  return { headers: { ...basic, ...Object.fromEntries(headers) }, tls: tlsMaterial(options) }
}

function tlsMaterial(options: RequestOptions): TlsMaterial {
  const names = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const
  return Object.fromEntries(names.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])))
}
