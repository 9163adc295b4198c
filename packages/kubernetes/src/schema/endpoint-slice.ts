import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isPortNumber } from './names.ts'
import { remembered } from './validated.ts'

/** Some of the endpoints of a Service. */
export interface EndpointSlice {
  readonly object: KubernetesObject
  readonly metadata: Metadata
  /** From the label `kubernetes.io/service-name`. */
  readonly serviceName: string | undefined
  /** From the label `endpointslice.kubernetes.io/managed-by`. */
  readonly managedBy: string | undefined
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly ports: readonly EndpointPort[]
  readonly endpoints: readonly SliceEndpoint[]
}

/** A port that all endpoints of a slice have. */
export interface EndpointPort {
  readonly name: string
  /** `undefined` stands for every port. */
  readonly port: number | undefined
  readonly protocol: string
}

/** One Pod, usually; `ready`, `serving` and `terminating` have the defaults of semantics 9.5 filled in. */
export interface SliceEndpoint {
  readonly addresses: readonly string[]
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly zone: string | undefined
  readonly nodeName: string | undefined
}

/** Validates the part of an EndpointSlice that routing needs; an invalid endpoint is left out, its neighbours stay. */
export const validateEndpointSlice = remembered<EndpointSlice>((fields, object) => {
  if (!/^discovery\.k8s\.io\/v1(?:beta1)?$/.test(object.apiVersion)) {
    fields.complain('unsupported-api-version', 'apiVersion', `EndpointSlice has no version ${object.apiVersion}.`)
    return undefined
  }
  const metadata = readMetadata(fields)
  const addressType = fields.optionalText('addressType')
  const ports = fields.items('ports').map(({ fields }) => readPort(fields))
  const endpoints = fields.items('endpoints').map(({ fields }) => readEndpoint(fields))
  fields.reportUnknown()
  if (addressType !== 'IPv4' && addressType !== 'IPv6' && addressType !== 'FQDN') {
    fields.complain('invalid-endpoint-slice', 'addressType', 'addressType must be IPv4, IPv6 or FQDN.')
    return undefined
  }
  if (metadata === undefined) return undefined
  return {
    object,
    metadata,
    serviceName: metadata.labels['kubernetes.io/service-name'],
    managedBy: metadata.labels['endpointslice.kubernetes.io/managed-by'],
    addressType,
    ports: ports.filter(port => port !== undefined),
    endpoints: endpoints.filter(endpoint => endpoint !== undefined),
  }
})

function readPort(fields: Fields): EndpointPort | undefined {
  const name = fields.text('name')
  const port = fields.integer('port')
  const protocol = fields.optionalText('protocol') ?? 'TCP'
  fields.ignore('appProtocol').reportUnknown()
  if (port !== undefined && !isPortNumber(port)) {
    fields.complain('invalid-endpoint-slice', 'port', 'port must be a number from 1 to 65535.')
    return undefined
  }
  return fields.wellTyped ? { name, port, protocol } : undefined
}

function readEndpoint(fields: Fields): SliceEndpoint | undefined {
  const addresses = fields.textList('addresses').map(({ text }) => text)
  const conditions = fields.fields('conditions')
  const ready = conditions?.boolean('ready') ?? true
  const serving = conditions?.boolean('serving') ?? ready
  const terminating = conditions?.boolean('terminating') ?? false
  conditions?.reportUnknown()
  const zone = fields.optionalText('zone')
  const nodeName = fields.optionalText('nodeName')
  fields.ignore('hostname', 'targetRef', 'hints', 'deprecatedTopology', 'topology').reportUnknown()
  if (fields.wellTyped && addresses.length === 0) {
    fields.complain('invalid-endpoint-slice', 'addresses', 'An endpoint needs at least one address.')
    return undefined
  }
  return fields.wellTyped ? { addresses, ready, serving, terminating, zone, nodeName } : undefined
}
