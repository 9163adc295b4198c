import { Readable } from 'node:stream'
import { failure, failureBody, type RequestFailure } from '../failure.ts'
import type { RequestBody } from '../request/request-body.ts'

/** A body that must not go on. */
export class BodyError extends Error {
  readonly failure: RequestFailure

  constructor(failure: RequestFailure) {
    super(failureBody(failure).trim())
    this.failure = failure
  }
}

const clientLeft = failure('client-closed')

/**
 * A client's body as a stream of its own, for a client library that destroys what it is given: destroying this one
 * leaves the client's request alone, so that an early response still reaches it.
 */
export class BodyStream extends Readable {
  readonly #body: RequestBody
  readonly #source: NodeJS.ReadableStream

  constructor(body: RequestBody) {
    super({ highWaterMark: 64 * 1024 })
    this.#body = body
    this.#source = body.source
  }

  override _read(): void {
    if (this.#body.started) {
      this.#body.resume()
      return
    }
    this.#body.start()
    this.#source.on('data', this.#onData)
    this.#source.on('end', this.#onEnd)
    this.#source.on('close', this.#onClose)
    this.#source.on('error', this.#onError)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.off('data', this.#onData)
    this.#source.off('end', this.#onEnd)
    this.#source.off('close', this.#onClose)
    this.#source.off('error', this.#onError)
    done(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    const problem = this.#body.take(chunk)
    if (problem !== undefined) this.destroy(new BodyError(problem))
    else if (!this.push(chunk)) this.#body.hold(chunk)
  }

  readonly #onEnd = (): void => {
    const { trailers } = this.#body
    if ('code' in trailers) this.destroy(new BodyError(trailers))
    else this.push(null)
  }

  readonly #onError = (error: Error): void => {
    this.destroy(error)
  }

  readonly #onClose = (): void => {
    if (!this.readableEnded) this.destroy(new BodyError(clientLeft))
  }
}
