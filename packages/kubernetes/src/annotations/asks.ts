import type { BackendProtocol } from '../resolve-backend.ts'

/** What an Ingress asks for besides routes, in the words of the proxy. Times in milliseconds. */
export interface RouteAsks {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
  readonly rateLimit?: { readonly requestsPerSecond: number; readonly burst: number }
  readonly maxBodyBytes?: number
  readonly headTimeout?: number
  readonly bodyIdleTimeout?: number
  readonly https?: 'required' | 'optional'
  readonly redirect?: {
    readonly status: 301 | 302 | 303 | 307 | 308
    readonly location: string
    readonly at?: string
  }
  readonly rewrite?: { readonly path: string } | { readonly prefix: string }
  readonly cors?: {
    readonly origins: readonly string[]
    readonly methods: readonly string[]
    readonly headers: readonly string[]
    readonly exposedHeaders: readonly string[]
    readonly credentials: boolean
    readonly maxAge: number
  }
}

/** What it asks of its backends. */
export interface BackendAsks {
  readonly protocol?: BackendProtocol
  readonly affinity?: { readonly cookie: string; readonly maxAge?: number; readonly path?: string }
}

/** What was understood of the annotations of an Ingress. */
export interface IngressAsks {
  readonly routes: RouteAsks
  readonly backends: BackendAsks
  /** What its paths are compared as, and what each of them is rewritten to, by the path as it is written. */
  readonly path: (written: string) => PathAsks | undefined
  /** Whether it is only a variant of another Ingress, and has no routes of its own. */
  readonly isVariant: boolean
  /** The annotations that are honoured: full names. */
  readonly honoured: ReadonlySet<string>
}

/** What becomes of one path of a rule. */
export interface PathAsks {
  readonly prefix?: string
  readonly rewrite?: NonNullable<RouteAsks['rewrite']>
}
