/** Something that is done at the end of a turn of the event loop. */
export interface Delayed {
  /** Everything that could be read has been read. */
  onReadsDone(): void
}

interface Corkable {
  readonly writableCorked: number
  cork(): void
  uncork(): void
}

let delayed: Delayed[] = []
let postponed: Delayed[] = []

/**
 * Tells `one` when everything that can be read in this turn of the event loop has been read. To write then, in a row,
 * costs much less than to write between reads: each write wakes whoever waits at the other end, and in a row it wakes
 * them once.
 */
export function afterReads(one: Delayed): void {
  if (delayed.push(one) === 1) setImmediate(tellAll)
}

/** The same in the turn after this one. Only for one that is being told: it has more to do than others should wait for. */
export function afterNextReads(one: Delayed): void {
  postponed.push(one)
}

/** Lets what is written to `stream` in this turn leave together, at its end. */
export function holdWrites(stream: Corkable): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  afterReads({ onReadsDone: () => stream.uncork() })
}

/** Those who come while the others are told are told too. */
function tellAll(): void {
  let at = 0
  try {
    while (at < delayed.length) delayed[at++]!.onReadsDone()
  } finally {
    // One that throws must not keep the others waiting for ever.
    delayed = [...delayed.slice(at), ...postponed]
    postponed = []
    if (delayed.length > 0) setImmediate(tellAll)
  }
}
