import type { Socket } from 'node:net'
import type { FailureCode } from '../failure.ts'
import { afterReads, type Delayed } from './after-reads.ts'
import type { Http1Call } from './http1-call.ts'
import { requestHead } from './http1-request.ts'
import { type ResponseHead, type ResponseListener, ResponseParser } from './http1-response-parser.ts'
import { takeSlab } from './slab.ts'
import { openSocket, type UpstreamSessions } from './tls-socket.ts'
import type { RawHeaders } from './transport.ts'

/** What a connection belongs to. */
export interface ConnectionOwner {
  /** The connection is ready for another request. */
  onIdle(connection: Http1Connection): void
  /** The connection is gone, or good for nothing any more. */
  onGone(connection: Http1Connection): void
}

/** Where a connection goes. Times in milliseconds, sizes in bytes. */
export interface ConnectionTarget {
  /** `10.0.0.1:8080`, as a Host field would have it. */
  readonly authority: string
  readonly host: string
  readonly port: number
  readonly connectTimeout: number
  readonly maxResponseHead: number
  /** Speaks TLS if there is any. */
  readonly tls?: UpstreamSessions | undefined
}

/** In bytes: below it, Node takes the memory of a buffer from a pool of its own. */
const smallPiece = 4 * 1024

/** One read of any connection: what it holds is passed on or copied before the next. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

/** One TCP connection to an endpoint. It carries one request at a time, and only one that was asked for is answered. */
export class Http1Connection implements ResponseListener, Delayed {
  /** When it was last given back, in milliseconds of a monotonic clock. */
  idleSince = 0
  /** Seconds after which the endpoint closes it, if it said so. */
  keepAliveSeconds: number | undefined
  isGone = false
  readonly #owner: ConnectionOwner
  readonly #target: ConnectionTarget
  readonly #socket: Socket
  readonly #parser: ResponseParser
  #call: Http1Call | undefined
  #isConnected = false
  #isReused = false
  #isPaused = false
  /** A request that has not been written yet. */
  #unsent = ''
  /** The head of a request whose body waits for the connection. */
  #upload: string | undefined
  // What a read has brought and nobody has been told yet: a whole response is told at once.
  #head: ResponseHead | undefined
  #firstPiece: Buffer | undefined
  #trailers: RawHeaders | undefined
  #keepsAlive = false
  #timer: NodeJS.Timeout | undefined
  #deadline = 0

