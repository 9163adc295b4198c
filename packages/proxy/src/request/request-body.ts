import type { IncomingMessage } from 'node:http'
import { failure, type RequestFailure } from '../failure.ts'
import { afterReads } from '../transport/after-reads.ts'
import type { RawHeaders } from '../transport/transport.ts'
import { ReadAhead } from './read-ahead.ts'
import { requestTrailers, type TrailerRules } from './request-trailers.ts'

/** What a body may cost. */
export interface BodyLimits {
  /** Bytes; 0 is without limit. */
  readonly maxBytes: number
  /** Milliseconds between two pieces; 0 is for ever. */
  readonly idle: number
  readonly trailers: TrailerRules
  /** How much had come over the connection when the request before was over, in bytes. */
  readonly bytesBefore: number
}

/** What a body tells of itself. */
export interface BodyListener {
  /** The first byte is about to be asked for. */
  onStart?(): void
  /** The client sends nothing although it might. */
  onIdle?(): void
}

const tooLarge = failure('body-too-large')
const wasteful = failure('body-too-large', 'chunk-overhead')

// A chunk of one byte takes six on the wire, and extensions may take as many as they like: a body whose framing outweighs
// it further than any honest sender's would is an attack on whoever reads it. The request's own head and what is read
// ahead are allowed for.
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
  readonly #listener: BodyListener
  readonly #ahead: ReadAhead
  #timer: NodeJS.Timeout | undefined

  constructor(source: IncomingMessage, length: number | undefined, limits: BodyLimits, listener: BodyListener = {}) {
    this.source = source
    this.length = length
    this.#limits = limits
    this.#listener = listener
    this.#ahead = new ReadAhead(source)
  }

  /** To be called before `source` is read. */
  start(): void {
    if (this.started) return
    this.started = true
    this.#listener.onStart?.()
    this.source.once('close', () => this.#ahead.release())
    if (this.#limits.idle === 0) return
    this.#timer = setTimeout(() => this.#onTimer(), this.#limits.idle)
    this.source.once('end', () => this.stop())
    this.source.once('close', () => this.stop())
  }

  /** Counts a piece; says what is wrong with the body if it is more than it may be. */
  take(chunk: Buffer): RequestFailure | undefined {
    this.received += chunk.length
    this.#timer?.refresh()
    if (this.#limits.maxBytes > 0 && this.received > this.#limits.maxBytes) return tooLarge
    return this.length === undefined && this.#isWasteful() ? wasteful : undefined
  }

  /** Nobody waits for more of it. The source of an upload that was answered early may never say that it is over. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Nothing after `chunk` can be taken for now. */
  hold(chunk: Buffer): void {
    this.#ahead.hold(chunk.length)
  }

  /** More can be taken. */
  resume(): void {
    this.#ahead.release()
    this.source.resume()
  }

  /** What came behind the body and is to be passed on, or what is wrong with it; the body has ended. */
  get trailers(): RawHeaders | RequestFailure {
    return requestTrailers(this.source.rawTrailers, this.#limits.trailers)
  }

  /** What has come while the process could not run is read before the client is taken for silent. */
  #onTimer(): void {
    const before = this.received
    afterReads({
      onReadsDone: () => {
        if (this.#timer !== undefined && this.received === before) this.#onSilence()
      },
    })
  }

  #onSilence(): void {
    // Nothing is read while the upstream takes nothing: then the silence is not the client's.
    if (this.source.isPaused()) this.#timer?.refresh()
    else this.#listener.onIdle?.()
  }

  #isWasteful(): boolean {
    const { httpVersionMajor, socket } = this.source
    if (httpVersionMajor !== 1) return false
    const fair = overheadAllowance + maxOverheadRatio * this.received
    const taken = socket.bytesRead - this.#limits.bytesBefore
    return taken > fair && taken - headLength(this.source) > fair
  }
}

/** About how many bytes the head of a request took. */
function headLength({ rawHeaders, url }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, url?.length ?? 0)
}
