import type { WriteStream } from 'node:tty'

/** One line on a terminal that says how far a long piece of work is; nothing where there is no terminal. */
export class Progress {
  readonly #stream: WriteStream
  #lastWrite = 0
  #shown = false

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  /** Shows `what` with a bar, at most ten times a second. */
  update(what: string, done: number, total: number): void {
    const now = performance.now()
    if (!this.#stream.isTTY || (this.#shown && now - this.#lastWrite < 100)) return
    this.#lastWrite = now
    this.#shown = true
    const filled = total === 0 ? 0 : Math.round((20 * done) / total)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`
    this.#stream.write(`\r\x1b[2K${bar} ${what} ${done}/${total}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K')
    this.#shown = false
  }
}
