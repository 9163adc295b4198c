import { setTimeout as sleep } from 'node:timers/promises'
import type { HookedRequest, ProxyHooks } from '@ingot/proxy'
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import type { TracingSettings } from '../data-plane/traffic-settings.ts'
import type { LiveTarget } from '../data-plane/traffic-update.ts'
import type { FinishedRequest } from './access-log.ts'
import { readTraceparent, writeTraceparent } from './trace-context.ts'

/** How long the last spans may take to be sent, in milliseconds. */
const patience = 2_000

type Api = typeof import('@opentelemetry/api')

/** Makes a span of each request: a child of the client's, and the parent of what the upstream makes of it. */
export interface RequestTracing {
  readonly hooks: Pick<ProxyHooks<LiveTarget>, 'beforeMatch' | 'beforeRequest'>
  /** Ends the span of a request that is over. */
  finished(record: FinishedRequest): void
  /** Sends what has not been sent yet, and ends. */
  end(): Promise<void>
}

/** Starts tracing. Rejects with an error that says what to install if OpenTelemetry is not there. */
export async function startTracing({ endpoint, sampleRatio }: TracingSettings): Promise<RequestTracing> {
  const { api, sdk, OTLPTraceExporter } = await loadTracing()
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint) })
  const provider = new sdk.TracerProvider({
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  })
  const spans = new RequestSpans(api, provider.getTracer('ingot'))
  return {
    hooks: {
      beforeMatch: request => spans.start(request),
      beforeRequest: (request, headers) => spans.passOn(request, headers),
    },
    finished: record => spans.finish(record),
    // A collector that does not answer must not keep the program from ending.
    end: () => Promise.race([provider.shutdown().catch(() => {}), sleep(patience, undefined, { ref: false })]),
  }
}

/** Loads what tracing needs, which nobody else has to have. Rejects with an error that says what to install. */
export async function loadTracing() {
  try {
    const [api, sdk, { OTLPTraceExporter }] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ])
    return { api, sdk, OTLPTraceExporter }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const packages = '@opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http'
    throw new Error(`tracing needs packages that are not installed: npm install ${packages}`)
  }
}

/** The endpoint may be that of a collector, or that of its traces. */
function tracesUrl(endpoint: string): string {
  return endpoint.endsWith('/v1/traces') ? endpoint : `${endpoint.replace(/\/$/, '')}/v1/traces`
}

class RequestSpans {
  readonly #api: Api
  readonly #tracer: Tracer
  readonly #open = new WeakMap<object, Span>()

  constructor(api: Api, tracer: Tracer) {
    this.#api = api
    this.#tracer = tracer
  }

  start(request: HookedRequest<LiveTarget>): undefined {
    this.#open.set(request, this.#begin(request, request.request.headers.traceparent))
  }

  passOn(request: HookedRequest<LiveTarget>, headers: string[]): void {
    const span = this.#open.get(request)
    if (span !== undefined) writeTraceparent(headers, span.spanContext())
  }

  finish(record: FinishedRequest): void {
    const span = this.#open.get(record) ?? this.#begin(record, undefined)
    this.#open.delete(record)
    span.updateName(nameOf(record))
    span.setAttributes(attributesOf(record))
    if (record.status >= 500) span.setStatus({ code: this.#api.SpanStatusCode.ERROR })
    span.end(wallTime(record.startedAt + record.duration))
  }

  #begin(record: FinishedRequest, traceparent: string | string[] | undefined): Span {
    const { ROOT_CONTEXT, SpanKind, trace } = this.#api
    const parent = readTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
    const options = { kind: SpanKind.SERVER, startTime: wallTime(record.startedAt) }
    return this.#tracer.startSpan(record.method, options, context)
  }
}

/** Milliseconds since 1970 of a time of the monotonic clock. */
function wallTime(monotonic: number): number {
  return performance.timeOrigin + monotonic
}

/** As the conventions for HTTP want it: of few different values. */
function nameOf({ method, match }: FinishedRequest): string {
  return match === undefined ? method : `${method} ${match.route.path}`
}

/** Attributes by the semantic conventions for HTTP; never a query, a cookie or a credential. */
function attributesOf(record: FinishedRequest): Attributes {
  const { routedTo, match, target, failure } = record
  const attributes: Attributes = {
    'http.request.method': record.method,
    'http.response.status_code': record.status,
    'url.scheme': record.protocol,
    'network.protocol.version': record.httpVersion,
    'client.address': record.client,
  }
  if (target !== undefined) Object.assign(attributes, { 'server.address': target.host, 'url.path': target.path })
  if (match !== undefined) attributes['http.route'] = match.route.path
  if (routedTo !== undefined) {
    Object.assign(attributes, { 'ingot.ingress': routedTo.ingress, 'ingot.backend': routedTo.backend })
  }
  if (record.endpoint !== undefined) attributes['ingot.endpoint'] = record.endpoint
  if (record.attempts > 1) attributes['http.request.resend_count'] = record.attempts - 1
  if (failure !== undefined) attributes['error.type'] = failure.code
  return attributes
}
