import type { Socket } from 'node:net'
import { failure, type RequestFailure } from './failure.ts'
import type { Http1Connection } from './http1-connection.ts'
import type { ResponseReceiver, TransportCall, TransportTimeouts, UpstreamRequest } from './transport.ts'

const clientLeft = failure('client-closed')
const lastChunk = '0\r\n\r\n'

/** One request on its way over an HTTP/1.1 connection, and the upload of its body. */
export class Http1Call implements TransportCall {
  readonly request: UpstreamRequest
  readonly receiver: ResponseReceiver
  readonly timeouts: TransportTimeouts
  connection: Http1Connection | undefined
  /** Whether every byte of the request was handed to the connection. */
  isSent: boolean
  /** Whether nothing more is to be told to the receiver. */
  isOver = false
  /** Whether the receiver knows the response's head. */
  hasBegun = false
  #socket: Socket | undefined
  /** The request's head, until it leaves with the first piece of the body. */
  #head = ''

  constructor(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts) {
    this.request = request
    this.receiver = receiver
    this.timeouts = timeouts
    this.isSent = request.body === undefined
  }

  resume(): void {
    if (!this.isOver) this.connection?.resume()
  }

  abort(): void {
    if (this.isOver) return
    this.onOver()
    this.connection?.destroy()
  }

  /** Uploads the body behind `head`; the connection is up. */
  sendBody(head: string, socket: Socket): void {
    const { source } = this.request.body!
    this.#head = head
    this.#socket = socket
    this.request.body!.start()
    source.on('data', this.#onData)
    source.on('end', this.#onEnd)
    source.on('close', this.#onClose)
    // What has come along with the client's head is there in the next tick, and then leaves along with ours.
    process.nextTick(() => this.#sendHead())
  }

  /** The connection takes more. */
  onDrain(): void {
    if (this.#socket === undefined || this.isOver) return
    this.connection?.onProgress(this)
    this.request.body?.source.resume()
  }

  /** Nothing more is to come, and nothing is to be sent. */
  onOver(): void {
    this.isOver = true
    if (this.#socket === undefined) return
    this.#socket = undefined
    const { source } = this.request.body!
    source.off('data', this.#onData)
    source.off('end', this.#onEnd)
    source.off('close', this.#onClose)
  }

  #sendHead(): void {
    if (this.#head === '' || this.#socket === undefined) return
    this.#socket.write(this.#head, 'latin1')
    this.#head = ''
    this.connection?.onProgress(this)
  }

  readonly #onData = (chunk: Buffer): void => {
    const socket = this.#socket
    const body = this.request.body!
    const problem = body.take(chunk)
    if (problem !== undefined) this.#breakOff(problem)
    else if (socket !== undefined && !this.#write(socket, chunk, body.length === undefined)) body.source.pause()
  }

  #write(socket: Socket, chunk: Buffer, isChunked: boolean): boolean {
    socket.cork()
    const front = isChunked ? `${this.#head}${chunk.length.toString(16)}\r\n` : this.#head
    this.#head = ''
    if (front !== '') socket.write(front, 'latin1')
    let flows = socket.write(chunk)
    if (isChunked) flows = socket.write('\r\n', 'latin1')
    socket.uncork()
    this.connection?.onProgress(this)
    return flows
  }

  readonly #onEnd = (): void => {
    this.#sendHead()
    if (this.request.body!.length === undefined) this.#socket?.write(lastChunk, 'latin1')
    this.isSent = true
    this.connection?.onProgress(this)
  }

  readonly #onClose = (): void => {
    if (!this.isSent) this.#breakOff(clientLeft)
  }

  #breakOff({ code, reason }: RequestFailure): void {
    if (this.isOver) return
    this.abort()
    this.receiver.onError({ code, reason, progress: 'answered' })
  }
}
