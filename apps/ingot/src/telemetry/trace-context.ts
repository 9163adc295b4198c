import type { SpanContext } from '@opentelemetry/api'

const syntax = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a `traceparent` (W3C Trace Context 3.2); `undefined` for one that is none, which starts a trace of our own. */
export function readTraceparent(value: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = syntax.exec(value ?? '') ?? []
  if (traceId === undefined || spanId === undefined || version === 'ff') return undefined
  if (version === '00' && more !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags!, 16) & 1, isRemote: true }
}

/** Writes a `traceparent` into alternating names and values, in the place of any that is there. */
export function writeTraceparent(headers: string[], { traceId, spanId, traceFlags }: SpanContext): void {
  const value = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (headers[i]!.toLowerCase() === 'traceparent') headers.splice(i, 2)
  }
  headers.push('traceparent', value)
}
