const SIZE = 64 * 1024
/** Slabs that are kept for the next piece: enough for a few hundred responses that stream at once. */
const MAX_FREE = 128

const free: Slab[] = []

/**
 * Memory for one piece of a body on its way to a client. It is used again and again: what is allocated anew for every
 * piece costs more in collection than in copying.
 */
export class Slab {
  readonly #memory = Buffer.allocUnsafeSlow(SIZE)

  /** Copies a piece of at most 64 KB. Nobody else uses the memory until `release`. */
  hold(piece: Buffer): Buffer {
    piece.copy(this.#memory)
    return this.#memory.subarray(0, piece.length)
  }

  /** Gives the memory back. To be called once for each `takeSlab`; if it never is, the memory is collected. */
  readonly release = (): void => {
    if (free.length < MAX_FREE) free.push(this)
  }
}

/** A slab that is free. */
export function takeSlab(): Slab {
  return free.pop() ?? new Slab()
}
