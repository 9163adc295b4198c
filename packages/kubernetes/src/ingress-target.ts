import type { CanaryAsk, RouteAsks } from './annotations/asks.ts'
import {
  formatName,
  type KubernetesObject,
  type ObjectName,
  type ObjectSource,
  type Position,
} from './kubernetes-object.ts'
import type { IngressBackend } from './schema/backend.ts'

/** Names one backend: `namespace/service:port`, or `namespace/apiGroup/kind/name` for a resource. */
export type BackendId = string

/** Where a route leads, and which part of which Ingress says so. */
export interface IngressTarget {
  readonly backend: BackendId
  /** Absent for the default backend of the controller itself. */
  readonly ingress?: ObjectName
  /** A path of a rule, the default backend of a host, or of all hosts, or of the controller (semantics 4.6). */
  readonly kind: 'rule' | 'default-host' | 'default-ingress' | 'default-controller'
  /** The position in `spec.rules`. */
  readonly rule?: number
  /** The position in `http.paths` of the rule. */
  readonly path?: number
  /** The path as it was written, before normalisation. */
  readonly pathText?: string
  /** What its Ingress asks for by annotations that are honoured. */
  readonly asks?: RouteAsks
  /** A regular expression, anchored in front and whatever the case, that the path is to be compared by. */
  readonly expression?: string
  /** Requests that go elsewhere by annotations that are honoured: which, and where. */
  readonly canary?: { readonly ask: CanaryAsk; readonly target: IngressTarget }
  /** The route is for a host whose paths are expressions: the first that fits has the request. */
  readonly choices?: readonly { readonly expression: string; readonly target: IngressTarget }[]
  /** With `choices`: where the rest goes; absent for the default backend of everything. */
  readonly otherwise?: IngressTarget
  /** What the Ingress was read from; absent if it came from an API server. */
  readonly source?: ObjectSource | undefined
  /** Where in which file the route is written. Slow: it reads the document again. */
  locate(): Position | undefined
}

let last: { readonly namespace: string; readonly backend: IngressBackend; readonly id: BackendId } | undefined

/** The id of a backend of an object in `namespace`: one string for hosts that share what says where they lead. */
export function backendId(namespace: string, backend: IngressBackend): BackendId {
  if (last?.backend !== backend || last.namespace !== namespace) {
    last = { namespace, backend, id: formatBackend(namespace, backend) }
  }
  return last.id
}

function formatBackend(namespace: string, backend: IngressBackend): BackendId {
  if ('resource' in backend) {
    const { apiGroup, kind, name } = backend.resource
    return `${namespace}/${apiGroup}/${kind}/${name}`
  }
  const { name, port } = backend.service
  return `${namespace}/${name}:${'number' in port ? port.number : port.name}`
}

/** The target of a path of a rule. */
export function ruleTarget(
  object: KubernetesObject,
  rule: number,
  path: { readonly index: number; readonly path: string; readonly backend: IngressBackend },
): IngressTarget {
  return {
    backend: backendId(object.metadata.namespace, path.backend),
    ingress: object.metadata,
    kind: 'rule',
    rule,
    path: path.index,
    pathText: path.path,
    source: object.source,
    locate: locateRule,
  }
}

/** One function for all targets: a closure for each of many hosts is more memory than all else that is known of it. */
function locateRule(this: IngressTarget): Position | undefined {
  return this.source?.locate(['spec', 'rules', this.rule!, 'http', 'paths', this.path!, 'path'])
}

/** The target of the default backend of an Ingress. */
export function defaultTarget(
  object: KubernetesObject,
  backend: IngressBackend,
  kind: 'default-host' | 'default-ingress',
): IngressTarget {
  return {
    backend: backendId(object.metadata.namespace, backend),
    ingress: object.metadata,
    kind,
    source: object.source,
    locate: locateDefault,
  }
}

function locateDefault(this: IngressTarget): Position | undefined {
  return this.source?.locate(['spec', 'defaultBackend'])
}

/** `Ingress namespace/name`, for messages. */
export function describeIngress(name: ObjectName): string {
  return `Ingress ${formatName(name)}`
}
