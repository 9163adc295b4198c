import { STATUS_CODES } from 'node:http'
import type { Registry } from 'prom-client'

/** Upper bounds of the buckets of durations, in seconds. */
const durationBuckets = [...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]] as const

/** What counts of a finished request. Times in milliseconds. */
export interface CountedRequest {
  readonly routedTo?: { readonly ingress: string } | undefined
  readonly status: number
  readonly failure?: { readonly code: string } | undefined
  readonly duration: number
  readonly headAfter?: number | undefined
  readonly attempts: number
  readonly bytesReceived: number
  readonly bytesSent: number
}

/** Requests of one Ingress. */
interface IngressCounts {
  /** By status, which is a number of three digits, and then by the reason of the proxy's own answer. */
  readonly byStatus: Map<number, Map<string, number>>
  readonly durations: Durations
}

/** The name of all Ingresses that are not counted by themselves. */
const others = '(other)'

/**
 * Counts finished requests. A request costs a few look-ups and no object: what Prometheus reads is made when it reads.
 * Labels are bounded: Ingresses by `maxIngresses`, statuses by their three digits, reasons by the proxy's own list.
 */
export class RequestMetrics {
  readonly #maxIngresses: number
  readonly #ingresses = new Map<string, IngressCounts>()
  readonly #heads = new Durations()
  #received = 0
  #sent = 0
  #retries = 0
  readonly #upstreamErrors = new Map<string, number>()

  constructor(registry: Registry, { maxIngresses }: { maxIngresses: number }) {
    this.#maxIngresses = maxIngresses
    this.#register(registry)
  }

  /** Counts one request. */
  record(request: CountedRequest): void {
    const counts = this.#countsOf(request.routedTo === undefined ? '' : request.routedTo.ingress)
    const reason = request.failure === undefined ? '' : request.failure.code
    const byReason = counts.byStatus.get(request.status)
    if (byReason === undefined) counts.byStatus.set(request.status, new Map([[reason, 1]]))
    else byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
    counts.durations.observe(request.duration)
    if (request.headAfter !== undefined) this.#heads.observe(request.headAfter)
    this.#received += request.bytesReceived
    this.#sent += request.bytesSent
    if (request.attempts > 1) this.#retries += request.attempts - 1
    if (reason !== '' && request.status > 501) this.#countError(reason)
  }

  #countError(reason: string): void {
    this.#upstreamErrors.set(reason, (this.#upstreamErrors.get(reason) ?? 0) + 1)
  }

  #countsOf(ingress: string): IngressCounts {
    const known = this.#ingresses.get(ingress)
    if (known !== undefined) return known
    if (this.#ingresses.size >= this.#maxIngresses && ingress !== others) return this.#countsOf(others)
    const counts = { byStatus: new Map(), durations: new Durations() }
    this.#ingresses.set(ingress, counts)
    return counts
  }

  #register(registry: Registry): void {
    const add = (metric: Omit<CollectedMetric, 'get' | 'aggregator'>, values: () => Value[]) =>
      registry.registerMetric(collected(metric, values) as never)
    add(
      {
        name: 'ingot_requests_total',
        help: 'Requests by the Ingress that took them, the status the client was told (0 if it left before), and why the proxy answered itself.',
        type: 'counter',
        labelNames: ['ingress', 'status', 'reason'],
      },
      () => this.#requestValues(),
    )
    add(
      {
        name: 'ingot_request_duration_seconds',
        help: 'From the head of a request to the end of its response.',
        type: 'histogram',
        labelNames: ['ingress'],
      },
      () =>
        [...this.#ingresses].flatMap(([ingress, { durations }]) =>
          durations.values('ingot_request_duration_seconds', { ingress }),
        ),
    )
    add(
      {
        name: 'ingot_upstream_head_seconds',
        help: "From the head of a request to the head of its upstream's response.",
        type: 'histogram',
      },
      () => this.#heads.values('ingot_upstream_head_seconds', {}),
    )
    add({ name: 'ingot_request_body_bytes_total', help: 'Bytes of bodies received.', type: 'counter' }, () => [
      { labels: {}, value: this.#received },
    ])
    add({ name: 'ingot_response_body_bytes_total', help: 'Bytes of bodies sent.', type: 'counter' }, () => [
      { labels: {}, value: this.#sent },
    ])
    add(
      {
        name: 'ingot_upstream_retries_total',
        help: 'Requests that were offered to one more endpoint.',
        type: 'counter',
      },
      () => [{ labels: {}, value: this.#retries }],
    )
    add(
      {
        name: 'ingot_upstream_errors_total',
        help: 'Requests that no endpoint answered as it should, by the reason.',
        type: 'counter',
        labelNames: ['reason'],
      },
      () => [...this.#upstreamErrors].map(([reason, value]) => ({ labels: { reason }, value })),
    )
  }

  #requestValues(): Value[] {
    const sums = new Map<string, { labels: Record<string, string>; value: number }>()
    for (const [ingress, { byStatus }] of this.#ingresses) {
      for (const [status, byReason] of byStatus) {
        for (const [reason, count] of byReason) {
          const labels = { ingress, status: statusLabel(status), reason }
          const key = JSON.stringify(labels)
          const sum = sums.get(key) ?? { labels, value: 0 }
          sum.value += count
          sums.set(key, sum)
        }
      }
    }
    return [...sums.values()]
  }
}

/** A status that nobody has defined counts by its class: an upstream may make up any. */
function statusLabel(status: number): string {
  return status in STATUS_CODES || status === 0 || status === 499 ? String(status) : `${Math.floor(status / 100)}xx`
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}

/** What prom-client needs of a metric to show it. */
interface CollectedMetric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'histogram'
  readonly labelNames?: readonly string[]
  readonly aggregator: 'sum'
  get(): Promise<unknown>
}

function collected(metric: Omit<CollectedMetric, 'get' | 'aggregator'>, values: () => Value[]): CollectedMetric {
  const described = { ...metric, aggregator: 'sum' } as const
  return { ...described, get: async () => ({ ...described, values: values() }) }
}

/** A histogram of times given in milliseconds and told in seconds. */
class Durations {
  readonly #counts = new Float64Array(durationBuckets.length + 1)
  #sum = 0

  observe(milliseconds: number): void {
    const seconds = milliseconds / 1_000
    let bucket = 0
    while (bucket < durationBuckets.length && seconds > durationBuckets[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#sum += seconds
  }

  values(name: string, labels: Readonly<Record<string, string>>): Value[] {
    let total = 0
    const buckets = [...durationBuckets, '+Inf' as const].map((le, index) => {
      total += this.#counts[index]!
      return { labels: { le, ...labels }, value: total, metricName: `${name}_bucket` }
    })
    return [
      ...buckets,
      { labels, value: this.#sum, metricName: `${name}_sum` },
      { labels, value: total, metricName: `${name}_count` },
    ]
  }
}
