import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http'
import type { RequestRecord } from './exchange.ts'
import type { RequestFailure } from './failure.ts'
import type { RawHeaders } from './transport/transport.ts'

/** A request on its way: its record so far, and the request itself. */
export interface HookedRequest<T> extends RequestRecord<T> {
  readonly request: IncomingMessage
}

/**
 * What an embedding program does at certain points of a request's life, in order. Each is called once at most and must
 * be quick. What is returned refuses the request; what is thrown ends it with 500 and is the `cause` of its record.
 */
export interface ProxyHooks<T> {
  /** The request has been read and found beyond doubt; `target` is known. */
  readonly beforeMatch?: (request: HookedRequest<T>) => RequestFailure | undefined
  /** The request is routed; `match` and `routedTo` are known. */
  readonly afterMatch?: (request: HookedRequest<T>) => RequestFailure | undefined
  /** May change the fields the upstream receives: alternating names and values. Framing is not among them. */
  readonly beforeRequest?: (request: HookedRequest<T>, headers: string[]) => void
  /** May change the fields the client receives: alternating names and values. */
  readonly beforeResponse?: (request: HookedRequest<T>, status: number, headers: string[]) => void
}

/** Throws `TypeError` if a hook has left a field that cannot be sent: a line end in it would begin another. */
export function checkFields(headers: RawHeaders): void {
  for (let i = 0; i < headers.length; i += 2) {
    validateHeaderName(headers[i]!)
    validateHeaderValue(headers[i]!, headers[i + 1]!)
  }
}
