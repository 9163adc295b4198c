import type { BackendId } from '@ingot/kubernetes'
import type {
  BackendDescription,
  CanaryOptions,
  CertificateConfiguration,
  PathChoices,
  RouteOptions,
} from '@ingot/proxy'
import type { LiveMatcher } from './shared-matcher.ts'

/** Where a route leads, as whoever serves traffic knows it. */
export interface LiveTarget {
  readonly backend: BackendId
  /** `namespace/name` of the Ingress, or the kind of a target that is no Ingress's. */
  readonly ingress: string
  /** The position in `spec.rules`. */
  readonly rule?: number | undefined
  /** The position in `http.paths` of the rule. */
  readonly path?: number | undefined
  /** The position in {@link LiveRoutes.policies}. */
  readonly policy?: number | undefined
  /** Requests that go to another target under the same policy. */
  readonly canary?: { readonly options: CanaryOptions; readonly target: LiveTarget }
  /** Targets that are told apart by expressions on the path, and what takes the rest. */
  readonly choices?: PathChoices<LiveTarget>['choices']
  readonly otherwise?: LiveTarget
}

/** Every route that is live. */
export interface LiveRoutes {
  readonly matcher: LiveMatcher
  readonly policies: readonly RouteOptions[]
}

/** What becomes live at once; what is absent stays as it is. Plain data: it travels to workers. */
export interface TrafficUpdate {
  readonly routes?: LiveRoutes
  readonly backends?: ReadonlyMap<BackendId, BackendDescription>
  readonly certificates?: CertificateConfiguration
  /** 48 bytes that encrypt session tickets from now on; what was encrypted with others is good for nothing. */
  readonly ticketKeys?: Uint8Array
}