  constructor(owner: ConnectionOwner, target: ConnectionTarget, connectTimeout = target.connectTimeout) {
    this.#owner = owner
    this.#target = target
    this.#parser = new ResponseParser(this, target.maxResponseHead)
    const onread = { buffer: readBuffer, callback: (length: number) => this.#onRead(length) }
    this.#socket = openSocket(target, onread, () => this.#onConnect())
    this.#socket.on('drain', () => this.#call?.onDrain())
    this.#socket.on('end', () => this.#onEnd())
    this.#socket.on('error', (error: Error & { code?: string }) => this.#onError(error))
    this.#socket.on('close', () => this.#lose('connection-reset'))
    this.#expectWithin(connectTimeout)
  }

  /** Sends a request. The connection is idle or new. */
  carry(call: Http1Call): void {
    this.#call = call
    call.connection = this
    this.#parser.begin(call.request.method === 'HEAD')
    const head = requestHead(call.request, this.#target.authority)
    if (call.request.body === undefined) {
      this.#unsent = head
      afterReads(this)
      this.#expectAnswer(call)
    } else if (this.#isConnected) call.upload(head, this.#socket)
    else this.#upload = head
  }

  onReadsDone(): void {
    // Whoever is at the other end is to be verified before it is told anything.
    if (this.isGone || (!this.#isConnected && this.#target.tls !== undefined)) return
    this.#send()
  }

  #send(): void {
    const head = this.#unsent
    this.#unsent = ''
    if (head !== '') this.#socket.write(head, 'latin1')
  }

  /** The upload has moved: the endpoint is alive. */
  onProgress(call: Http1Call): void {
    this.#expectAnswer(call)
  }

  /** Lets the response flow again. */
  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#call !== undefined) this.#expectWithin(this.#call.timeouts.bodyIdle)
    this.#socket.resume()
  }

  /** Ends the connection, with whatever is on it. */
  destroy(): void {
    this.#call = undefined
    this.#leave()
  }

  onInformation(status: number, headers: RawHeaders): void {
    this.#call?.receiver.onInformation(status, headers)
  }

  onHead(head: ResponseHead): void {
    this.#head = head
    this.#keepsAlive = head.keepsAlive
    this.keepAliveSeconds = head.keepAliveSeconds
  }

  onBody(chunk: Buffer): void {
    if (this.#head !== undefined && this.#firstPiece === undefined) {
      this.#firstPiece = chunk
      return
    }
    this.#tellBegun()
    this.#tellPiece(chunk)
  }

  onComplete(trailers: RawHeaders): void {
    this.#trailers = trailers
  }

  #onConnect(): void {
    this.#isConnected = true
    this.#deadline = Number.POSITIVE_INFINITY
    const call = this.#call
    if (call === undefined) return
    this.#expectAnswer(call)
    if (this.#upload !== undefined) call.upload(this.#upload, this.#socket)
    else if (this.#target.tls !== undefined) this.#send()
  }

  #onRead(length: number): boolean {
    const call = this.#call
    // Bytes that answer nothing: whoever sends them may send the next request's answer before it is asked.
    if (call === undefined) {
      this.#leave()
      return false
    }
    // An answer to what was not asked yet.
    if (this.#unsent !== '') {
      this.#fail('connection-reset')
      return false
    }
    const result = this.#parser.execute(readBuffer.subarray(0, length))
    if (this.#call !== call) return false
    if (typeof result === 'string') {
      this.#fail('bad-response', result)
      return false
    }
    if (this.#trailers !== undefined) {
      this.#finish(call, this.#trailers, result)
      return !this.isGone
    }
    this.#tellBegun()
    if (this.#isPaused || this.#call !== call) return false
    this.#expectWithin(this.#parser.isUntouched ? call.timeouts.head : call.timeouts.bodyIdle)
    return true
  }

  /** Tells the receiver of the response's head and first piece, if it does not know yet. */
  #tellBegun(): void {
    const head = this.#head
    if (head === undefined) return
    const piece = this.#firstPiece
    this.#head = undefined
    this.#firstPiece = undefined
    const call = this.#call
    if (call === undefined) return
    call.hasBegun = true
    call.receiver.onHead(head.status, head.statusText, head.headers)
    if (piece !== undefined) this.#tellPiece(piece)
  }

  #tellPiece(chunk: Buffer): void {
    const receiver = this.#call?.receiver
    if (receiver === undefined) return
    // A copy: the receiver's socket may not take it before the next read. Small ones Node allocates cheaply.
    if (chunk.length < smallPiece) {
      if (!receiver.onData(Buffer.from(chunk))) this.#isPaused = true
      return
    }
    const slab = takeSlab()
    if (!receiver.onData(slab.hold(chunk), slab.release)) this.#isPaused = true
  }

  /** The response is whole: the connection goes back before the receiver hears of it, so that it can be used again. */
  #finish(call: Http1Call, trailers: RawHeaders, surplus: number): void {
    const head = this.#head
    const piece = this.#firstPiece
    const isClean = surplus === 0 && this.#keepsAlive && call.isSent
    this.#call = undefined
    this.#head = undefined
    this.#firstPiece = undefined
    this.#trailers = undefined
    this.#isPaused = false
    this.#isReused = true
    call.end()
    // The piece is told before the memory can be read into again: nothing is read before this has returned.
    if (isClean) this.#owner.onIdle(this)
    else this.#leave()
    if (head === undefined) call.receiver.onEnd(trailers)
    else call.receiver.onWhole(head.status, head.statusText, head.headers, piece, trailers)
  }

  #onEnd() {
    const call = this.#call
    if (call === undefined) return this.#leave()
    const problem = this.#parser.finish()
    if (problem !== undefined || this.#trailers === undefined) return this.#lose('connection-reset')
    this.#finish(call, this.#trailers, 0)
  }

  #onError(error: Error & { code?: string }): void {
    if (this.#isConnected) this.#lose('connection-reset', error)
    else this.#lose(error.code === 'ECONNREFUSED' ? 'connection-refused' : 'connection-failed', error)
  }

  #lose(code: FailureCode, cause?: unknown): void {
    if (this.#call !== undefined) this.#fail(code, cause)
    else this.#leave()
  }

  #fail(code: FailureCode, cause?: unknown): void {
    const call = this.#call!
    const isLost = code === 'connection-reset' && this.#isReused && this.#parser.isUntouched
    const progress = !this.#isConnected ? 'unsent' : isLost ? 'unanswered' : 'answered'
    // A head that came with what is wrong was told to nobody: the client can still be told what happened.
    this.#call = undefined
    this.#leave()
    call.end()
    call.receiver.onError({ code, progress, cause })
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.isGone) return
    this.isGone = true
    this.#socket.destroy()
    this.#owner.onGone(this)
  }

  #expectAnswer({ timeouts }: Http1Call): void {
    if (this.#isConnected) this.#expectWithin(timeouts.head)
  }

  /**
   * Something has to happen within `time` milliseconds; 0 is for ever. There is one timer, which is not touched by
   * every request: when it fires it looks whether the deadline has moved.
   */
  #expectWithin(time: number): void {
    if (time === 0) {
      this.#deadline = Number.POSITIVE_INFINITY
      return
    }
    const before = this.#deadline
    this.#deadline = performance.now() + time
    if (this.#timer !== undefined && before <= this.#deadline) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(onTimer, time, this)
  }

  /** The timer has fired. */
  onTimer(): void {
    this.#timer = undefined
    if (!this.#isAwaited) return
    const left = this.#deadline - performance.now()
    if (left > 0) this.#timer = setTimeout(onTimer, Math.ceil(left), this)
    // What has come while the process could not run is read first.
    else afterReads({ onReadsDone: () => this.#loseIfLate() })
  }

  /** Whether there is a deadline for something that has to happen. */
  get #isAwaited(): boolean {
    if (this.isGone || this.#isPaused || this.#deadline === Number.POSITIVE_INFINITY) return false
    return this.#call !== undefined || !this.#isConnected
  }

  #loseIfLate(): void {
    if (this.#isAwaited && this.#deadline <= performance.now()) this.#lose(this.#lateCode())
  }

  #lateCode(): FailureCode {
    if (!this.#isConnected) return 'connect-timeout'
    return this.#call?.hasBegun === true ? 'body-timeout' : 'head-timeout'
  }
}

function onTimer(connection: Http1Connection): void {
  connection.onTimer()
}
