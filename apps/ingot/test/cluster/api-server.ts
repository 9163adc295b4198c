import type { RequestListener } from 'node:http'
import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type ApiConnection, plainConnection } from '../../src/cluster/api-connection.ts'
import { Faults } from './api-server/faults.ts'
import { apiHandler } from './api-server/handler.ts'
import { Listening } from './api-server/listening.ts'
import { ObjectStore } from './api-server/object-store.ts'
import { testCertificates } from './test-certificates.ts'

export interface ApiServerOptions {
  /** Milliseconds between bookmarks. Default: 60,000, as in a real one. */
  readonly bookmarkInterval?: number
  /** Where a watch is told that its version is too old. Default: in the stream. */
  readonly goneInStream?: boolean
}

/** A small Kubernetes API server for tests, which keeps the contract of list, watch and optimistic locking. */
export interface ApiServer {
  readonly url: string
  /** The same without faults, over TLS and HTTP/2. */
  readonly direct: ApiConnection
  readonly store: ObjectStore
  readonly faults: Faults
  /** The tokens that are let in; everybody, while there are none. */
  readonly tokens: Set<string>
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** Starts one on a free port of 127.0.0.1, with the namespaces that every cluster has. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const store = new ObjectStore()
  const faults = new Faults()
  const tokens = new Set<string>()
  const { bookmarkInterval = 60_000, goneInStream = true } = options
  const handler = apiHandler({ store, tokens, watch: { bookmarkInterval, goneInStream } })
  const listening = new Listening(faults.before(handler))
  await listening.listen()
  const secure = await listenSecurely(handler)
  for (const name of ['default', 'kube-system']) putNamespace(store, name)
  return {
    url: listening.url,
    direct: secure.connection,
    store,
    faults,
    tokens,
    goAway: () => listening.goAway(),
    comeBack: () => listening.listen(),
    stop: async () => {
      secure.close()
      await listening.goAway()
    },
  }
}

function putNamespace(store: ObjectStore, name: string): void {
  store.put('namespaces', name, revision => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: name, resourceVersion: String(revision) },
    status: { phase: 'Active' },
  }))
}

async function listenSecurely(handler: RequestListener): Promise<{ connection: ApiConnection; close(): void }> {
  const certificates = await testCertificates()
  const server = createSecureServer(certificates.server)
  server.on('request', handler as never)
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', session => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.close()
    for (const session of sessions) session.destroy()
  }
  return { connection: plainConnection(url, { headers: {}, tls: { ca: certificates.ca } }), close }
}
