import type { AffinityAsk } from '../annotations/asks.ts'
import { type Diagnostic, type DiagnosticDetails, diagnose, type Place } from '../diagnostic.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import { type BackendId, backendId } from '../ingress-target.ts'
import { formatName, type KubernetesObject } from '../kubernetes-object.ts'
import type { IngressBackend, ResourceReference, ServicePortReference } from '../schema/backend.ts'
import type { EndpointSlice } from '../schema/endpoint-slice.ts'
import type { Service, ServicePort } from '../schema/service.ts'
import { type ExternalNameOptions, refuseExternalName } from './external-name.ts'
import { type Endpoint, endpointsOf } from './resolve-endpoints.ts'

/** Where requests of a route end: endpoints, or the reason why there are none. */
export interface Backend {
  readonly id: BackendId
  readonly namespace: string
  /** The port is a number or a name, as the Ingress has it. */
  readonly service?: { readonly name: string; readonly port: number | string }
  readonly resource?: ResourceReference
  readonly endpoints: readonly Endpoint[]
  /** What the endpoints speak (semantics 9.9). */
  readonly protocol: BackendProtocol
  /** How clients are kept with an endpoint, if an Ingress asks for it. */
  readonly affinity?: AffinityAsk
  /** Whether an endpoint that speaks TLS has to show a certificate for its name. */
  readonly verifyTls?: boolean
  /** Why requests are answered 503 (semantics 9.3); the route stays, so that none falls to a broader one. */
  readonly unavailable?: BackendProblem
  /**
   * The one endpoint has a DNS name for an address, which has to be looked up: a headless Service, or an external name,
   * whose addresses must be checked with `isForbiddenAddress` after each look-up.
   */
  readonly dns?: { readonly name: string; readonly port: number; readonly kind: 'headless' | 'external' }
}

/** HTTP/1.1 without and with TLS, HTTP/2 without and with TLS. */
export type BackendProtocol = 'http' | 'https' | 'h2c' | 'h2'
export type BackendProblem =
  | 'no-service'
  | 'no-port'
  | 'no-endpoints'
  | 'unsupported-backend'
  | 'unsupported-security-annotation'
  | 'unsupported-expression'

/** A Service whose endpoints are given by hand; it needs no Service object. */
export interface StaticResolution {
  readonly service: string
  /** Any namespace, if absent. */
  readonly namespace?: string
  /** The number or name of a Service port; every port, if absent. */
  readonly port?: number | string
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
}

export interface BackendOptions {
  /** Services that are resolved by hand; these come before EndpointSlices. */
  readonly resolve?: readonly StaticResolution[]
  /** Look up headless Services without EndpointSlices by their DNS name. */
  readonly headlessDns?: { readonly clusterDomain: string }
  /** Default: Services of type ExternalName are refused. */
  readonly externalName?: ExternalNameOptions
  /** Whether a backend may name a targetPort, as ingress-nginx lets it (semantics 9.2). Default: false. */
  readonly acceptTargetPort?: boolean
  /** Only EndpointSlices that carry one of these names in `endpointslice.kubernetes.io/managed-by`. Default: all. */
  readonly sliceManagers?: readonly string[]
  /** Serves backends that are no Services (semantics 9.8). */
  readonly resolveResource?: (
    resource: ResourceReference,
    namespace: string,
  ) => { readonly endpoints: readonly Endpoint[]; readonly protocol?: BackendProtocol } | undefined
  /** Whether backends without endpoints are worth a diagnostic; not where no cluster is at hand. Default: true. */
  readonly expectEndpoints?: boolean
}

/** The objects that backends are resolved with. */
export interface BackendObjects {
  service(namespace: string, name: string): Service | undefined
  /** Whether there is any Service at all; without one they are most likely kept elsewhere. */
  readonly hasServices: boolean
  /** The object of a Service that is there but invalid. */
  invalidService(namespace: string, name: string): KubernetesObject | undefined
  slices(namespace: string, service: string): readonly EndpointSlice[]
}

/** One place where a backend is named. */
export interface BackendUse {
  readonly namespace: string
  readonly backend: IngressBackend
  readonly place: Place | undefined
}

