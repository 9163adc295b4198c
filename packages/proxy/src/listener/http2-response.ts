import { constants, type ServerHttp2Stream } from 'node:http2'
import { Stream } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { addField, fieldOf, fieldsOf, type GivenFields, groupByName, listOf, withoutField } from './http2-fields.ts'
import { type HeadKind, sendHead } from './http2-head.ts'
import type { ProxyHttp2Request } from './http2-request.ts'

type Body = string | Uint8Array | null | undefined
type Callback = (error?: Error | null) => void

/**
 * A response over HTTP/2 that takes what a response of `node:http` takes. As there, the head waits for what comes next in
 * the same turn: a response that has nothing else ends with it, which is how gRPC tells a failure, and a body that comes
 * whole ends with its last byte.
 */
export class ProxyHttp2Response extends Stream {
  readonly stream: ServerHttp2Stream
  readonly req: ProxyHttp2Request
  readonly writable = true
  statusCode = 200
  sendDate = true
  #fields: string[] = []
  #trailers: string[] | undefined
  #isEnded = false
  #hearsDrain = false

  constructor(stream: ServerHttp2Stream, request: ProxyHttp2Request) {
    super()
    this.stream = stream
    this.req = request
  }

  get headersSent(): boolean {
    return this.stream.headersSent
  }

  get writableEnded(): boolean {
    return this.#isEnded
  }

  get finished(): boolean {
    return this.#isEnded
  }

  get destroyed(): boolean {
    return this.stream.destroyed
  }

  /** A response that a reset has ended is not finished. */
  get writableFinished(): boolean {
    return this.stream.writableFinished && !this.stream.aborted
  }

  get writableLength(): number {
    return this.stream.writableLength
  }

  get writableHighWaterMark(): number {
    return this.stream.writableHighWaterMark
  }

  get writableNeedDrain(): boolean {
    return this.stream.writableNeedDrain
  }

  get writableCorked(): number {
    return this.stream.writableCorked
  }

  get socket(): TLSSocket {
    return this.req.socket
  }

  get connection(): TLSSocket {
    return this.req.socket
  }

  /** HTTP/2 has none. */
  get statusMessage(): string {
    return ''
  }

  set statusMessage(_: string) {}

  cork(): void {
    this.stream.cork()
  }

  uncork(): void {
    this.stream.uncork()
  }

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.#fields = addField(withoutField(this.#fields, name), name, value)
    return this
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    addField(this.#fields, name, value)
    return this
  }

  getHeader(name: string): string | string[] | undefined {
    return fieldOf(this.#fields, name)
  }

  getHeaders(): Record<string, string | string[] | undefined> {
    return fieldsOf(this.#fields)
  }

  getHeaderNames(): string[] {
    return Object.keys(groupByName(this.#fields))
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined
  }

  removeHeader(name: string): void {
    this.#fields = withoutField(this.#fields, name)
    if (name.toLowerCase() === 'date') this.sendDate = false
  }

  /** What is given as a list is all there is; an object is added to what is there. */
  writeHead(status: number, message?: string | GivenFields, fields?: GivenFields): this {
    this.statusCode = status
    const given = typeof message === 'object' ? message : fields
    if (Array.isArray(given)) this.#fields = listOf(given)
    else for (const [name, value] of Object.entries(given ?? {})) this.setHeader(name, value)
    return this
  }

  flushHeaders(): void {
    if (!this.stream.headersSent) this.#open()
  }

  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    if (this.#isEnded || !this.#open()) {
      if (done !== undefined) process.nextTick(done, new Error('the response is over'))
      return false
    }
    const { stream } = this
    const flows = stream.write(chunk, typeof encoding === 'string' ? encoding : 'utf8', done)
    if (!flows && !this.#hearsDrain) {
      this.#hearsDrain = true
      stream.on('drain', () => this.emit('drain'))
    }
    return flows
  }

  end(chunk?: Body | Callback, encoding?: BufferEncoding | Callback, callback?: Callback): this {
    const done = [chunk, encoding, callback].find(one => typeof one === 'function')
    if (done !== undefined) (this.stream.writableEnded ? this : this.stream).once('finish', done)
    if (this.#isEnded) return this
    this.#isEnded = true
    const body = typeof chunk === 'function' || chunk === null || chunk?.length === 0 ? undefined : chunk
    this.#finish(body, typeof encoding === 'string' ? encoding : 'utf8')
    return this
  }

  setTrailer(name: string, value: string): void {
    this.#trailers = addField(this.#trailers ?? [], name, value)
  }

  addTrailers(trailers: GivenFields): void {
    this.#trailers = [...(this.#trailers ?? []), ...listOf(trailers)]
  }

  writeContinue(): void {
    this.writeInformation(100)
  }

  writeProcessing(): void {
    this.writeInformation(102)
  }

  writeEarlyHints(hints: GivenFields): void {
    this.writeInformation(103, hints)
  }

  /** An interim response (RFC 9110 15.2). */
  writeInformation(status: number, headers: GivenFields = []): void {
    const { stream } = this
    if (stream.headersSent || stream.destroyed || stream.closed) return
    stream.additionalHeaders({ ...groupByName(listOf(headers)), ':status': status })
  }

  setTimeout(time: number, listener?: () => void): this {
    if (!this.stream.closed) this.stream.setTimeout(time, listener)
    return this
  }

  destroy(error?: Error): void {
    this.stream.destroy(error)
  }

  /** Sends the head, if it has not been sent, and leaves open what follows; whether anything can. */
  #open(): boolean {
    return this.stream.headersSent ? isOpen(this.stream) : this.#sendHead('open')
  }

  #finish(body: string | Uint8Array | undefined, encoding: BufferEncoding): void {
    const { stream } = this
    const hasTrailers = this.#trailers !== undefined
    // Node has ended what answers HEAD.
    const hasBody = body !== undefined && !stream.writableEnded
    if (!stream.headersSent && !this.#sendHead(this.#kindOfHead(hasBody, hasTrailers))) return
    if (stream.destroyed || stream.writableEnded) return
    if (hasBody) stream.end(body, encoding)
    else stream.end()
  }

  /** Whoever still sends a body is told to stop when there is room for trailers: see `lingerUntilRead`. */
  #kindOfHead(hasBody: boolean, hasTrailers: boolean): HeadKind {
    if (hasTrailers) return 'open'
    if (!hasBody) return 'all'
    return this.req.complete ? 'body' : 'open'
  }

  /** A head that HTTP/2 cannot carry is found out only here, where nobody expects an exception. */
  #sendHead(kind: HeadKind): boolean {
    const { stream } = this
    if (!isOpen(stream)) return false
    if (kind === 'open') stream.on('wantTrailers', () => this.#sendTrailers())
    try {
      sendHead(stream, this.statusCode, this.#fields, kind, this.sendDate)
      return true
    } catch {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      return false
    }
  }

  #sendTrailers(): void {
    try {
      this.stream.sendTrailers(groupByName(this.#trailers ?? []))
    } catch {
      this.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    }
  }

  /** To be called once the stream has ended, one way or another. */
  onStreamClosed(): void {
    this.emit('finish')
    this.emit('close')
  }
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed
}
