import type { EndpointSlice, SliceEndpoint } from '../schema/endpoint-slice.ts'
import type { IpFamily, Service, ServicePort } from '../schema/service.ts'

/** One address and port that can receive requests. */
export interface Endpoint {
  /** An IP address, or a DNS name where {@link Backend.dns} or a static resolution gives one. */
  readonly address: string
  readonly port: number
  /** Still serving, but about to stop; used only if there is nothing else (semantics 9.5). */
  readonly terminating?: boolean
  readonly zone?: string
  readonly nodeName?: string
}

/**
 * The endpoints of one port of a Service: the union of its slices without repetition, of one address family, and of
 * those the ready ones, else the ones that still serve while they terminate, as kube-proxy chooses (semantics 9.4, 9.5).
 */
export function endpointsOf(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): Endpoint[] {
  const candidates = new Map<IpFamily, Candidate[]>()
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue
    const known = candidates.get(slice.addressType) ?? []
    candidates.set(slice.addressType, [...known, ...candidatesOf(slice, port)])
  }
  const families: readonly IpFamily[] = service.ipFamilies.length > 0 ? service.ipFamilies : ['IPv4', 'IPv6']
  // A Pod with two addresses is in a slice of each family: using both would count it twice.
  for (const family of [...families, 'IPv4', 'IPv6'] as const) {
    const usable = usableOf(candidates.get(family) ?? [])
    if (usable.length > 0) return usable
  }
  return []
}

interface Candidate {
  readonly endpoint: Endpoint
  readonly conditions: SliceEndpoint
}

function candidatesOf(slice: EndpointSlice, port: ServicePort): Candidate[] {
  const number = portNumber(slice, port)
  if (number === undefined) return []
  return slice.endpoints.flatMap(conditions =>
    conditions.addresses.map(address => ({ endpoint: buildEndpoint(address, number, conditions), conditions })),
  )
}

/** The slice's port of the same name, or, if the slice stands for every port, the number that the Service targets. */
function portNumber(slice: EndpointSlice, port: ServicePort): number | undefined {
  const target = typeof port.targetPort === 'number' ? port.targetPort : undefined
  if (slice.ports.length === 0) return target
  const found = slice.ports.find(({ name, protocol }) => name === port.name && protocol === 'TCP')
  return found === undefined ? undefined : (found.port ?? target)
}

function buildEndpoint(address: string, port: number, { terminating, zone, nodeName }: SliceEndpoint): Endpoint {
  return {
    address,
    port,
    ...(terminating && { terminating }),
    ...(zone !== undefined && { zone }),
    ...(nodeName !== undefined && { nodeName }),
  }
}

function usableOf(candidates: readonly Candidate[]): Endpoint[] {
  const ready = candidates.filter(({ conditions }) => conditions.ready && !conditions.terminating)
  const leaving = candidates.filter(({ conditions }) => conditions.serving && conditions.terminating)
  const unique = new Map<string, Endpoint>()
  for (const { endpoint } of ready.length > 0 ? ready : leaving) {
    const key = `${endpoint.address} ${endpoint.port}`
    if (!unique.has(key)) unique.set(key, endpoint)
  }
  return [...unique.values()]
}
