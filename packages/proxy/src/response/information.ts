import type { ServerResponse } from 'node:http'
import type { RawHeaders } from '../transport/transport.ts'
import { allowedTrailers, responseHeaders } from './response-headers.ts'

/** Since Node 24.18; before it only the two kinds that have a method of their own can be passed on. */
interface Informing {
  writeInformation?(status: number, headers: readonly string[]): void
}

/** Passes an interim response on (RFC 9110 15.2), except 100, which is the proxy's own answer to an expectation. */
export function passInformation(response: ServerResponse, status: number, raw: RawHeaders): void {
  if (status === 100 || response.headersSent || response.destroyed || response.req.httpVersion === '1.0') return
  const fields = responseHeaders(status, raw)
  if ('code' in fields) return
  const { writeInformation } = response as Informing
  if (writeInformation !== undefined) writeInformation.call(response, status, fields.headers)
  else if (status === 103) response.writeEarlyHints(asObject(fields.headers))
  else if (status === 102) response.writeProcessing()
}

/** Sends the trailers that may be passed on, where the response's framing allows any. */
export function passTrailers(response: ServerResponse, raw: RawHeaders): void {
  const trailers = allowedTrailers(raw)
  if (trailers.length > 0) response.addTrailers(asPairs(trailers))
}

function asObject(raw: RawHeaders): Record<string, string | string[]> {
  const object: Record<string, string[]> = Object.create(null)
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    object[name] = [...(object[name] ?? []), raw[i + 1]!]
  }
  return object
}

function asPairs(raw: RawHeaders): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!, raw[i + 1]!])
  return pairs
}
