import type { Readable } from 'node:stream'

/** Bytes that all blocked bodies together may read ahead, and one of them: what two kernels hold of it at most (Linux). */
const budget = { all: 48 * 1024 * 1024, each: 12 * 1024 * 1024 }

/** Milliseconds for which a body is blocked before anything is read ahead of it. */
const patience = 500

let left = budget.all

/**
 * Stops a client's body while the upstream takes no more. That a client has left can only be read, behind what it had
 * sent before: so a body that is blocked for long is read on, as far as there is memory for it, and the end is found.
 */
export class ReadAhead {
  readonly #source: Readable
  #timer: NodeJS.Timeout | undefined
  #isReading = false
  #taken = 0

  constructor(source: Readable) {
    this.#source = source
  }

  /** Nothing more can be taken; `length` bytes wait since the last time. */
  hold(length: number): void {
    if (this.#isReading && this.#take(length)) return
    this.#source.pause()
    this.#timer ??= setTimeout(() => {
      this.#isReading = true
      this.#source.resume()
    }, patience)
  }

  /** More can be taken. */
  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isReading = false
    left += this.#taken
    this.#taken = 0
  }

  #take(length: number): boolean {
    if (length > left || this.#taken + length > budget.each) return false
    left -= length
    this.#taken += length
    return true
  }
}
