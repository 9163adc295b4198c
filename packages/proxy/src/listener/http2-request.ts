import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { connectionBelow } from '../request/client-connection.ts'
import type { RawHeaders } from '../transport/transport.ts'
import type { Tally } from './http2-limits.ts'
import { streamSocket } from './http2-socket.ts'

const options = { autoDestroy: false }
const noFields: string[] = []

/**
 * A request over HTTP/2, with all that a request of `node:http` is asked for. Its body ends only if the client ended it:
 * one that was broken off by RST_STREAM must not look whole.
 */
export class ProxyHttp2Request extends Readable {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: string[]
  readonly [connectionBelow]: TLSSocket
  method: string
  url: string
  rawTrailers: RawHeaders = noFields
  trailers: IncomingHttpHeaders | undefined
  /** Of the session. */
  readonly tally: Tally
  #socket: TLSSocket | undefined
  #isReading = false
  #isEnded = false

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: string[],
    socket: TLSSocket,
    tally: Tally,
  ) {
    super(options)
    this.stream = stream
    this.headers = headers
    this.rawHeaders = rawHeaders
    this[connectionBelow] = socket
    this.method = headers[':method'] ?? ''
    this.url = headers[':path'] ?? ''
    this.tally = tally
    if (!stream.endAfterHeaders) this.#expectBody()
  }

  get httpVersion(): string {
    return '2.0'
  }

  get httpVersionMajor(): number {
    return 2
  }

  get httpVersionMinor(): number {
    return 0
  }

  get scheme(): string | undefined {
    return this.headers[':scheme']
  }

  get authority(): string | undefined {
    return this.headers[':authority'] ?? this.headers.host
  }

  get aborted(): boolean {
    return this.stream.aborted
  }

  /** Whether nothing more is to come, for whatever reason. */
  get complete(): boolean {
    const { stream } = this
    return stream.endAfterHeaders || this.readableEnded || stream.closed || stream.destroyed
  }

  get socket(): TLSSocket {
    this.#socket ??= streamSocket(this.stream, this[connectionBelow])
    return this.#socket
  }

  get connection(): TLSSocket {
    return this.socket
  }

  setTimeout(time: number, listener?: () => void): this {
    if (!this.stream.closed) this.stream.setTimeout(time, listener)
    return this
  }

  override _read(): void {
    if (this.stream.endAfterHeaders) this.#end()
    else if (this.#isReading) process.nextTick(resume, this.stream)
    else {
      this.#isReading = true
      this.stream.on('data', (chunk: Buffer) => this.#take(chunk))
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // As node:http does: an error that nobody listens for must not end the process.
    done(this.listenerCount('error') > 0 ? error : null)
  }

  /** To be called once the stream has ended, one way or another. */
  onStreamClosed(): void {
    if (this.stream.aborted) this.emit('aborted')
    if (!this.stream.endAfterHeaders) {
      this.#end()
      // What nobody has asked for is forgotten.
      if (!this.#isReading) this.resume()
    }
    this.emit('close')
  }

  #expectBody(): void {
    const { stream } = this
    stream.on('end', () => this.#end())
    stream.on('trailers', (trailers, _flags, rawTrailers: string[]) => {
      this.trailers = { ...this.trailers, ...trailers }
      this.rawTrailers = [...this.rawTrailers, ...rawTrailers]
    })
    this.on('pause', () => stream.pause())
    this.on('resume', () => stream.resume())
  }

  #take(chunk: Buffer): void {
    this.tally.bodyBytes += chunk.length
    if (!this.push(chunk)) this.stream.pause()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (wasBrokenOff(this.stream)) this.destroy(new Error('the client reset the stream'))
    else this.push(null)
  }
}

/** While the response is still to come, only a reset can have closed the stream. */
function wasBrokenOff(stream: ServerHttp2Stream): boolean {
  return stream.aborted || (stream.closed && !stream.writableEnded)
}

function resume(stream: ServerHttp2Stream): void {
  stream.resume()
}
