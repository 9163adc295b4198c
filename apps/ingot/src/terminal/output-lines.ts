import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Writes many lines in few pieces, and waits where the reader is slower. */
export class OutputLines {
  readonly #stream: Writable
  #pending = ''

  constructor(stream: Writable) {
    this.#stream = stream
  }

  async write(line: string): Promise<void> {
    this.#pending += `${line}\n`
    if (this.#pending.length > 64 * 1024) await this.#flush()
  }

  /** Resolves when everything has been taken; the stream stays open. */
  async end(): Promise<void> {
    if (this.#pending !== '') await this.#flush()
  }

  async #flush(): Promise<void> {
    const text = this.#pending
    this.#pending = ''
    if (!this.#stream.write(text)) await once(this.#stream, 'drain')
  }
}