export interface ResolvedBackend {
  readonly backend: Backend
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds what serves a backend (semantics 9.2-9.9). */
export function resolveBackend(
  use: BackendUse,
  objects: BackendObjects,
  options: BackendOptions = {},
): ResolvedBackend {
  const base = { id: backendId(use.namespace, use.backend), namespace: use.namespace }
  if ('resource' in use.backend) return resolveResource(use, use.backend.resource, base, options)
  const { service: reference } = use.backend
  const resolving: Resolving = {
    use,
    base: { ...base, service: { name: reference.name, port: portKey(reference.port) } },
    reference,
    objects,
    options,
  }
  const service = objects.service(use.namespace, reference.name)
  if (service === undefined) return resolveWithoutService(resolving)
  const port = findPort(service, reference.port, options)
  if (port !== undefined) return resolvePort(resolving, service, port)
  // An external name needs no ports: the Ingress says which (semantics 9.7).
  if (service.externalName === undefined || service.ports.length > 0) return missingPort(resolving, service)
  return 'number' in reference.port
    ? resolveExternalName(resolving, service, reference.port.number, 'http')
    : missingPort(resolving, service)
}

type BackendBase = Pick<Backend, 'id' | 'namespace' | 'service' | 'resource'>

interface Resolving {
  readonly use: BackendUse
  readonly base: BackendBase
  readonly reference: { readonly name: string; readonly port: ServicePortReference }
  readonly objects: BackendObjects
  readonly options: BackendOptions
}

function resolveResource(
  use: BackendUse,
  resource: ResourceReference,
  base: BackendBase,
  options: BackendOptions,
): ResolvedBackend {
  const found = options.resolveResource?.(resource, use.namespace)
  if (found !== undefined) return available({ ...base, resource }, found.endpoints, found.protocol ?? 'http')
  const message = `The backend is a ${resource.kind} named ${resource.name}, and only Services can be served here; requests are answered 503.`
  return unavailable({ ...base, resource }, 'unsupported-backend', complaint(use, 'unsupported-backend', message))
}

function resolveWithoutService(resolving: Resolving): ResolvedBackend {
  const { use, base, reference, objects, options } = resolving
  const given = staticEndpoints(use.namespace, reference.name, [portKey(reference.port)], options)
  if (given !== undefined) return available(base, given, 'http')
  const invalid = objects.invalidService(use.namespace, reference.name)
  const name = `Service ${formatName({ namespace: use.namespace, name: reference.name })}`
  const message =
    invalid === undefined
      ? `There is no ${name}; requests are answered 503.`
      : `${name} is invalid; requests are answered 503.`
  const details: DiagnosticDetails = {
    ...(invalid !== undefined && { related: [{ object: invalid, field: [] }] }),
    ...(!objects.hasServices && { severity: 'warning' }),
  }
  return unavailable(base, 'no-service', complaint(use, 'service-not-found', message, details))
}

function resolvePort(resolving: Resolving, service: Service, port: ServicePort): ResolvedBackend {
  const { use, base, objects, options } = resolving
  const { namespace, name } = service.metadata
  const protocol = protocolOf(service, port)
  const given = staticEndpoints(namespace, name, [port.port, port.name, portKey(resolving.reference.port)], options)
  if (given !== undefined) return available(base, given, protocol)
  if (port.protocol !== 'TCP') {
    const message = `Port ${port.port} of Service ${name} speaks ${port.protocol}, and requests need TCP; they are answered 503.`
    return unavailable(base, 'no-port', complaint(use, 'port-not-tcp', message))
  }
  if (service.externalName !== undefined) return resolveExternalName(resolving, service, port.port, protocol)
  const slices = objects.slices(namespace, name).filter(slice => isTrusted(slice, options))
  const endpoints = endpointsOf(service, port, slices)
  if (endpoints.length > 0) return available(base, endpoints, protocol)
  const dns = slices.length === 0 ? headlessName(service, port, options) : undefined
  if (dns !== undefined) return { backend: { ...byName(base, dns, protocol) }, diagnostics: [] }
  const complaints = options.expectEndpoints === false ? [] : withoutEndpoints(use, service, port, slices)
  return unavailable(base, 'no-endpoints', complaints, protocol)
}

function withoutEndpoints(
  use: BackendUse,
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
): Diagnostic[] {
  const name = `Service ${formatName(service.metadata)}`
  const fqdn = slices.filter(({ addressType }) => addressType === 'FQDN')
  const ignored = fqdn.map(({ object }) => {
    const message = `The addresses of this EndpointSlice are DNS names, which are not used for ${name}.`
    return diagnose('ignored-addresses', { object, field: ['addressType'] }, message)
  })
  const why = slices.length === 0 ? 'it has no EndpointSlice' : 'none of its endpoints is ready'
  const message = `Nothing serves port ${port.name === '' ? port.port : port.name} of ${name}: ${why}. Requests are answered 503.`
  return [...complaint(use, 'no-endpoints', message), ...ignored]
}

function isTrusted(slice: EndpointSlice, { sliceManagers }: BackendOptions): boolean {
  return sliceManagers === undefined || (slice.managedBy !== undefined && sliceManagers.includes(slice.managedBy))
}

/** The DNS name of a headless Service answers with its Pods, whose port only a number can tell. */
function headlessName(service: Service, port: ServicePort, options: BackendOptions): Backend['dns'] {
  const { headlessDns } = options
  if (headlessDns === undefined || !service.headless || typeof port.targetPort !== 'number') return undefined
  const { namespace, name } = service.metadata
  return { name: `${name}.${namespace}.svc.${headlessDns.clusterDomain}`, port: port.targetPort, kind: 'headless' }
}

function resolveExternalName(
  { use, base, options }: Resolving,
  service: Service,
  port: number,
  protocol: BackendProtocol,
): ResolvedBackend {
  const name = (service.externalName ?? '').replace(/\.$/, '')
  const refusal = refuseExternalName(name, port, options.externalName)
  if (refusal === undefined)
    return { backend: byName(base, { name, port, kind: 'external' }, protocol), diagnostics: [] }
  const message = `Service ${formatName(service.metadata)} leads out of the cluster to ${name}: ${refusal}. Requests are answered 503.`
  const details = { related: [{ object: service.object, field: ['spec', 'externalName'] }] }
  return unavailable(base, 'no-endpoints', complaint(use, 'external-name-refused', message, details))
}

function missingPort({ use, base, reference, options }: Resolving, service: Service): ResolvedBackend {
  const wanted = 'number' in reference.port ? String(reference.port.number) : JSON.stringify(reference.port.name)
  const name = `Service ${formatName(service.metadata)}`
  const details = { related: [{ object: service.object, field: ['spec', 'ports'] }] }
  const target = service.ports.find(port => targets(port, reference.port))
  if (target !== undefined && !options.acceptTargetPort) {
    const message = `${wanted} is the targetPort of port ${target.port} of ${name}, and a backend names the Service port: ${target.port}. Requests are answered 503.`
    const fix =
      target.name === ''
        ? `Use port.number: ${target.port}.`
        : `Use port.number: ${target.port}, or port.name: ${target.name}.`
    return unavailable(base, 'no-port', complaint(use, 'looks-like-target-port', message, { ...details, fix }))
  }
  const ports = service.ports.map(port => (port.name === '' ? String(port.port) : `${port.port} (${port.name})`))
  const has = ports.length === 0 ? 'it has no ports' : `it has ${ports.join(', ')}`
  const message = `${name} has no port ${wanted}; ${has}. Requests are answered 503.`
  return unavailable(base, 'no-port', complaint(use, 'port-not-found', message, details))
}

function findPort(service: Service, wanted: ServicePortReference, options: BackendOptions): ServicePort | undefined {
  const tcpFirst = [...service.ports].sort((a, b) => Number(b.protocol === 'TCP') - Number(a.protocol === 'TCP'))
  const found = tcpFirst.find(({ port, name }) => ('number' in wanted ? port === wanted.number : name === wanted.name))
  return found ?? (options.acceptTargetPort ? tcpFirst.find(port => targets(port, wanted)) : undefined)
}

function targets({ targetPort }: ServicePort, wanted: ServicePortReference): boolean {
  return targetPort === ('number' in wanted ? wanted.number : wanted.name)
}

// A WebSocket begins as HTTP/1.1, and gRPC is HTTP/2.
const named: Readonly<Record<string, BackendProtocol>> = {
  ...{ http: 'http', https: 'https', ws: 'http', wss: 'https' },
  ...{ h2c: 'h2c', h2: 'h2', grpc: 'h2c', grpcs: 'h2' },
}

const protocols: ReadonlyMap<string, BackendProtocol> = new Map([
  ...Object.entries(named),
  ...(['h2c', 'ws', 'wss'] as const).map(name => [`kubernetes.io/${name}`, named[name]!] as const),
])

/** Says what a Service speaks where its ports have no appProtocol. */
const PROTOCOL_ANNOTATION = 'ingot.dev/backend-protocol'

/** From `appProtocol`, then the annotation; never guessed from the port number (semantics 9.9). */
function protocolOf({ metadata }: Service, { appProtocol }: ServicePort): BackendProtocol {
  const said = protocols.get(appProtocol?.toLowerCase() ?? '')
  return said ?? protocols.get(metadata.annotations[PROTOCOL_ANNOTATION]?.toLowerCase() ?? '') ?? 'http'
}

function staticEndpoints(
  namespace: string,
  service: string,
  ports: readonly (number | string)[],
  { resolve = [] }: BackendOptions,
): readonly Endpoint[] | undefined {
  const fits = resolve.filter(entry => {
    if (entry.service !== service || (entry.namespace ?? namespace) !== namespace) return false
    return entry.port === undefined || ports.includes(entry.port)
  })
  // An entry that says more about what it is for comes first.
  const rank = (entry: StaticResolution) => Number(entry.namespace !== undefined) + 2 * Number(entry.port !== undefined)
  return fits.sort((a, b) => rank(b) - rank(a))[0]?.endpoints
}

function portKey(port: ServicePortReference): number | string {
  return 'number' in port ? port.number : port.name
}

function byName(base: BackendBase, dns: NonNullable<Backend['dns']>, protocol: BackendProtocol): Backend {
  return { ...base, endpoints: [{ address: dns.name, port: dns.port }], protocol, dns }
}

function available(base: BackendBase, endpoints: readonly Endpoint[], protocol: BackendProtocol): ResolvedBackend {
  if (endpoints.length === 0) return unavailable(base, 'no-endpoints', [], protocol)
  return { backend: { ...base, endpoints, protocol }, diagnostics: [] }
}

function unavailable(
  base: BackendBase,
  reason: BackendProblem,
  diagnostics: readonly Diagnostic[],
  protocol: BackendProtocol = 'http',
): ResolvedBackend {
  return { backend: { ...base, endpoints: [], protocol, unavailable: reason }, diagnostics }
}

function complaint(use: BackendUse, code: DiagnosticCode, message: string, details?: DiagnosticDetails): Diagnostic[] {
  return use.place === undefined ? [] : [diagnose(code, use.place, message, details)]
}
