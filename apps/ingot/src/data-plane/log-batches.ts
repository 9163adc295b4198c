import type { LineWriter } from '../telemetry/traffic-telemetry.ts'

/** How long a line waits for others, in milliseconds, and how many characters at most. */
const wait = 20
const maxLength = 64 * 1024

/** Gathers log lines for a while, because a message for each would cost more than the line. */
export class LogBatches implements LineWriter {
  readonly #send: (lines: string) => void
  #lines = ''
  #timer: NodeJS.Timeout | undefined

  constructor(send: (lines: string) => void) {
    this.#send = send
  }

  write(line: string): void {
    this.#lines += line
    if (this.#lines.length >= maxLength) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), wait).unref()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines === '') return
    this.#send(this.#lines)
    this.#lines = ''
  }
}
