import type { Server } from 'node:net'
import type { BackendId } from '@ingot/kubernetes'
import type { Endpoint, ProxyHooks, UpstreamRegistry } from '@ingot/proxy'
import { type Logger, pino } from 'pino'
import { type Aggregator, Counter, Gauge, Registry } from 'prom-client'
import type { RefusedConnection } from '../data-plane/connection-limits.ts'
import type { MetricsSnapshot } from '../data-plane/data-plane.ts'
import type { TrafficSettings } from '../data-plane/traffic-settings.ts'
import type { LiveTarget } from '../data-plane/traffic-update.ts'
import { accessLine, type FinishedRequest } from './access-log.ts'
import { ConnectionCount } from './connection-count.ts'
import { RequestMetrics } from './request-metrics.ts'
import { type RequestTracing, startTracing } from './tracing.ts'

/** Where log lines go, each with its line feed. */
export interface LineWriter {
  write(line: string): void
}

/** A logger of JSON lines. */
export function createLogger(level: string, lines: LineWriter): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines)
}

/** How many kinds of TLS handshake failures are told apart. */
const maxHandshakeCodes = 32

/** Log lines and metrics of the traffic in one thread. */
export class TrafficTelemetry {
  readonly log: Logger
  readonly registry = new Registry()
  /** Those of the watched servers. */
  readonly connections = new ConnectionCount()
  readonly #lines: LineWriter
  readonly #logsAccess: boolean
  readonly #tracing: RequestTracing | undefined
  readonly #requests: RequestMetrics
  readonly #connections = this.#gauge('ingot_connections', 'Client connections that are open.', ['listener'])
  readonly #accepted = this.#counter('ingot_connections_total', 'Client connections that were accepted.', ['listener'])
  readonly #refused = this.#counter(
    'ingot_connections_refused_total',
    'Client connections that were closed at once: too many in total, or from one address, or without the PROXY header that is asked for.',
    ['listener', 'reason'],
  )
  readonly #acceptErrors = this.#counter(
    'ingot_accept_errors_total',
    'Connections that the operating system could not hand over, by its code.',
    ['listener', 'code'],
  )
  readonly #handshakeFailures = this.#counter(
    'ingot_tls_handshake_failures_total',
    'TLS handshakes that came to nothing, by what OpenSSL calls it.',
    ['code'],
  )
  readonly #inFlight = this.#gauge('ingot_requests_in_flight', 'Requests that are with an endpoint.')
  readonly #endpoints = this.#gauge(
    'ingot_upstream_endpoints',
    'Endpoints that can be chosen, and that are ejected: of all threads the one that has most.',
    ['state'],
    'max',
  )
  readonly #utilization = this.#gauge(
    'ingot_event_loop_utilization',
    'The part of the time, since it was last asked, that a thread was busy: of all threads the busiest.',
    [],
    'max',
  )
  readonly #ejections = this.#counter(
    'ingot_upstream_ejections_total',
    'How often an endpoint was left alone for a while.',
  )
  readonly #upstreamConnections = this.#gauge('ingot_upstream_connections', 'Connections to endpoints.')
  readonly #handshakeCodes = new Set<string>()
  readonly #counted = new WeakMap<object, number>()
  #upstreams: UpstreamRegistry<BackendId> | undefined
  #loop = performance.eventLoopUtilization()
  #lastAcceptError = Number.NEGATIVE_INFINITY

  /** With everything that `settings` ask for. Rejects if tracing is asked for and cannot be had. */
  static async start(settings: TrafficSettings, lines: LineWriter): Promise<TrafficTelemetry> {
    const tracing = settings.tracing && (await startTracing(settings.tracing))
    return new TrafficTelemetry(settings, lines, tracing)
  }

  constructor(
    { log, metrics }: Pick<TrafficSettings, 'log' | 'metrics'>,
    lines: LineWriter,
    tracing?: RequestTracing | undefined,
  ) {
    this.#lines = lines
    this.#tracing = tracing
    this.log = createLogger(log.level, lines)
    this.#logsAccess = log.access && this.log.isLevelEnabled('info')
    this.#requests = new RequestMetrics(this.registry, metrics)
    // Metrics without labels are there before anything has happened.
    this.#inFlight.set(0)
  }

  /** Counts a finished request and writes its line of the access log. */
  requestFinished(record: FinishedRequest): void {
    this.#requests.record(record)
    if (this.#logsAccess) this.#lines.write(accessLine(record))
    this.#tracing?.finished(record)
  }

  /** What has to be done before a request is over. */
  get hooks(): ProxyHooks<LiveTarget> {
    return this.#tracing?.hooks ?? {}
  }

  /** Hands over what has not been handed over yet. */
  async end(): Promise<void> {
    await this.#tracing?.end()
  }

  /** Counts the connections of a server, and keeps an error at accepting from ending the program. */
  watchListener(listener: string, server: Server): void {
    const open = this.#connections.labels(listener)
    const accepted = this.#accepted.labels(listener)
    open.set(0)
    // One function for all: thousands of clients have none of their own.
    const onClose = () => {
      open.dec()
      this.connections.closed()
    }
    server.on('connection', socket => {
      accepted.inc()
      open.inc()
      this.connections.opened()
      socket.on('close', onClose)
    })
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (server.listening) this.#acceptFailed(listener, error)
    })
  }

  /** Says where to look for the state of endpoints. */
  watchUpstreams(upstreams: UpstreamRegistry<BackendId>): void {
    this.#upstreams = upstreams
  }

  connectionRefused(listener: string, reason: RefusedConnection): void {
    this.#refused.inc({ listener, reason })
  }

  handshakeFailed(code: string): void {
    if (this.#handshakeCodes.size < maxHandshakeCodes) this.#handshakeCodes.add(code)
    this.#handshakeFailures.inc({ code: this.#handshakeCodes.has(code) ? code : 'other' })
  }

  /** Every metric as it is now. */
  async snapshot(): Promise<MetricsSnapshot> {
    for (const { endpoint } of this.#upstreams?.endpoints() ?? []) this.#countEjections(endpoint)
    this.#lookAtEndpoints()
    this.#lookAtEventLoop()
    return (await this.registry.getMetricsAsJSON()) as unknown as MetricsSnapshot
  }

  /** Counts what has been ejected of these backends since the last time; to be called before their endpoints go. */
  countEjections(backends: Iterable<BackendId>): void {
    for (const backend of backends) {
      for (const endpoint of this.#upstreams?.endpointsOf(backend) ?? []) this.#countEjections(endpoint)
    }
  }

  #countEjections(endpoint: Endpoint): void {
    const { ejections } = endpoint.health
    const before = this.#counted.get(endpoint) ?? 0
    if (ejections === before) return
    this.#ejections.inc(ejections - before)
    this.#counted.set(endpoint, ejections)
  }

  #lookAtEndpoints(): void {
    const now = performance.now()
    const sums = { inFlight: 0, ejected: 0, ready: 0, connections: 0 }
    for (const { endpoint } of this.#upstreams?.endpoints() ?? []) {
      sums.inFlight += endpoint.inFlight
      sums.connections += endpoint.transport.stats.connections
      if (endpoint.health.isEjected(now)) sums.ejected++
      else sums.ready++
    }
    this.#inFlight.set(sums.inFlight)
    this.#upstreamConnections.set(sums.connections)
    this.#endpoints.set({ state: 'ready' }, sums.ready)
    this.#endpoints.set({ state: 'ejected' }, sums.ejected)
  }

  #lookAtEventLoop(): void {
    const now = performance.eventLoopUtilization()
    this.#utilization.set(performance.eventLoopUtilization(now, this.#loop).utilization)
    this.#loop = now
  }

  /** A machine without file descriptors fails at every attempt: once a second is enough to say so. */
  #acceptFailed(listener: string, error: NodeJS.ErrnoException): void {
    const code = error.code ?? 'unknown'
    this.#acceptErrors.inc({ listener, code })
    if (performance.now() - this.#lastAcceptError < 1_000) return
    this.#lastAcceptError = performance.now()
    this.log.error({ listener, code }, 'a connection could not be accepted')
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #gauge(name: string, help: string, labelNames: string[] = [], aggregator: Aggregator = 'sum'): Gauge {
    return new Gauge({ name, help, labelNames, aggregator, registers: [this.registry] })
  }
}
