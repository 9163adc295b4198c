import type { RequestRecord } from '@ingot/proxy'
import type { LiveTarget } from '../data-plane/traffic-update.ts'

/** One finished request of the proxy. */
export type FinishedRequest = RequestRecord<LiveTarget>

/**
 * The line of the access log: which Ingress, rule and path took a request, what became of it and why. It never holds a
 * query string, a cookie or a credential. Times in milliseconds, sizes in bytes of bodies.
 */
export function accessLine(record: FinishedRequest): Record<string, unknown> {
  const { match, routedTo, failure } = record
  return {
    client: record.client,
    method: record.method,
    protocol: record.protocol,
    httpVersion: record.httpVersion,
    host: record.target?.host,
    path: record.target?.path,
    status: record.status,
    ingress: routedTo?.ingress,
    rule: routedTo?.rule,
    pathIndex: routedTo?.path,
    hostMatch: match?.host,
    pathMatch: match?.path,
    pathRule: match?.route.path,
    backend: routedTo?.backend,
    endpoint: record.endpoint,
    reason: failure?.code,
    detail: failure?.reason,
    error: codeOf(record.cause),
    attempts: record.attempts,
    ms: round(record.duration),
    upstreamMs: record.headAfter === undefined ? undefined : round(record.headAfter),
    received: record.bytesReceived,
    sent: record.bytesSent,
    requestId: record.requestId,
  }
}

/** Only the code: what an error says in words may hold what a request held. */
function codeOf(cause: unknown): string | undefined {
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
