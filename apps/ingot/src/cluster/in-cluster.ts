import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { ApiConnection, Credentials } from './api-connection.ts'

/** Where Kubernetes mounts a Pod's own credentials. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** How long a token is used before its file is read again, in milliseconds. The kubelet rotates it at 80 % of its life. */
const tokenLife = 60_000

/** Whether this runs in a Pod that has a service account. */
export function isInCluster(folder = serviceAccountFolder): boolean {
  return process.env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(join(folder, 'token'))
}

/** The API server of the cluster this runs in, with the service account of the Pod. Throws if a file is missing. */
export async function inClusterConnection(folder = serviceAccountFolder): Promise<ApiConnection> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env
  const namespace = (await readFile(join(folder, 'namespace'), 'utf8')).trim()
  let credentials: Credentials | undefined
  let readAt = 0
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    namespace,
    async credentials(renew) {
      if (credentials === undefined || renew || performance.now() - readAt > tokenLife) {
        credentials = await readCredentials(folder)
        readAt = performance.now()
      }
      return credentials
    },
  }
}

async function readCredentials(folder: string): Promise<Credentials> {
  const [token, ca] = await Promise.all(
    ['token', 'ca.crt'].map(async file => (await readFile(join(folder, file), 'utf8')).trim()),
  )
  return { headers: { authorization: `Bearer ${token}` }, tls: { ca: `${ca}\n` } }
}
