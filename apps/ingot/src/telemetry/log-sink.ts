import { destination } from 'pino'
import { formatLogLine } from './format-log-line.ts'
import type { LineWriter } from './traffic-telemetry.ts'

/** How log lines look. */
export type LogFormat = 'json' | 'text'

/** What waits while whoever reads the log is slow; lines beyond are dropped. */
const maxWaiting = 16 * 1024 * 1024

/**
 * Standard output for log lines. Traffic does not depend on it: if nobody reads, the disk is full or the pipe is broken,
 * lines are dropped and counted.
 */
export class LogSink implements LineWriter {
  readonly #format: LogFormat
  readonly #out = destination({ dest: 1, sync: false, maxLength: maxWaiting })
  /** Lines that were dropped. */
  dropped = 0

  constructor(format: LogFormat) {
    this.#format = format
    this.#out.on('drop', () => this.dropped++)
    // An error nobody hears ends the program. What could not be written stays, and is tried again with the next line.
    this.#out.on('error', () => {})
  }

  /** Takes one line or several. */
  write(lines: string): void {
    this.#out.write(this.#format === 'json' ? lines : readable(lines))
  }

  /** Takes text that is no log line, for people. */
  print(text: string): void {
    this.#out.write(text)
  }

  /** Writes what waits, as far as it can be written. */
  flush(): void {
    try {
      this.#out.flushSync()
    } catch {
      // The same as for lines before: nobody can read it.
    }
  }
}

function readable(lines: string): string {
  let text = ''
  for (const line of lines.split('\n')) if (line !== '') text += `${formatLogLine(line)}\n`
  return text
}
