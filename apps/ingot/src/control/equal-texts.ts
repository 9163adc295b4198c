/** Names that come and go must not pile up: beyond so many, all are forgotten, and equal ones are shared anew. */
const limit = 65_536

/**
 * One string for all that are equal. Names of Ingresses and backends stand in every route; traffic for a hundred thousand
 * hosts would else read, and hash for the first time, a hundred thousand copies of them.
 */
export class EqualTexts {
  readonly #known = new Map<string, string>()

  /** The first string that was equal to `text`. */
  one(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= limit) this.#known.clear()
    this.#known.set(text, text)
    return text
  }
}
