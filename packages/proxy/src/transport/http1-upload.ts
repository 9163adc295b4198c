import type { Socket } from 'node:net'
import { failure, type RequestFailure } from '../failure.ts'
import type { RequestBody } from '../request/request-body.ts'
import { holdWrites } from './after-reads.ts'
import type { RawHeaders } from './transport.ts'

/** Whose upload it is. */
export interface UploadOwner {
  /** Bytes have moved. */
  onProgress(): void
  /** The body must not go on, or has stopped short. */
  onBrokenOff(reason: RequestFailure): void
}

const clientLeft = failure('client-closed')

/** Sends a body to a connection in the framing that its head announces, as fast as the connection takes it. */
export class Http1Upload {
  isDone = false
  readonly #body: RequestBody
  readonly #socket: Socket
  readonly #owner: UploadOwner
  readonly #isChunked: boolean
  /** The request's head, until it leaves with the first piece of the body. */
  #head: string
  #isStopped = false

  constructor(body: RequestBody, head: string, socket: Socket, owner: UploadOwner) {
    this.#body = body
    this.#head = head
    this.#socket = socket
    this.#owner = owner
    this.#isChunked = body.length === undefined
    body.start()
    body.source.on('data', this.#onData)
    body.source.on('end', this.#onEnd)
    body.source.on('close', this.#onClose)
    // What has come along with the client's head leaves along with ours.
    holdWrites(socket)
    process.nextTick(() => this.#sendHead())
  }

  /** The connection takes more. */
  resume(): void {
    if (this.#isStopped || this.isDone) return
    this.#owner.onProgress()
    this.#body.resume()
  }

  /** Sends nothing more, and leaves what is left to others. */
  stop(): void {
    this.#isStopped = true
    this.#body.source.off('data', this.#onData)
    this.#body.source.off('end', this.#onEnd)
    this.#body.source.off('close', this.#onClose)
  }

  #sendHead(): void {
    if (this.#head === '' || this.#isStopped) return
    this.#socket.write(this.#head, 'latin1')
    this.#head = ''
    this.#owner.onProgress()
  }

  readonly #onData = (chunk: Buffer): void => {
    const problem = this.#body.take(chunk)
    if (problem !== undefined) this.#owner.onBrokenOff(problem)
    else if (!this.#write(chunk)) this.#body.hold(chunk)
  }

  #write(chunk: Buffer): boolean {
    const socket = this.#socket
    const front = this.#isChunked ? `${this.#head}${chunk.length.toString(16)}\r\n` : this.#head
    this.#head = ''
    holdWrites(socket)
    if (front !== '') socket.write(front, 'latin1')
    let flows = socket.write(chunk)
    if (this.#isChunked) flows = socket.write('\r\n', 'latin1')
    this.#owner.onProgress()
    return flows
  }

  readonly #onEnd = () => {
    const { trailers } = this.#body
    if ('code' in trailers) return this.#owner.onBrokenOff(trailers)
    this.#sendHead()
    if (this.#isChunked) this.#socket.write(lastChunk(trailers), 'latin1')
    this.isDone = true
    this.#owner.onProgress()
  }

  readonly #onClose = (): void => {
    if (!this.isDone) this.#owner.onBrokenOff(clientLeft)
  }
}

/** The end of a chunked body, and the trailers behind it (RFC 9112 7.1.2). */
function lastChunk(trailers: RawHeaders): string {
  let text = '0\r\n'
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}: ${trailers[i + 1]}\r\n`
  return `${text}\r\n`
}
