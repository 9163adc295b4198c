import { isIP } from 'node:net'
import type { KubernetesObject } from '@ingot/kubernetes'
import { isRecord } from './api-object.ts'

/** Where an Ingress can be reached: an entry of `status.loadBalancer.ingress` (semantics 13.1). */
export type PublishedAddress = { readonly ip: string } | { readonly hostname: string }

/** Reads one value of `--publish-status-address`. Throws a `TypeError` if it is neither an IP address nor a host name. */
export function parseAddress(text: string): PublishedAddress {
  const address = text.trim().toLowerCase()
  if (isIP(address) !== 0) return { ip: address }
  if (isHostname(address)) return { hostname: address }
  throw new TypeError(`'${text}' is neither an IP address nor a host name`)
}

/**
 * The addresses of the Service that brings requests here, as far as it knows them itself (semantics 13.2). `undefined` if
 * they are those of the nodes that its endpoints are on.
 */
export function addressesOfService(service: KubernetesObject): PublishedAddress[] | undefined {
  const { spec, status } = service.raw
  const { type = 'ClusterIP', externalIPs, externalName, clusterIPs } = isRecord(spec) ? spec : {}
  if (type === 'ExternalName') return stableAddresses([{ hostname: externalName }])
  const external = ipEntries(externalIPs)
  if (type === 'LoadBalancer') {
    const balancer = isRecord(status) && isRecord(status.loadBalancer) ? status.loadBalancer : {}
    return stableAddresses([...(Array.isArray(balancer.ingress) ? balancer.ingress : []), ...external])
  }
  if (external.length > 0) return stableAddresses(external)
  if (type === 'NodePort') return undefined
  const own = stableAddresses(ipEntries(clusterIPs))
  // Headless: its endpoints are all that it has.
  return own.length > 0 ? own : undefined
}

/** Whether clients come to a port of the nodes, whose addresses only the nodes know. */
export function isNodePort({ raw: { spec } }: KubernetesObject): boolean {
  return isRecord(spec) && spec.type === 'NodePort'
}

/** Where the endpoints of a Service are that take requests. */
export interface EndpointPlace {
  /** Of a pod in the network of its node, the node's. */
  readonly address: string
  readonly node: string | undefined
}

/** The places of the ready endpoints of a slice. */
export function readyPlaces(slice: KubernetesObject): EndpointPlace[] {
  const { endpoints } = slice.raw
  return (Array.isArray(endpoints) ? endpoints : []).flatMap(endpoint => {
    if (!isRecord(endpoint)) return []
    const { ready = true } = isRecord(endpoint.conditions) ? endpoint.conditions : {}
    const [address]: unknown[] = Array.isArray(endpoint.addresses) ? endpoint.addresses : []
    if (ready !== true || typeof address !== 'string') return []
    return [{ address, node: typeof endpoint.nodeName === 'string' ? endpoint.nodeName : undefined }]
  })
}

/** The addresses of a node that clients outside can reach, else those inside. */
export function addressesOfNode(node: KubernetesObject): PublishedAddress[] {
  const { status } = node.raw
  const written = isRecord(status) && Array.isArray(status.addresses) ? status.addresses : []
  const of = (kind: string) => written.filter(entry => isRecord(entry) && entry.type === kind)
  const external = ipEntries(of('ExternalIP').map(({ address }) => address))
  return stableAddresses(external.length > 0 ? external : ipEntries(of('InternalIP').map(({ address }) => address)))
}

function ipEntries(ips: unknown): { ip: unknown }[] {
  return Array.isArray(ips) ? ips.map(ip => ({ ip })) : []
}

/** The addresses that are valid, each once, in an order that does not depend on the order they came in. */
export function stableAddresses(addresses: readonly unknown[]): PublishedAddress[] {
  const valid = addresses.flatMap(address => (isRecord(address) ? readAddress(address) : []))
  const byName = new Map(valid.map(address => [addressName(address), address]))
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address)
}

/** A text that is the same for equal addresses. */
export function addressName(address: PublishedAddress): string {
  return 'ip' in address ? `ip ${address.ip}` : `hostname ${address.hostname}`
}

function readAddress({ ip, hostname }: Record<string, unknown>): PublishedAddress[] {
  if (typeof ip === 'string' && isIP(ip) !== 0) return [{ ip }]
  if (typeof hostname === 'string' && isHostname(hostname.toLowerCase())) return [{ hostname: hostname.toLowerCase() }]
  return []
}

const hostname = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/** A last label of digits would be an IPv4 address, or a failed try at one. */
function isHostname(text: string): boolean {
  return text.length <= 253 && hostname.test(text) && !/(^|\.)\d+$/.test(text)
}
