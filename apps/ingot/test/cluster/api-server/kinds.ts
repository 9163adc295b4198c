import { isIP } from 'node:net'
import type { ApiObject } from '../../../src/cluster/api-object.ts'

/** One kind of object, and the ways in which kinds differ. */
export interface Kind {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Has a status, which begins like this and which only `/status` can change. */
  readonly status?: Readonly<Record<string, unknown>>
  /** Counts changes of everything but metadata and status. */
  readonly generation?: boolean
  /** May be replaced without saying which version is meant. */
  readonly unconditionalUpdate?: boolean
  /** Fields that field selectors know, besides `metadata.name` and `metadata.namespace`. */
  readonly fields?: readonly string[]
  /** What is wrong with an object, as far as this server knows. */
  readonly validate?: (object: ApiObject) => string[]
}

/** Every kind that this API server keeps. */
export const kinds: readonly Kind[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    plural: 'namespaces',
    namespaced: false,
    status: { phase: 'Active' },
    unconditionalUpdate: true,
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    plural: 'services',
    namespaced: true,
    status: { loadBalancer: {} },
    unconditionalUpdate: true,
  },
  {
    apiVersion: 'v1',
    kind: 'Node',
    plural: 'nodes',
    namespaced: false,
    status: {},
    unconditionalUpdate: true,
  },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, unconditionalUpdate: true },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    plural: 'secrets',
    namespaced: true,
    unconditionalUpdate: true,
    fields: ['type'],
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    plural: 'ingresses',
    namespaced: true,
    status: { loadBalancer: {} },
    generation: true,
    unconditionalUpdate: true,
    validate: validateIngress,
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    plural: 'ingressclasses',
    namespaced: false,
    generation: true,
    unconditionalUpdate: true,
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    namespaced: true,
    generation: true,
    unconditionalUpdate: true,
    validate: object => (typeof object.addressType === 'string' ? [] : ['addressType: Required value']),
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    plural: 'leases',
    namespaced: true,
    validate: validateLease,
  },
  {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    plural: 'events',
    namespaced: true,
    unconditionalUpdate: true,
    fields: ['reason', 'type', 'reportingController', 'regarding.name', 'regarding.kind'],
    validate: validateEvent,
  },
]

type Fields = Record<string, unknown>

function validateIngress(object: ApiObject): string[] {
  const spec = (object.spec ?? {}) as Fields
  const status = (object.status ?? {}) as { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
  const wrong = spec.rules === undefined && spec.defaultBackend === undefined
  const problems = wrong ? ['spec: Invalid value: either `defaultBackend` or `rules` must be specified'] : []
  for (const { ip, hostname } of status.loadBalancer?.ingress ?? []) {
    if (ip !== undefined && isIP(ip) === 0) problems.push('status.loadBalancer.ingress.ip: Invalid value')
    if (hostname !== undefined && isIP(hostname) !== 0)
      problems.push('status.loadBalancer.ingress.hostname: Invalid value')
  }
  return problems
}

const microTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

function validateLease(object: ApiObject): string[] {
  const { leaseDurationSeconds, renewTime, acquireTime, leaseTransitions = 0 } = (object.spec ?? {}) as Fields
  return [
    ...(Number(leaseDurationSeconds ?? 1) > 0 ? [] : ['spec.leaseDurationSeconds: must be greater than 0']),
    ...(Number(leaseTransitions) >= 0 ? [] : ['spec.leaseTransitions: must be greater than or equal to 0']),
    ...[renewTime, acquireTime].flatMap(time =>
      time === undefined || microTime.test(String(time)) ? [] : [`spec: '${time}' is no MicroTime`],
    ),
  ]
}

function validateEvent(object: ApiObject): string[] {
  const required = ['eventTime', 'reportingController', 'reportingInstance', 'action', 'reason']
  const missing = required.filter(field => typeof object[field] !== 'string' || object[field] === '')
  const { series } = object as { series?: Fields }
  const { namespace } = (object.regarding ?? {}) as Fields
  // Where Events on objects without a namespace belong.
  const belongs = namespace !== undefined || ['default', 'kube-system'].includes(String(object.metadata.namespace))
  return [
    ...missing.map(field => `${field}: Required value`),
    ...(microTime.test(String(object.eventTime)) ? [] : ['eventTime: is no MicroTime']),
    ...(Buffer.byteLength(String(object.note ?? '')) <= 1024 ? [] : ['note: can have at most 1024 bytes']),
    ...(object.type === 'Normal' || object.type === 'Warning' ? [] : ['type: Invalid value']),
    ...(belongs ? [] : ['involvedObject.namespace: does not match event.namespace']),
    ...(series === undefined || (Number(series.count) >= 2 && microTime.test(String(series.lastObservedTime)))
      ? []
      : ['series: should be at least 2 and have a lastObservedTime']),
  ]
}
