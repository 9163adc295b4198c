import type { IncomingMessage } from 'node:http'

/** A client's body, which is read only when there is a connection that can take it. */
export class RequestBody {
  /** In bytes; `undefined` if only its end will tell. */
  readonly length: number | undefined
  readonly source: IncomingMessage
  /** Whether bytes may have been taken from `source`: if so, the request cannot be sent again. */
  started = false
  readonly #onStart: (() => void) | undefined

  /** `onStart` is called once, before the first byte is asked for. */
  constructor(source: IncomingMessage, length: number | undefined, onStart?: () => void) {
    this.source = source
    this.length = length
    this.#onStart = onStart
  }

  /** To be called before `source` is read. */
  start(): void {
    if (this.started) return
    this.started = true
    this.#onStart?.()
  }
}
