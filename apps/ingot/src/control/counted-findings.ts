import type { Diagnostic, FindingChanges } from '@ingot/kubernetes'

/** How findings have changed, or all there are. */
export interface FindingNews extends FindingChanges {
  /** What was there before is not among what is gone: it is forgotten. */
  readonly isWhole: boolean
}

interface Counted {
  readonly diagnostic: Diagnostic
  readonly count: number
}

/**
 * The findings that there are, by what makes two of them the same for whoever tells of them, and which of them are new
 * or gone since somebody asked: in time that depends on these alone.
 */
export class CountedFindings {
  readonly #keyOf: (diagnostic: Diagnostic) => string | undefined
  #present = new Map<string, Counted>()
  readonly #touched = new Set<string>()

  /** `keyOf` gives the same key for the same diagnostic each time, and `undefined` for those that do not count. */
  constructor(keyOf: (diagnostic: Diagnostic) => string | undefined) {
    this.#keyOf = keyOf
  }

  take({ isWhole, added, gone }: FindingNews): void {
    if (isWhole) this.#forget()
    // First what comes: what is replaced by its like stays.
    for (const diagnostic of added) this.#count(diagnostic, 1)
    for (const diagnostic of gone) this.#count(diagnostic, -1)
  }

  get(key: string): Diagnostic | undefined {
    return this.#present.get(key)?.diagnostic
  }

  /** Everything there is. */
  *all(): Iterable<[string, Diagnostic]> {
    for (const [key, { diagnostic }] of this.#present) yield [key, diagnostic]
  }

  /** What has come, `undefined` for what has gone, since this was last called; also what has come again in between. */
  *touched(): Iterable<[string, Diagnostic | undefined]> {
    const touched = [...this.#touched]
    this.#touched.clear()
    for (const key of touched) yield [key, this.get(key)]
  }

  #forget(): void {
    for (const key of this.#present.keys()) this.#touched.add(key)
    this.#present = new Map()
  }

  #count(diagnostic: Diagnostic, by: 1 | -1): void {
    const key = this.#keyOf(diagnostic)
    if (key === undefined) return
    const count = (this.#present.get(key)?.count ?? 0) + by
    if (count === 0) this.#present.delete(key)
    else this.#present.set(key, { diagnostic, count })
    this.#touched.add(key)
  }
}
