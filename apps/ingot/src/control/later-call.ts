import type { Holdoff } from '../gather.ts'

/**
 * Does once what was asked for many times in a row: when nobody has asked for a while, and at the latest some time after
 * the first wish. Does nothing while it is held. Keeps no process alive.
 */
export class LaterCall {
  readonly #action: () => void
  readonly #holdoff: Holdoff
  #timer: NodeJS.Timeout | undefined
  /** When it has to be done at the latest; `undefined` while nobody has asked. */
  #deadline: number | undefined
  #isHeld = false

  constructor(action: () => void, holdoff: Holdoff) {
    this.#action = action
    this.#holdoff = holdoff
  }

  ask(): void {
    const now = performance.now()
    this.#deadline ??= now + this.#holdoff.limit
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), Math.max(0, Math.min(this.#holdoff.quiet, this.#deadline - now)))
    this.#timer.unref()
  }

  /** Until `release`, nothing is done. */
  hold(): void {
    this.#isHeld = true
  }

  /** What has become overdue meanwhile is done at once. */
  release(): void {
    this.#isHeld = false
    if (this.#deadline !== undefined && performance.now() >= this.#deadline) this.flush()
    else if (this.#deadline !== undefined) this.ask()
  }

  /** Does at once what was asked for, unless it is held. */
  flush(): void {
    if (this.#isHeld || this.#deadline === undefined) return
    this.cancel()
    this.#action()
  }

  /** Forgets what was asked for. */
  cancel(): void {
    clearTimeout(this.#timer)
    this.#deadline = undefined
  }
}
