import type { Diagnostic } from './diagnostic.ts'
import type { Severity } from './diagnostic-codes.ts'

/** Findings that are there now and were not, and those that are not there any more. One that is there twice is named twice. */
export interface FindingChanges {
  readonly added: readonly Diagnostic[]
  readonly gone: readonly Diagnostic[]
}

/** How many findings there are of each severity. */
export type FindingCounts = Readonly<Record<Severity, number>>

/** Keeps account of what is found, by what takes the place of what, so that nobody has to go through all of it. */
export class FindingAccount {
  #added: Diagnostic[] = []
  #gone: Diagnostic[] = []
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 }
  /** How often that is found which counts once. */
  readonly #repeats = new Map<string, number>()

  /** Takes over that what was found at some place is found there no more, but this. */
  replace(before: readonly Diagnostic[] = [], after: readonly Diagnostic[] = []): void {
    if (before === after) return
    for (const diagnostic of before) {
      this.#gone.push(diagnostic)
      if (this.#repeated(diagnostic, -1) === 0) this.#counts[diagnostic.severity] -= 1
    }
    for (const diagnostic of after) {
      this.#added.push(diagnostic)
      if (this.#repeated(diagnostic, 1) === 1) this.#counts[diagnostic.severity] += 1
    }
  }

  /** What has changed since this was last asked for. */
  take(): FindingChanges {
    const [added, gone] = [this.#added, this.#gone]
    this.#added = []
    this.#gone = []
    return { added, gone }
  }

  get counts(): FindingCounts {
    return { ...this.#counts }
  }

  /** How often it is found now; what may be found everywhere counts each time, as if it were the only one. */
  #repeated(diagnostic: Diagnostic, by: 1 | -1): number {
    const key = repeatKey(diagnostic)
    if (key === undefined) return by === 1 ? 1 : 0
    const count = (this.#repeats.get(key) ?? 0) + by
    if (count === 0) this.#repeats.delete(key)
    else this.#repeats.set(key, count)
    return count
  }
}

/** What is wrong with a canary as such is found at each of its hosts, and told once: equal for those. */
export function repeatKey({ code, field, message }: Diagnostic): string | undefined {
  return code === 'canary-unused' ? `${field} ${message}` : undefined
}
