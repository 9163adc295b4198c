import type { IncomingMessage } from 'node:http'
import { failure, type RequestFailure } from './failure.ts'

/** What a body may cost. */
export interface BodyLimits {
  /** Bytes; 0 is without limit. */
  readonly maxBytes: number
}

const tooLarge = failure('body-too-large')
const wasteful = failure('body-too-large', 'chunk-overhead')

// A chunk of one byte takes six on the wire, and extensions may take as many as they like: a body whose framing outweighs
// it further than any honest sender's would is an attack on whoever reads it. What was read ahead is allowed for.
const maxOverheadRatio = 12
const overheadAllowance = 32 * 1024

/** A client's body, which is read only when there is a connection that can take it. */
export class RequestBody {
  /** In bytes; `undefined` if only its end will tell. */
  readonly length: number | undefined
  readonly source: IncomingMessage
  /** Whether bytes may have been taken from `source`: if so, the request cannot be sent again. */
  started = false
  /** Bytes taken so far. */
  received = 0
  readonly #limits: BodyLimits
  readonly #onStart: (() => void) | undefined
  readonly #wireStart: number

  /** `onStart` is called once, before the first byte is asked for. */
  constructor(source: IncomingMessage, length: number | undefined, limits: BodyLimits, onStart?: () => void) {
    this.source = source
    this.length = length
    this.#limits = limits
    this.#onStart = onStart
    this.#wireStart = source.socket.bytesRead
  }

  /** To be called before `source` is read. */
  start(): void {
    if (this.started) return
    this.started = true
    this.#onStart?.()
  }

  /** Counts a piece; says what is wrong with the body if it is more than it may be. */
  take(chunk: Buffer): RequestFailure | undefined {
    this.received += chunk.length
    if (this.#limits.maxBytes > 0 && this.received > this.#limits.maxBytes) return tooLarge
    return this.length === undefined && this.#isWasteful() ? wasteful : undefined
  }

  #isWasteful(): boolean {
    const { httpVersionMajor, socket } = this.source
    if (httpVersionMajor !== 1) return false
    return socket.bytesRead - this.#wireStart > overheadAllowance + maxOverheadRatio * this.received
  }
}
