import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isDnsSubdomain, isIpv4Address, isIpv6Address } from './names.ts'
import { portFault } from './port.ts'
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
  const endpoints = fields.items('endpoints').map(({ fields }) => readEndpoint(fields, addressType))
  fields.reportUnknown()
  if (addressType !== 'IPv4' && addressType !== 'IPv6' && addressType !== 'FQDN') {
    fields.complain('invalid-endpoint-slice', 'addressType', 'addressType must be IPv4, IPv6 or FQDN.')
    return undefined
  }
  if (metadata === undefined || !fields.wellTyped) return undefined
  checkPortNames(fields, ports)
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

function checkPortNames(fields: Fields, ports: readonly (EndpointPort | undefined)[]): void {
  const names = ports.flatMap(port => (port === undefined ? [] : [port.name]))
  if (new Set(names).size === names.length) return
  fields.complain('invalid-endpoint-slice', 'ports', 'Two ports of this EndpointSlice have the same name.')
}

function readPort(fields: Fields): EndpointPort | undefined {
  const name = fields.text('name')
  const port = fields.integer('port')
  const protocol = fields.optionalText('protocol') ?? 'TCP'
  const appProtocol = fields.optionalText('appProtocol')
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  const fault = portFault({ name, port, protocol, appProtocol })
  if (fault !== undefined) {
    fields.complain('invalid-endpoint-slice', ...fault)
    return undefined
  }
  return { name, port, protocol }
}

/** How many addresses an endpoint may have; only the first is meant to be used. */
const MAX_ADDRESSES = 100

/** Loopback and link-local addresses are accepted, which the API server refuses: files may describe one machine. */
function problemWithAddresses(addresses: readonly string[], type: string | undefined): string | undefined {
  if (addresses.length === 0) return 'An endpoint needs at least one address.'
  if (addresses.length > MAX_ADDRESSES) return `An endpoint can have at most ${MAX_ADDRESSES} addresses.`
  const isAddress = addressTests[type ?? '']
  const bad = isAddress === undefined ? undefined : addresses.find(address => !isAddress(address))
  return bad === undefined ? undefined : `${JSON.stringify(bad)} is no address of type ${type}.`
}

const addressTests: Readonly<Record<string, (text: string) => boolean>> = {
  IPv4: isIpv4Address,
  IPv6: isIpv6Address,
  FQDN: text => text.replace(/\.$/, '').includes('.') && isDnsSubdomain(text.replace(/\.$/, '')),
}

function readEndpoint(fields: Fields, addressType: string | undefined): SliceEndpoint | undefined {
  const addresses = fields.textList('addresses').map(({ text }) => text)
  const conditions = fields.fields('conditions')
  const ready = conditions?.boolean('ready') ?? true
  const serving = conditions?.boolean('serving') ?? ready
  const terminating = conditions?.boolean('terminating') ?? false
  conditions?.reportUnknown()
  const zone = fields.optionalText('zone')
  const nodeName = fields.optionalText('nodeName')
  for (const name of ['targetRef', 'hints']) fields.fields(name)
  fields.text('hostname')
  fields.textMap('deprecatedTopology')
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  const problem = problemWithAddresses(addresses, addressType)
  if (problem !== undefined) fields.complain('invalid-endpoint-slice', 'addresses', problem)
  if (nodeName !== undefined && !isDnsSubdomain(nodeName)) {
    fields.complain('invalid-endpoint-slice', 'nodeName', `${JSON.stringify(nodeName)} cannot be the name of a Node.`)
    return undefined
  }
  return problem === undefined && conditions?.wellTyped !== false
    ? { addresses, ready, serving, terminating, zone, nodeName }
    : undefined
}
