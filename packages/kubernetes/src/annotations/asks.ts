import type { BackendProtocol } from '../backends/resolve-backend.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'

/** What an Ingress asks for besides routes, in the words of the proxy. Times in milliseconds. */
export interface RouteAsks {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
  readonly rateLimit?: { readonly requestsPerSecond: number; readonly burst: number; readonly zone: string }
  readonly connectionLimit?: { readonly perClient: number; readonly zone: string }
  readonly unlimited?: readonly string[]
  readonly maxBodyBytes?: number
  readonly connectTimeout?: number
  readonly headTimeout?: number
  readonly bodyIdleTimeout?: number
  readonly https?: 'required' | 'optional'
  readonly redirect?: {
    readonly status: 301 | 302 | 303 | 307 | 308
    readonly location: string
    readonly at?: string
  }
  readonly rewrite?: RewriteAsk
  readonly authentication?: AuthenticationAsk
  readonly cors?: {
    readonly origins: readonly string[]
    readonly methods: readonly string[]
    readonly headers: readonly string[]
    readonly exposedHeaders: readonly string[]
    readonly credentials: boolean
    readonly maxAge: number
  }
}

/** The whole path, or one made of what the groups of an expression took. */
export type RewriteAsk = { readonly path: string } | { readonly expression: string; readonly template: string }

/** A service that has to let each request through. */
export interface AuthenticationAsk {
  /** The id of its backend. */
  readonly upstream: string
  readonly authority: string
  readonly path: string
  readonly method?: string
  readonly responseHeaders?: readonly string[]
  readonly signIn?: { readonly location: string; readonly parameter?: string }
  readonly redirect?: string
}

/** What it asks of its backends. */
export interface BackendAsks {
  readonly protocol?: BackendProtocol
  readonly affinity?: AffinityAsk
}

/** A cookie that keeps clients with an endpoint. Times in seconds. */
export interface AffinityAsk {
  readonly cookie: string
  readonly maxAge?: number
  readonly expires?: number
  /** `route` is that of the rule. */
  readonly path?: string
  readonly domain?: string
  readonly sameSite?: 'None' | 'Lax' | 'Strict'
  readonly conditionalSameSiteNone?: boolean
  readonly secure?: boolean
  readonly changeOnFailure?: boolean
}

/** Which requests go to a canary. */
export interface CanaryAsk {
  readonly header?: { readonly name: string; readonly value?: string; readonly pattern?: string }
  readonly cookie?: string
  readonly weight: number
  readonly total: number
  /** The cookie that keeps a client with an endpoint says nothing of which side it belongs to. */
  readonly affinity?: 'legacy'
}

/** Whom an authentication service is: a Service, or a place outside that the operator allows. */
export type AuthenticationPlace = {
  /** The id its backend gets. */
  readonly id: string
  readonly protocol: 'http' | 'https'
  readonly port: number
} & (
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'external'; readonly host: string }
)

/** Why an annotation cannot be honoured, if there is more to say than that it is not supported. */
export interface AnnotationRefusal {
  readonly code: DiagnosticCode
  readonly message: string
}

/** What was understood of the annotations of an Ingress. */
export interface IngressAsks {
  readonly routes: RouteAsks
  readonly backends: BackendAsks
  /** Whom `routes.authentication` names. */
  readonly authentication: AuthenticationPlace | undefined
  /** Whether a path, as it is written, makes every path of its host a regular expression. */
  readonly usesExpressions: (written: string) => boolean
  /** What a path, as it is written, is rewritten to. */
  readonly rewrite: (written: string) => RewriteAsk | undefined
  /** Whether it is only a variant of another Ingress, and has no routes of its own. */
  readonly isVariant: boolean
  /** For a variant: which requests go there, or why none do. */
  readonly canary: CanaryAsk | string | undefined
  /** The annotations that are honoured: full names. */
  readonly honoured: ReadonlySet<string>
  /** By full name. */
  readonly refusals: ReadonlyMap<string, AnnotationRefusal>
}
