/**
 * What has changed and was not read yet, by key: of several changes to one thing only the last is kept, so a slow
 * reader falls behind by no more than there are things. One reader.
 */
export class PendingChanges<T> {
  #pending = new Map<string, T>()
  #wake = Promise.withResolvers<void>()
  #ended = false

  put(key: string, change: T): void {
    // Deleted first, so that the order is that of the last changes.
    this.#pending.delete(key)
    this.#pending.set(key, change)
    this.#wake.resolve()
  }

  /** Ends `batches` once everything was read. */
  end(): void {
    this.#ended = true
    this.#wake.resolve()
  }

  /** Everything that is pending, whenever there is something. */
  async *batches(): AsyncGenerator<T[]> {
    for (;;) {
      await this.#wake.promise
      const batch = this.take()
      if (batch.length > 0) yield batch
      else if (this.#ended) return
    }
  }

  /** Everything that is pending now. */
  take(): T[] {
    const batch = [...this.#pending.values()]
    this.#pending = new Map()
    if (!this.#ended) this.#wake = Promise.withResolvers<void>()
    return batch
  }
}
