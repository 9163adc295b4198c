import type { Diagnostic } from '@ingot/kubernetes'
import type { Logger } from 'pino'

/** Logs each finding when it is new, and not again while it stays. */
export class DiagnosticLog {
  readonly #log: Logger
  #known = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  report(diagnostics: readonly Diagnostic[]): void {
    const current = new Set<string>()
    for (const diagnostic of diagnostics) {
      const line = { ...diagnosticLine(diagnostic), severity: diagnostic.severity }
      const key = JSON.stringify(line)
      current.add(key)
      if (!this.#known.has(key)) this.#log[levels[diagnostic.severity]](line, diagnostic.message)
    }
    this.#known = current
  }
}

const levels = { error: 'error', warning: 'warn', info: 'info' } as const

function diagnosticLine({ code, object, field, position, fix }: Diagnostic): Record<string, unknown> {
  const at = position === undefined ? undefined : `${position.file}:${position.line}:${position.column}`
  return { code, object: object && `${object.kind} ${object.namespace}/${object.name}`, field, at, fix }
}
