import type { Diagnostic } from '@ingot/kubernetes'
import type { Logger } from 'pino'
import { CountedFindings, type FindingNews } from '../control/counted-findings.ts'

/** Logs each finding when it is new, and not again while it stays. */
export class DiagnosticLog {
  readonly #log: Logger
  readonly #findings = new CountedFindings(diagnostic => this.#keyOf(diagnostic))
  /** Looking up where a finding is takes long: once for each. */
  readonly #lines = new WeakMap<Diagnostic, Line>()
  readonly #logged = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** Takes over what has changed; `report` logs it. */
  take(news: FindingNews): void {
    this.#findings.take(news)
  }

  /** Logs what is new since it was last called, and is still there. */
  report(): void {
    for (const [key, diagnostic] of this.#findings.touched()) {
      if (diagnostic === undefined) this.#logged.delete(key)
      else if (!this.#logged.has(key)) {
        this.#logged.add(key)
        this.#log[levels[diagnostic.severity]](this.#lineOf(diagnostic).fields, diagnostic.message)
      }
    }
  }

  /** `undefined` for what is not to be logged at all. */
  #keyOf(diagnostic: Diagnostic): string | undefined {
    return this.#log.isLevelEnabled(levels[diagnostic.severity]) ? this.#lineOf(diagnostic).key : undefined
  }

  #lineOf(diagnostic: Diagnostic): Line {
    const known = this.#lines.get(diagnostic)
    if (known !== undefined) return known
    const fields = { ...lineFields(diagnostic), severity: diagnostic.severity }
    const line = { fields, key: JSON.stringify(fields) }
    this.#lines.set(diagnostic, line)
    return line
  }
}

/** What is logged of a finding; equal ones are the same finding. */
interface Line {
  readonly fields: Readonly<Record<string, unknown>>
  readonly key: string
}

const levels = { error: 'error', warning: 'warn', info: 'info' } as const

function lineFields({ code, object, field, position, fix }: Diagnostic): Record<string, unknown> {
  const at = position === undefined ? undefined : `${position.file}:${position.line}:${position.column}`
  return { code, object: object && `${object.kind} ${object.namespace}/${object.name}`, field, at, fix }
}
