/**
 * A run of 32-bit words that only grows at its end. Whoever holds an offset below `used` may read on: words are never
 * changed once their writer has handed them out, so any number of matchers share one arena.
 */
export class Arena {
  words: Int32Array
  /** The offset after the last word. The first word stays unused, so that offset 0 can stand for "nowhere". */
  used = 1

  constructor(words: Int32Array = new Int32Array(64)) {
    this.words = words
  }

  /** Makes room for `count` more words; `words` may be another array afterwards. */
  reserve(count: number): void {
    const needed = this.used + count
    if (needed <= this.words.length) return
    const grown = new Int32Array(Math.max(needed, this.words.length * 2))
    grown.set(this.words)
    this.words = grown
  }
}
