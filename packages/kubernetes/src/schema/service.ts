import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isDnsSubdomain, isIpv4Address, isIpv6Address, isPortName, isPortNumber } from './names.ts'
import { portFault } from './port.ts'
import { remembered } from './validated.ts'

/** The part of a Service that routing needs. */
export interface Service {
  readonly object: KubernetesObject
  readonly metadata: Metadata
  readonly type: ServiceType
  readonly ports: readonly ServicePort[]
  /** Without a cluster address: its DNS name answers with the addresses of the Pods. */
  readonly headless: boolean
  readonly externalName: string | undefined
  /** The preferred family first; empty if the cluster has not decided. */
  readonly ipFamilies: readonly IpFamily[]
}

type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
export type IpFamily = 'IPv4' | 'IPv6'

/** One port of a Service. */
export interface ServicePort {
  readonly index: number
  /** `''` for the only port of a Service that has no names. */
  readonly name: string
  readonly port: number
  /** A port of the Pods, by number or by name. */
  readonly targetPort: number | string
  readonly protocol: string
  readonly appProtocol: string | undefined
}

const types: readonly string[] = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']

/** Fields that say how traffic gets in, which is no concern of the routes: only their types are looked at. */
const otherFields = {
  text: [
    'sessionAffinity',
    'loadBalancerIP',
    'externalTrafficPolicy',
    'internalTrafficPolicy',
    'ipFamilyPolicy',
    'loadBalancerClass',
    'trafficDistribution',
  ],
  list: ['clusterIPs', 'externalIPs', 'loadBalancerSourceRanges'],
  flag: ['publishNotReadyAddresses', 'allocateLoadBalancerNodePorts'],
}

/** Validates the part of a Service that routing needs as the API server does. */
export const validateService = remembered<Service>((fields, object) => {
  if (object.apiVersion !== 'v1') {
    fields.complain('unsupported-api-version', 'apiVersion', `Service has no version ${object.apiVersion}.`)
    return undefined
  }
  const metadata = readMetadata(fields, 'label')
  const spec = fields.fields('spec')
  fields.fields('status')
  fields.reportUnknown()
  if (metadata === undefined || !fields.wellTyped) return undefined
  if (spec !== undefined) return readSpec(spec, metadata, object)
  fields.complain('missing-field', 'spec', 'This Service has no spec, and so no ports.')
  return undefined
})

function readSpec(spec: Fields, metadata: Metadata, object: KubernetesObject): Service | undefined {
  const type = spec.text('type') || 'ClusterIP'
  const clusterIp = spec.text('clusterIP')
  const headless = clusterIp === 'None'
  const externalName = spec.text('externalName')
  const ipFamilies = spec.textList('ipFamilies').map(({ text }) => text)
  const ports = spec.items('ports').map(({ index, fields }) => readPort(fields, index))
  checkTypesOfOthers(spec)
  spec.reportUnknown()
  const valid = [
    spec.wellTyped,
    checkType(spec, type, externalName),
    checkClusterIp(spec, type, clusterIp),
    checkIpFamilies(spec, type, ipFamilies),
    ports.every(port => port !== undefined),
    checkPorts(
      spec,
      ports.filter(port => port !== undefined),
      headless || type === 'ExternalName',
    ),
  ].every(Boolean)
  if (!valid) return undefined
  return {
    object,
    metadata,
    type: type as ServiceType,
    ports: ports.filter(port => port !== undefined),
    headless: headless && type !== 'ExternalName',
    externalName: type === 'ExternalName' ? externalName : undefined,
    ipFamilies: ipFamilies.filter(family => family === 'IPv4' || family === 'IPv6'),
  }
}

function checkTypesOfOthers(spec: Fields): void {
  for (const name of otherFields.text) spec.text(name)
  for (const name of otherFields.list) spec.textList(name)
  for (const name of otherFields.flag) spec.boolean(name)
  spec.textMap('selector')
  spec.fields('sessionAffinityConfig')
  spec.integer('healthCheckNodePort')
}

