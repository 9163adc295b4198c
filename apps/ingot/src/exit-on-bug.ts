import type { Telemetry } from './telemetry/telemetry.ts'

/**
 * An exception that nobody caught is a bug, after which nothing is certain: the program says so and ends with code 70, for
 * whoever supervises it to start it again. In a worker only that worker ends.
 */
export function exitOnBug({ log, lines }: Telemetry): void {
  process.on('uncaughtException', error => {
    lines.flush()
    log.fatal({ err: error }, 'a bug: nobody caught this')
    process.exit(70)
  })
}
