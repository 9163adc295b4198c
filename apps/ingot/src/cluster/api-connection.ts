/** What is needed to be let in, besides the address. */
export interface Credentials {
  /** Added to every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Given to the TLS layer as it is. */
  readonly tls?: TlsMaterial
}

/** Certificates in PEM. */
export interface TlsMaterial {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** Where an API server is, and how to be let in. */
export interface ApiConnection {
  readonly server: URL
  /** The namespace to be used where none is named. */
  readonly namespace: string
  /** An HTTP proxy on the way. */
  readonly proxy?: URL | undefined
  /** The credentials of now. `renew` asks for others than before, which were refused. */
  credentials(renew: boolean): Promise<Credentials>
}

/** Which cluster is meant. */
export interface ClusterChoice {
  /** A kubeconfig file. If absent: the cluster this runs in, else `$KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string | undefined
  /** A context in the kubeconfig. Default: its current one. */
  readonly context?: string | undefined
}

/** An API server that asks for no more than a fixed token, or nothing: for `kubectl proxy` and tests. */
export function plainConnection(server: string | URL, credentials: Credentials = { headers: {} }): ApiConnection {
  return { server: new URL(server), namespace: 'default', credentials: async () => credentials }
}
