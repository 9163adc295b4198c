/**
 * Calls `then` after `time` turns of the event loop of a millisecond each, and returns what takes that back. Without
 * load that is about `time` milliseconds. On a busy machine it is longer: what is said between sockets of this process
 * has had as many turns to arrive, however rarely the process was given one.
 */
export function afterOwnTime(time: number, then: () => void): () => void {
  let left = time
  const timer = setInterval(() => {
    if (--left > 0) return
    clearInterval(timer)
    then()
  }, 1)
  return () => clearInterval(timer)
}

/** Far longer than what a test waits for may take on a busy machine, in milliseconds: who waits so long has failed. */
export const patience = 60_000
