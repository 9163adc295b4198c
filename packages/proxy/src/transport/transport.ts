import type { FailureCode } from '../failure.ts'
import type { RequestBody } from '../request/request-body.ts'

/** Alternating names and values, as Node's `rawHeaders` has them. */
export type RawHeaders = readonly string[]

/** A request as an upstream is to receive it. The transport adds the framing and the connection's own fields. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query, sent byte for byte. */
  readonly path: string
  /** End-to-end fields, Host among them; no Content-Length, Transfer-Encoding, Connection or other hop-by-hop field. */
  readonly headers: RawHeaders
  readonly body: RequestBody | undefined
  /** Whether it was lost on a connection that had been idle: it must not be on another one. */
  isRepeated?: boolean
}

/** How long each stage may take, in milliseconds; 0 is for ever. */
export interface TransportTimeouts {
  /** Until a connection that is made for the request is up. Default: what the transport was made with. */
  readonly connect?: number | undefined
  /** From the request's last byte to the end of the response's head. */
  readonly head: number
  /** Between two pieces of the response's body. */
  readonly bodyIdle: number
}

/**
 * Hears what becomes of one request. After `onEnd` or `onError` nothing follows,
 * and after {@link TransportCall.abort} nothing at all.
 */
export interface ResponseReceiver {
  /** An interim response (1xx other than 101). */
  onInformation(status: number, headers: RawHeaders): void
  onHead(status: number, statusText: string, headers: RawHeaders): void
  /**
   * A piece of the body; `false` stops the flow until `resume()`. If there is a `release`, the memory is the
   * transport's again once it was called, which is to be done when the piece is no longer needed.
   */
  onData(chunk: Buffer, release?: () => void): boolean
  onEnd(trailers: RawHeaders): void
  /** The same as `onHead`, `onData` and `onEnd` at once. The body's memory is the transport's again after the call. */
  onWhole(status: number, statusText: string, headers: RawHeaders, body: Buffer | undefined, trailers: RawHeaders): void
  onError(error: TransportError): void
}

/** What went wrong between the proxy and an endpoint. */
export interface TransportError {
  readonly code: FailureCode
  /** More about the code, which the client may be told. */
  readonly reason?: string | undefined
  /**
   * `unsent`: not one byte left, the request may go elsewhere. `unanswered`: it was sent on a connection that had been
   * idle and closed without a byte of answer, so an idempotent request may be repeated. `answered`: neither holds.
   */
  readonly progress: 'unsent' | 'unanswered' | 'answered'
  readonly cause?: unknown
}

/** One request on its way. */
export interface TransportCall {
  /** Lets the body flow again after `onData` returned `false`. */
  resume(): void
  /** Gives the request up; its connection is closed unless it is not needed for it. Harmless after the end. */
  abort(): void
}

/** Sends requests to one endpoint and keeps its connections. */
export interface Transport {
  /** Begins a request. The receiver hears nothing before this has returned. */
  send(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts): TransportCall
  /** How many requests the connections are busy with, and how many connections there are. */
  readonly stats: { readonly running: number; readonly connections: number }
  /** Ends idle connections now and busy ones when their request is done. */
  close(): void
  /** Ends every connection now. */
  destroy(): void
}
