import type { Coverage } from './coverage.ts'
import type { FuzzTarget } from './targets.ts'

/** A source of numbers from 0 to below `limit`, the same again for the same seed. */
export type Random = (limit: number) => number

/** Xorshift, which is enough to choose mutations. */
export function seeded(seed: number): Random {
  let state = seed | 1
  return limit => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

/** An input that showed a bug. */
interface Crash {
  readonly input: Buffer
  readonly error: unknown
}

/** What a fuzzing run has to show for itself. */
export interface FuzzReport {
  readonly runs: number
  readonly corpus: number
  readonly crash?: Crash
}

const longest = 4_096
/** Asking V8 costs more than most runs, so it is asked about several at a time. */
const atOnce = 8

/** Changes inputs of a growing corpus until `isOver`; an input that runs new code is kept. Ends at the first crash. */
export function fuzz(
  target: FuzzTarget,
  random: Random,
  coverage: Coverage,
  isOver: (runs: number) => boolean,
): FuzzReport {
  const corpus = [...target.seeds]
  let runs = 0
  for (const seed of corpus) {
    const crash = attempt(target, seed)
    if (crash !== undefined) return { runs, corpus: corpus.length, crash }
  }
  coverage.hasGrown()
  while (!isOver(runs)) {
    const batch: Buffer[] = []
    while (batch.length < atOnce && !isOver(runs)) {
      const input = mutate(corpus[random(corpus.length)]!, target, corpus, random)
      const crash = attempt(target, input)
      runs++
      if (crash !== undefined) return { runs, corpus: corpus.length, crash }
      batch.push(input)
    }
    if (coverage.hasGrown()) corpus.push(...batch)
  }
  return { runs, corpus: corpus.length }
}

function attempt(target: FuzzTarget, input: Buffer): Crash | undefined {
  try {
    target.run(input)
    return undefined
  } catch (error) {
    return { input, error }
  }
}

function mutate(input: Buffer, target: FuzzTarget, corpus: readonly Buffer[], random: Random): Buffer {
  let changed = input
  for (let left = 1 + random(4); left > 0; left--) changed = mutateOnce(changed, target, corpus, random)
  return changed.subarray(0, longest)
}

function mutateOnce(input: Buffer, { words }: FuzzTarget, corpus: readonly Buffer[], random: Random): Buffer {
  const at = random(input.length + 1)
  const end = Math.min(input.length, at + 1 + random(16))
  const insert = (piece: Buffer, until = at) => Buffer.concat([input.subarray(0, at), piece, input.subarray(until)])
  switch (random(7)) {
    case 0:
      return insert(Buffer.alloc(0), end)
    case 1:
      return insert(Buffer.from([random(256)]), Math.min(input.length, at + 1))
    case 2:
      return insert(Buffer.from(words[random(words.length)]!, 'latin1'))
    case 3:
      return insert(Buffer.from(words[random(words.length)]!, 'latin1'), end)
    case 4:
      return insert(input.subarray(at, end))
    case 5: {
      const other = corpus[random(corpus.length)]!
      return Buffer.concat([input.subarray(0, at), other.subarray(random(other.length + 1))])
    }
    default:
      return insert(Buffer.from([(input[at] ?? 0) ^ (1 << random(8))]), Math.min(input.length, at + 1))
  }
}
