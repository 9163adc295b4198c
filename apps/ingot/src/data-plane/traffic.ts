import type { Server } from 'node:http'
import type { BackendId } from '@ingot/kubernetes'
import {
  type AffinityOptions,
  acceptProxyProtocol,
  compileRouteOptions,
  createProxyHandler,
  loadCertificates,
  noCertificates,
  type PickContext,
  type ProxyHandler,
  type RouteOptions,
  type RoutePolicy,
  RoutingState,
  type SecureServer,
  SharedConnections,
  type SharedCounts,
  SharedRates,
  takesCanary,
  UpstreamRegistry,
} from '@ingot/proxy'
import type { TrafficTelemetry } from '../telemetry/traffic-telemetry.ts'
import { changeCertificates } from './certificate-changes.ts'
import { limitConnections, type RefusedConnection } from './connection-limits.ts'
import { watchCrowds } from './crowds.ts'
import type { BoundPorts, DataPlane, MetricsSnapshot } from './data-plane.ts'
import { drainServer } from './drain.ts'
import { createHttpServer, createHttpsServer, listen } from './listeners.ts'
import { LiveMatcher } from './live-matcher.ts'
import { keepTickShape } from './tick-shape.ts'
import type { TrafficSettings } from './traffic-settings.ts'
import type { LiveTarget, TrafficUpdate } from './traffic-update.ts'

/** Everything that serves traffic in one thread: live routing, upstreams, handler, listeners. */
export class Traffic implements DataPlane {
  readonly #settings: TrafficSettings
  readonly #telemetry: TrafficTelemetry
  readonly #state: RoutingState<LiveTarget>
  readonly #registry: UpstreamRegistry<BackendId>
  readonly #handler: ProxyHandler
  readonly #http: Server
  readonly #https: SecureServer | undefined
  #matcher = LiveMatcher.empty()
  /** Grows in place: routes of before know the first of them. */
  #policies: RoutePolicy[] = []
  readonly #policyBy = new Map<string, RoutePolicy>()
  #configured: NonNullable<TrafficUpdate['certificates']> = { pairs: new Map() }
  #certificates = noCertificates
  readonly #shared: SharedCounts
  readonly #crowds: NodeJS.Timeout

  constructor(settings: TrafficSettings, telemetry: TrafficTelemetry) {
    keepTickShape()
    this.#settings = settings
    this.#telemetry = telemetry
    this.#shared = sharedCounts(settings)
    this.#state = new RoutingState<LiveTarget>({ matcher: this.#matcher.matcher, upstreams: () => undefined })
    this.#registry = new UpstreamRegistry(settings.upstreams)
    telemetry.watchUpstreams(this.#registry)
    this.#handler = this.#createHandler()
    this.#http = this.#prepare('http', createHttpServer(this.#handler, settings))
    this.#https = settings.httpsPort === undefined ? undefined : this.#createHttps()
    this.#crowds = watchCrowds(telemetry.connections)
  }

  async apply({ routes, changes, backends, ticketKeys, ...rest }: TrafficUpdate): Promise<void> {
    if (ticketKeys !== undefined) this.#https?.rotateTicketKeys(Buffer.from(ticketKeys))
    // Requests are served while many hosts change; what has changed becomes live at the end, all at once.
    const opened = routes === undefined ? this.#matcher : LiveMatcher.open(routes.matcher)
    const matcher = changes === undefined ? opened : await opened.change(changes)
    this.#changeCertificates(rest)
    if (backends !== undefined) this.#changeBackends(backends)
    if (routes !== undefined) this.#policies = this.#replacePolicies(routes.policies)
    for (const one of changes?.policies ?? []) this.#policies.push(this.#policy(one))
    if (routes !== undefined || changes !== undefined) this.#matcher = matcher
    const find = (backend: BackendId) => this.#registry.find(backend)
    this.#state.swap({
      ...{ matcher: this.#matcher.matcher, policies: policiesOf(this.#policies), variant: this.#variant },
      upstreams: target => find(target.backend),
      authenticators: backend => find(backend),
    })
  }

