/** How many connections there are. */
export class ConnectionCount {
  #open = 0
  #most = 0

  get open(): number {
    return this.#open
  }

  /** The most that there have been at once since they were last settled. */
  get most(): number {
    return this.#most
  }

  opened(): void {
    if (++this.#open > this.#most) this.#most = this.#open
  }

  closed(): void {
    this.#open--
  }

  /** Forgets that there have been more than there are. */
  settle(): void {
    this.#most = this.#open
  }
}