function checkClusterIp(spec: Fields, type: string, clusterIp: string): boolean {
  const problem = problemWithClusterIp(type, clusterIp)
  if (problem !== undefined) spec.complain('invalid-service', 'clusterIP', problem)
  return problem === undefined
}

function problemWithClusterIp(type: string, clusterIp: string): string | undefined {
  if (clusterIp === '') return undefined
  if (type === 'ExternalName')
    return 'A Service of type ExternalName has no address in the cluster: leave out clusterIP.'
  if (clusterIp !== 'None') {
    const isAddress = isIpv4Address(clusterIp) || isIpv6Address(clusterIp)
    return isAddress ? undefined : `clusterIP must be an IP address or None, not ${JSON.stringify(clusterIp)}.`
  }
  return type === 'ClusterIP'
    ? undefined
    : `A Service of type ${type} needs an address in the cluster: clusterIP cannot be None.`
}

function checkIpFamilies(spec: Fields, type: string, families: readonly string[]): boolean {
  const problem = problemWithIpFamilies(type, families)
  if (problem !== undefined) spec.complain('invalid-service', 'ipFamilies', problem)
  return problem === undefined
}

function problemWithIpFamilies(type: string, families: readonly string[]): string | undefined {
  const unknown = families.find(family => family !== 'IPv4' && family !== 'IPv6')
  if (unknown !== undefined) return `ipFamilies may have IPv4 and IPv6, not ${JSON.stringify(unknown)}.`
  if (new Set(families).size < families.length) return 'ipFamilies has the same family twice.'
  return type === 'ExternalName' && families.length > 0
    ? 'A Service of type ExternalName has no addresses: leave out ipFamilies.'
    : undefined
}

function checkType(spec: Fields, type: string, externalName: string): boolean {
  if (!types.includes(type)) {
    spec.complain(
      'invalid-service',
      'type',
      `${JSON.stringify(type)} is no type of Service: use one of ${types.join(', ')}.`,
    )
    return false
  }
  // The API server accepts one trailing dot here, as DNS names have.
  if (type !== 'ExternalName' || isDnsSubdomain(externalName.replace(/\.$/, ''))) return true
  const message = `A Service of type ExternalName needs a DNS name in externalName, not ${JSON.stringify(externalName)}.`
  spec.complain('invalid-service', 'externalName', message)
  return false
}

function checkPorts(spec: Fields, ports: readonly ServicePort[], mayHaveNone: boolean): boolean {
  if (ports.length === 0) {
    if (!mayHaveNone) spec.complain('invalid-service', 'ports', 'This Service has no ports.')
    return mayHaveNone
  }
  const names = new Set(ports.map(({ name }) => name))
  if (ports.length > 1 && names.has('')) {
    spec.complain('invalid-service', 'ports', 'A Service with more than one port needs a name for each.')
    return false
  }
  const pairs = new Set(ports.map(({ port, protocol }) => `${protocol} ${port}`))
  if (names.size === ports.length && pairs.size === ports.length) return true
  spec.complain(
    'invalid-service',
    'ports',
    'Two ports of this Service have the same name or the same number and protocol.',
  )
  return false
}

function readPort(fields: Fields, index: number): ServicePort | undefined {
  const name = fields.text('name')
  const port = fields.integer('port') ?? 0
  const targetPort = fields.integerOrText('targetPort') ?? 0
  const protocol = fields.text('protocol') || 'TCP'
  const appProtocol = fields.optionalText('appProtocol')
  fields.integer('nodePort')
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  const fault = portFault({ name, port, protocol, appProtocol }) ?? targetPortFault(targetPort)
  if (fault !== undefined) {
    fields.complain('invalid-service', ...fault)
    return undefined
  }
  return { index, name, port, targetPort: targetPort || port, protocol, appProtocol }
}

/** None, as 0 or an empty name, stands for the port itself. */
function targetPortFault(target: number | string): readonly [string, string] | undefined {
  const isTarget = typeof target === 'number' ? isPortNumber(target) : isPortName(target)
  if (target === 0 || target === '' || isTarget) return undefined
  return ['targetPort', 'targetPort must be a port number or the name of a container port.']
}
