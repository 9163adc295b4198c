import type { Socket } from 'node:net'
import type { RequestFailure } from '../failure.ts'
import type { Http1Connection } from './http1-connection.ts'
import { Http1Upload, type UploadOwner } from './http1-upload.ts'
import type { ResponseReceiver, TransportCall, TransportTimeouts, UpstreamRequest } from './transport.ts'

/** One request on its way over an HTTP/1.1 connection. */
export class Http1Call implements TransportCall, UploadOwner {
  readonly request: UpstreamRequest
  readonly receiver: ResponseReceiver
  readonly timeouts: TransportTimeouts
  connection: Http1Connection | undefined = undefined
  /** Whether nothing more is to be told to the receiver. */
  isOver = false
  /** Whether the receiver knows the response's head. */
  hasBegun = false
  #upload: Http1Upload | undefined = undefined

  constructor(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts) {
    this.request = request
    this.receiver = receiver
    this.timeouts = timeouts
  }

  /** Whether every byte of the request was handed to the connection. */
  get isSent(): boolean {
    return this.request.body === undefined || this.#upload?.isDone === true
  }

  resume(): void {
    if (!this.isOver) this.connection?.resume()
  }

  abort(): void {
    if (this.isOver) return
    this.end()
    this.connection?.destroy()
  }

  /** Sends the body behind `head`; the connection is up. */
  upload(head: string, socket: Socket): void {
    this.#upload = new Http1Upload(this.request.body!, head, socket, this)
  }

  /** The connection takes more. */
  onDrain(): void {
    this.#upload?.resume()
  }

  /** Nothing more is to come, and nothing is to be sent. */
  end(): void {
    this.isOver = true
    this.#upload?.stop()
  }

  onProgress(): void {
    this.connection?.onProgress(this)
  }

  onBrokenOff({ code, reason }: RequestFailure): void {
    if (this.isOver) return
    this.abort()
    this.receiver.onError({ code, reason, progress: 'answered' })
  }
}
