/** A share of the list, above which sorting all of it again is faster than finding each place. */
const MANY = 1 / 16

/** A list that is kept in order while items come and go. No two items may compare as equal, save an item and itself. */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number
  #items: T[] = []

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  /** The items now; a later change makes another list. */
  snapshot(): readonly T[] {
    return this.#items.slice()
  }

  /** Takes items out, and puts others in. */
  change(gone: readonly T[], added: readonly T[]): void {
    if (gone.length + added.length > 8 + this.#items.length * MANY) {
      const without = new Set(gone)
      this.#items = [...this.#items.filter(item => !without.has(item)), ...added].sort(this.#compare)
      return
    }
    for (const item of gone) this.#items.splice(this.#placeOf(item), 1)
    for (const item of added) this.#items.splice(this.#placeOf(item), 0, item)
  }

  /** The first place whose item does not come before. */
  #placeOf(item: T): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#items[middle]!, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
