import { type Diagnostic, formatName, type IngressTarget } from '@ingot/kubernetes'
import type { RequestRecord } from '@ingot/proxy'
import { destination, type Logger, pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Generation } from './control-loop.ts'

/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** One finished request of the proxy. */
export type FinishedRequest = RequestRecord<IngressTarget>

/** Log lines and metrics: the only place that knows their names. Never holds a query string, a cookie or a credential. */
export class Telemetry {
  readonly log: Logger
  readonly registry = new Registry()
  readonly #accessLog: boolean
  readonly #requests = new Counter({
    name: 'ingot_requests_total',
    help: 'Requests by the Ingress that took them, the status the client was told, and why the proxy answered itself.',
    labelNames: ['ingress', 'status', 'reason'],
    registers: [this.registry],
  })
  readonly #durations = new Histogram({
    name: 'ingot_request_duration_seconds',
    help: 'From the head of a request to the end of its response.',
    labelNames: ['ingress'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  })
  readonly #swaps = new Counter({
    name: 'ingot_config_swaps_total',
    help: 'How often a new configuration went live.',
    registers: [this.registry],
  })
  readonly #lastSwap = new Gauge({
    name: 'ingot_config_last_swap_timestamp_seconds',
    help: 'When the configuration that is live went live.',
    registers: [this.registry],
  })
  readonly #routes = new Gauge({ name: 'ingot_routes', help: 'Routes that are live.', registers: [this.registry] })
  readonly #diagnostics = new Gauge({
    name: 'ingot_diagnostics',
    help: 'Findings about the objects behind the configuration that is live.',
    labelNames: ['severity'],
    registers: [this.registry],
  })
  #known = new Set<string>()

  constructor(level: LogLevel, accessLog: boolean) {
    this.log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ sync: false }))
    this.#accessLog = accessLog
    collectDefaultMetrics({ register: this.registry })
  }

  /** Counts a finished request and writes its line of the access log: which Ingress, rule and path took it, and why. */
  requestFinished(record: FinishedRequest): void {
    const ingress = record.routedTo === undefined ? '' : ingressName(record.routedTo)
    this.#requests.inc({ ingress, status: record.status, reason: record.failure?.code ?? '' })
    this.#durations.observe({ ingress }, record.duration / 1000)
    if (this.#accessLog) this.log.info(accessLine(record, ingress), 'request')
  }

  /** Reports a configuration that has gone live; what was said of the one before is not said again. */
  swapped({ number, table, diagnostics }: Generation): void {
    this.#swaps.inc()
    this.#lastSwap.setToCurrentTime()
    this.#routes.set(table.routes.length)
    for (const severity of ['error', 'warning', 'info'] as const) {
      this.#diagnostics.set({ severity }, diagnostics.filter(found => found.severity === severity).length)
    }
    this.#reportNew(diagnostics)
    this.log.info({ generation: number, routes: table.routes.length }, 'configuration live')
  }

  #reportNew(diagnostics: readonly Diagnostic[]): void {
    const current = new Set<string>()
    for (const diagnostic of diagnostics) {
      const line = { ...diagnosticLine(diagnostic), severity: diagnostic.severity }
      const key = JSON.stringify(line)
      current.add(key)
      if (this.#known.has(key)) continue
      const level = diagnostic.severity === 'error' ? 'error' : diagnostic.severity === 'warning' ? 'warn' : 'info'
      this.log[level](line, diagnostic.message)
    }
    this.#known = current
  }
}

/** The Ingress of a target as it is named in log lines and labels. */
function ingressName({ ingress, kind }: IngressTarget): string {
  return ingress === undefined ? kind : formatName(ingress)
}

function accessLine(record: FinishedRequest, ingress: string): Record<string, unknown> {
  const { match, routedTo } = record
  return {
    client: record.client,
    method: record.method,
    protocol: record.protocol,
    host: record.target?.host,
    path: record.target?.path,
    status: record.status,
    ...(ingress !== '' && { ingress }),
    ...(routedTo?.rule !== undefined && { rule: routedTo.rule, pathIndex: routedTo.path }),
    ...(match !== undefined && { hostMatch: match.host, pathMatch: match.path, pathRule: match.route.path }),
    backend: routedTo?.backend,
    endpoint: record.endpoint,
    ...(record.failure !== undefined && { reason: record.failure.code, detail: record.failure.reason }),
    attempts: record.attempts,
    ms: round(record.duration),
    upstreamMs: record.headAfter === undefined ? undefined : round(record.headAfter),
    received: record.bytesReceived,
    sent: record.bytesSent,
    requestId: record.requestId,
  }
}

function diagnosticLine({ code, object, field, position, fix }: Diagnostic): Record<string, unknown> {
  const at = position === undefined ? undefined : `${position.file}:${position.line}:${position.column}`
  return { code, object: object && `${object.kind} ${object.namespace}/${object.name}`, field, at, fix }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
