/** A share of the list, above which sorting all of it again is faster than finding each place. */
const MANY = 1 / 16

/** How many items a block has at most, and how many when it is made: a change copies one block, and the list of blocks. */
const [LONGEST, USUAL] = [1024, 512]

/**
 * A list that is kept in order while items come and go, in blocks: none of them is ever changed, so that what there was
 * at some moment can be kept for nothing. No two items may compare as equal, save an item and itself.
 */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number
  #blocks: readonly (readonly T[])[] = []
  #length = 0

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  /** A way to the items there are now, which later changes leave as they are. It puts them together when it is called. */
  snapshot(): () => readonly T[] {
    const blocks = this.#blocks
    return () => blocks.flat()
  }

  /** Takes items out, and puts others in. */
  change(gone: readonly T[], added: readonly T[]): void {
    if (gone.length + added.length > 8 + this.#length * MANY) this.#sortAll(gone, added)
    else {
      for (const item of gone) this.#remove(item)
      for (const item of added) this.#insert(item)
    }
    this.#length += added.length - gone.length
  }

  #sortAll(gone: readonly T[], added: readonly T[]): void {
    const without = new Set(gone)
    const all = [...this.#blocks.flat().filter(item => !without.has(item)), ...added].sort(this.#compare)
    const starts = Array.from({ length: Math.ceil(all.length / USUAL) }, (_, index) => index * USUAL)
    this.#blocks = starts.map(start => all.slice(start, start + USUAL))
  }

  #remove(item: T): void {
    const index = this.#blockOf(item)
    const block = this.#blocks[index]!
    const left = block.toSpliced(this.#placeIn(block, item), 1)
    this.#blocks = left.length > 0 ? this.#blocks.with(index, left) : this.#blocks.toSpliced(index, 1)
  }

  #insert(item: T): void {
    // What comes after all others goes into the last block.
    const index = Math.min(this.#blockOf(item), Math.max(0, this.#blocks.length - 1))
    const block = this.#blocks[index] ?? []
    const more = block.toSpliced(this.#placeIn(block, item), 0, item)
    const parts = more.length > LONGEST ? [more.slice(0, USUAL), more.slice(USUAL)] : [more]
    this.#blocks = this.#blocks.toSpliced(index, 1, ...parts)
  }

  /** The first block that does not end before the item. */
  #blockOf(item: T): number {
    return firstPlace(this.#blocks, block => this.#compare(block.at(-1)!, item) < 0)
  }

  /** The first place whose item does not come before. */
  #placeIn(block: readonly T[], item: T): number {
    return firstPlace(block, other => this.#compare(other, item) < 0)
  }
}

/** The first place in an ordered list that is not before, by halves. */
function firstPlace<T>(list: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(list[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
