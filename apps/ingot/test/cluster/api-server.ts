import { Faults } from './api-server/faults.ts'
import { apiHandler } from './api-server/handler.ts'
import { Listening } from './api-server/listening.ts'
import { ObjectStore } from './api-server/object-store.ts'

export interface ApiServerOptions {
  /** Milliseconds between bookmarks. Default: 60,000, as in a real one. */
  readonly bookmarkInterval?: number
  /** Where a watch is told that its version is too old. Default: in the stream. */
  readonly goneInStream?: boolean
}

/** A small Kubernetes API server for tests, which keeps the contract of list, watch and optimistic locking. */
export interface ApiServer {
  readonly url: string
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
  const listening = new Listening(
    faults.before(apiHandler({ store, tokens, watch: { bookmarkInterval, goneInStream } })),
  )
  await listening.listen()
  for (const name of ['default', 'kube-system']) putNamespace(store, name)
  return {
    url: listening.url,
    store,
    faults,
    tokens,
    goAway: () => listening.goAway(),
    comeBack: () => listening.listen(),
    stop: () => listening.goAway(),
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
