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

/** The addresses of the Service that brings requests here (semantics 13.2). A NodePort without externalIPs has none. */
export function addressesOfService(service: KubernetesObject): PublishedAddress[] {
  const { spec, status } = service.raw
  const { type, externalIPs, externalName } = isRecord(spec) ? spec : {}
  if (type === 'ExternalName') return stableAddresses([{ hostname: externalName }])
  const balancer = isRecord(status) && isRecord(status.loadBalancer) ? status.loadBalancer : {}
  const balanced = type === 'LoadBalancer' && Array.isArray(balancer.ingress) ? balancer.ingress : []
  const external = Array.isArray(externalIPs) ? externalIPs.map(ip => ({ ip })) : []
  return stableAddresses([...balanced, ...external])
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
