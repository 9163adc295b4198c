const headEnd = Buffer.from('\r\n\r\n')

/** Finds the end of responses that have a Content-Length, one at a time, which is all a load generator has to know. */
export class ResponseCounter {
  #head: Buffer = Buffer.alloc(0)
  #status = 0
  #left = -1

  /** The status of a response that is complete now. Throws if the framing is one it does not know. */
  read(chunk: Buffer): number | undefined {
    if (this.#left >= 0) return this.#take(chunk.length)
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf(headEnd)
    if (end < 0) return undefined
    const head = this.#head.toString('latin1', 0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) throw new Error(`a response without Content-Length: ${head}`)
    const received = this.#head.length - end - 4
    this.#status = Number(head.slice(9, 12))
    this.#left = Number(length)
    this.#head = Buffer.alloc(0)
    return this.#take(received)
  }

  #take(received: number): number | undefined {
    this.#left -= received
    if (this.#left > 0) return undefined
    this.#left = -1
    return this.#status
  }
}