  async listen(taken?: BoundPorts): Promise<BoundPorts> {
    const { host, port, httpsPort = 0, sharesPorts: sharesPort } = this.#settings
    const http = await listen(this.#http, { host, port: taken?.http ?? port, sharesPort })
    if (this.#https === undefined) return { http, https: undefined }
    const https = await listen(this.#https.server, { host, port: taken?.https ?? httpsPort, sharesPort })
    return { http, https }
  }

  async metrics(): Promise<readonly MetricsSnapshot[]> {
    return [await this.#telemetry.snapshot()]
  }

  async drain(limit: number): Promise<number> {
    const servers = [this.#http, ...(this.#https === undefined ? [] : [this.#https.server])]
    const draining = servers.map(server => drainServer(server, limit))
    this.#https?.drain()
    const open = await Promise.all(draining)
    await this.close()
    return open.reduce((sum, count) => sum + count, 0)
  }

  async close(): Promise<void> {
    clearInterval(this.#crowds)
    this.#handler.close()
    this.#http.close()
    this.#http.closeAllConnections()
    this.#https?.server.close()
    this.#https?.destroy()
    this.#registry.close()
    await this.#telemetry.end()
  }

  readonly #variant = (target: LiveTarget, request: PickContext): LiveTarget => {
    const { canary } = target
    if (canary === undefined) return target
    const sides = { main: this.#affinityOf(target), canary: this.#affinityOf(canary.target) }
    return takesCanary(canary.options, request, sides) ? canary.target : target
  }

  #affinityOf({ backend }: LiveTarget): AffinityOptions | undefined {
    return this.#registry.find(backend)?.options.affinity
  }

  #createHandler(): ProxyHandler {
    const { connections, requests, redirectPort } = this.#settings
    const { path, headLimits, trustedProxies, keepUnderscores, upgrades, answerAsterisk, compression } = requests
    return createProxyHandler<LiveTarget>({
      ...{ state: this.#state, path, headLimits, trustedProxies, keepUnderscores, upgrades },
      halfCloseTime: connections.halfCloseTimeout,
      ...{ answerAsterisk, ...(compression !== undefined && { compression }) },
      // The same Service behind other rules is not the same: what is forbidden by one must not be had by the other.
      sameTarget: (a, b) =>
        a.backend === b.backend && a.policy === b.policy && a.canary?.target.backend === b.canary?.target.backend,
      hooks: this.#telemetry.hooks,
      onFinish: record => this.#telemetry.requestFinished(record),
      ...(redirectPort !== undefined && {
        httpsRedirect: { isSecured: host => this.#certificates.isSecured(host), port: redirectPort },
      }),
    })
  }

  #createHttps(): SecureServer {
    const secure = createHttpsServer(this.#handler, this.#settings, {
      onHandshakeFailure: code => this.#telemetry.handshakeFailed(code),
    })
    this.#prepare('https', secure.server)
    return secure
  }

  #prepare<S extends Server>(name: string, server: S): S {
    const { connections, requests } = this.#settings
    const refused = (reason: RefusedConnection) => this.#telemetry.connectionRefused(name, reason)
    this.#telemetry.watchListener(name, server)
    limitConnections(server, connections, requests.trustedProxies, refused)
    const { proxyProtocol: trusted } = connections
    // Last: it stands before everybody else who hears of a connection.
    if (trusted.length > 0) acceptProxyProtocol(server, { trusted, onRefused: () => refused('proxy-header') })
    return server
  }

  #changeCertificates({ certificates = this.#configured, certificateChanges: changes }: TrafficUpdate): void {
    if (certificates === this.#configured && changes === undefined) return
    this.#configured = changes === undefined ? certificates : changeCertificates(certificates, changes)
    this.#certificates = loadCertificates(this.#configured, this.#certificates).certificates
    this.#https?.swap(this.#certificates)
  }

  #changeBackends(changed: NonNullable<TrafficUpdate['backends']>): void {
    this.#telemetry.countEjections(changed.keys())
    this.#registry.change(changed)
  }

  #replacePolicies(options: readonly RouteOptions[]): RoutePolicy[] {
    const kept = new Map(this.#policyBy)
    this.#policyBy.clear()
    return options.map(one => this.#policy(one, kept))
  }

  /** A policy that stays keeps what it remembers of clients. */
  #policy(options: RouteOptions, kept: ReadonlyMap<string, RoutePolicy> = this.#policyBy): RoutePolicy {
    const key = JSON.stringify(options)
    const policy = kept.get(key) ?? compileRouteOptions(options, undefined, this.#shared)
    this.#policyBy.set(key, policy)
    return policy
  }
}

function sharedCounts({ shared, worker }: TrafficSettings): SharedCounts {
  if (shared === undefined) return {}
  return { rates: new SharedRates(shared.rates), connections: new SharedConnections(shared.connections, worker) }
}

function policiesOf(policies: readonly RoutePolicy[]): (target: LiveTarget) => RoutePolicy | undefined {
  return ({ policy }) => (policy === undefined ? undefined : policies[policy])
}
