import { write, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatLogLine } from './format-log-line.ts'
import type { LineWriter } from './traffic-telemetry.ts'

/** How log lines look. */
export type LogFormat = 'json' | 'text'

/** Characters that wait while whoever reads the log is slow; lines beyond are dropped. */
const maxWaiting = 16 * 1024 * 1024
/** How long a reader that is not ready is waited for, in milliseconds. */
const readerPause = 20
/** How long the end of the program waits for its last lines, in milliseconds. */
const patience = 2_000

const standardOutput = 1

/**
 * Log lines on their way to a file descriptor. Traffic does not depend on them: if nobody reads, the disk is full or the
 * pipe is broken, lines are dropped and counted.
 */
export class LogSink implements LineWriter {
  readonly #format: LogFormat
  readonly #fd: number
  #waiting = ''
  #isBusy = false
  #isSynchronous = false
  #idle = Promise.withResolvers<void>()
  /** Lines that were dropped. */
  dropped = 0

  constructor(format: LogFormat, fd = standardOutput) {
    this.#format = format
    this.#fd = fd
  }

  /** Takes one line or several. */
  write(lines: string): void {
    this.print(this.#format === 'json' ? lines : readable(lines))
  }

  /** Takes text that is no log line, for people. */
  print(text: string): void {
    if (this.#waiting.length + text.length > maxWaiting) this.#drop(text)
    else this.#take(text)
  }

  #take(text: string): void {
    this.#waiting += text
    if (this.#isSynchronous) this.flush()
    else if (!this.#isBusy) this.#writeOut()
  }

  /** Writes what waits now, and from now on each line before going on: for the last words of a program. */
  flush(): void {
    this.#isSynchronous = true
    const text = this.#waiting
    this.#waiting = ''
    try {
      writeSync(this.#fd, text)
    } catch {
      this.#drop(text)
    }
  }

  /** Resolves when everything is written, or nobody has taken it for a while. */
  async end(): Promise<void> {
    if (this.#isBusy) await Promise.race([this.#idle.promise, sleep(patience, undefined, { ref: false })])
  }

  #writeOut(): void {
    const chunk = Buffer.from(this.#waiting)
    this.#waiting = ''
    this.#isBusy = true
    this.#writeChunk(chunk)
  }

  #writeChunk(chunk: Buffer): void {
    write(this.#fd, chunk, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#writeChunk(chunk), readerPause).unref()
        return
      }
      // What a full disk or a broken pipe did not take is not worth more memory.
      if (error) this.#drop(chunk.toString('latin1'))
      else if (written < chunk.length) return this.#writeChunk(chunk.subarray(written))
      this.#next()
    })
  }

  #next(): void {
    if (this.#waiting !== '') {
      this.#writeOut()
      return
    }
    this.#isBusy = false
    this.#idle.resolve()
    this.#idle = Promise.withResolvers<void>()
  }

  #drop(text: string): void {
    for (const character of text) if (character === '\n') this.dropped++
  }
}

function readable(lines: string): string {
  let text = ''
  for (const line of lines.split('\n')) if (line !== '') text += `${formatLogLine(line)}\n`
  return text
}
