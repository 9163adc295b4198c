import type { Find, FindBytes } from './rivals/rival.ts'

/** A request as it comes from the network. */
export type Encoded = readonly [host: Buffer, path: Buffer]

/** Where requests wait, in the form a rival reads, until they are matched. */
export interface Feed {
  readonly load: (slot: number, request: Encoded) => void
  readonly find: (slot: number) => object | undefined
}

/** How long to measure. */
export interface Duration {
  readonly warmUpMs: number
  readonly measuredMs: number
}

const BATCH = 256
const WAITING = 4_096
const ALLOCATION_BUDGET_NS = 8e8
const TEN_MILLION = 10_000_000
const YOUNG_BYTES = 6e7

/** Strings are decoded from bytes as they are loaded, as a parser would, so that none has a cached hash. */
export function stringFeed(find: Find): Feed {
  const hosts: string[] = new Array(WAITING).fill('')
  const paths: string[] = new Array(WAITING).fill('')
  return {
    load(slot, [host, path]) {
      hosts[slot] = host.toString('latin1')
      paths[slot] = path.toString('latin1')
    },
    find: slot => find(hosts[slot] as string, paths[slot] as string),
  }
}

/** Bytes are copied into one buffer as they are loaded, as a socket would. */
export function byteFeed(find: FindBytes, longest: number): Feed {
  const bytes = Buffer.alloc(WAITING * longest)
  const hostEnds = new Int32Array(WAITING)
  const pathEnds = new Int32Array(WAITING)
  return {
    load(slot, [host, path]) {
      hostEnds[slot] = slot * longest + host.copy(bytes, slot * longest)
      pathEnds[slot] = (hostEnds[slot] as number) + path.copy(bytes, hostEnds[slot])
    },
    find(slot) {
      const hostEnd = hostEnds[slot] as number
      return find(bytes, slot * longest, hostEnd, hostEnd, pathEnds[slot] as number)
    },
  }
}

/** Nanoseconds a match, for each of many batches, in ascending order. Only matching is timed, not loading. */
export function timeBatches(feed: Feed, requests: readonly Encoded[], { warmUpMs, measuredMs }: Duration): number[] {
  const times: number[] = []
  let found = 0
  let next = 0
  const begin = performance.now()
  for (let now = begin; now < begin + warmUpMs + measuredMs; now = performance.now()) {
    for (let i = 0; i < BATCH; i++, next = (next + 1) % requests.length) feed.load(i, requests[next] as Encoded)
    const start = process.hrtime.bigint()
    for (let i = 0; i < BATCH; i++) if (feed.find(i) !== undefined) found++
    const elapsed = process.hrtime.bigint() - start
    if (now > begin + warmUpMs) times.push(Number(elapsed) / BATCH)
  }
  if (found === 0) throw new Error('nothing was matched')
  return times.sort((a, b) => a - b)
}

/**
 * How much the heap grows for each of up to ten million matches of requests that wait already. The young generation has
 * to be large enough to hold what they allocate.
 */
export function allocatedPerMatch(feed: Feed, requests: readonly Encoded[], nsPerMatch: number): number {
  const waiting = Math.min(WAITING, requests.length)
  for (let i = 0; i < waiting; i++) feed.load(i, requests[i] as Encoded)
  const passes = Math.ceil(Math.min(TEN_MILLION, ALLOCATION_BUDGET_NS / nsPerMatch) / waiting)
  let found = 0
  const pass = () => {
    for (let i = 0; i < waiting; i++) if (feed.find(i) !== undefined) found++
  }
  for (let warmUp = 0; warmUp < Math.min(passes, 100); warmUp++) pass()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  let done = 0
  // Stops before the young generation is full, because a collection would hide what was allocated. Asking for the size
  // of the heap allocates, too, so the less there is to see the more seldom it is asked.
  for (
    let atOnce = 8, grown = 0;
    done < passes && grown < YOUNG_BYTES;
    grown = process.memoryUsage().heapUsed - before
  ) {
    if (grown < YOUNG_BYTES / 16) atOnce *= 2
    for (let i = 0; i < atOnce; i++) pass()
    done += atOnce
  }
  const grown = process.memoryUsage().heapUsed - before
  if (found === 0) throw new Error('nothing was matched')
  return grown / (done * waiting)
}

/** The value below which a fraction of the ascending `sorted` lies. */
export function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] as number
}
