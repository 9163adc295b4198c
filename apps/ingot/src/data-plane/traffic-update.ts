import type { Route } from '@ingot/core'
import type { BackendId } from '@ingot/kubernetes'
import type {
  BackendDescription,
  CanaryOptions,
  CertificateConfiguration,
  PathChoices,
  RouteOptions,
} from '@ingot/proxy'
import type { CertificateChanges } from './certificate-changes.ts'
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

/** How routes differ from those that are live. */
export interface RouteChanges {
  /** Hosts that differ, and all their routes: without any, requests for them match nothing. `undefined`: there is no such host. */
  readonly hosts: ReadonlyMap<string | undefined, readonly Route<LiveTarget>[] | undefined>
  /** Where a request goes that no route takes; as before if this is not given. */
  readonly defaultTarget?: { readonly is: LiveTarget | undefined }
  /** Policies that come after the ones that there are. */
  readonly policies: readonly RouteOptions[]
}

/** What becomes live at once; what is absent stays as it is. Plain data: it travels to workers. */
export interface TrafficUpdate {
  /** All routes, in the place of those that are live. */
  readonly routes?: LiveRoutes
  readonly changes?: RouteChanges
  /** Backends that differ; `undefined` for those that are gone. */
  readonly backends?: ReadonlyMap<BackendId, BackendDescription | undefined>
  /** All certificates, in the place of those that are live. */
  readonly certificates?: CertificateConfiguration
  readonly certificateChanges?: CertificateChanges
  /** 48 bytes that encrypt session tickets from now on; what was encrypted with others is good for nothing. */
  readonly ticketKeys?: Uint8Array
}
