import type { Find } from './rivals/rival.ts'

/** A request as it comes from the network. */
export type Encoded = readonly [host: Buffer, path: Buffer]

const BATCH = 256
const WARM_UP_MS = 400
const MEASURED_MS = 900
const ALLOCATION_BUDGET_NS = 1.5e9
const TEN_MILLION = 10_000_000
const YOUNG_BYTES = 6e7
const PASSES_AT_ONCE = 16

/**
 * Nanoseconds a match, for each of many batches, in ascending order. A batch is decoded from bytes before, as a parser
 * would, so that no string has a cached hash; then its matches are timed.
 */
export function timeBatches(find: Find, requests: readonly Encoded[]): number[] {
  const hosts: string[] = new Array(BATCH).fill('')
  const paths: string[] = new Array(BATCH).fill('')
  const times: number[] = []
  let found = 0
  let next = 0
  const begin = performance.now()
  for (let now = begin; now < begin + WARM_UP_MS + MEASURED_MS; now = performance.now()) {
    for (let i = 0; i < BATCH; i++, next = (next + 1) % requests.length) {
      const [host, path] = requests[next] as Encoded
      hosts[i] = host.toString('latin1')
      paths[i] = path.toString('latin1')
    }
    const start = process.hrtime.bigint()
    for (let i = 0; i < BATCH; i++) if (find(hosts[i] as string, paths[i] as string) !== undefined) found++
    const elapsed = process.hrtime.bigint() - start
    if (now > begin + WARM_UP_MS) times.push(Number(elapsed) / BATCH)
  }
  if (found === 0) throw new Error('nothing was matched')
  return times.sort((a, b) => a - b)
}

/**
 * How much the heap grows for each of up to ten million matches of strings that exist already. The young generation has
 * to be large enough to hold what they allocate.
 */
export function allocatedPerMatch(find: Find, requests: readonly Encoded[], nsPerMatch: number): number {
  const hosts = requests.slice(0, 4_096).map(([host]) => host.toString('latin1'))
  const paths = requests.slice(0, 4_096).map(([, path]) => path.toString('latin1'))
  const passes = Math.ceil(Math.min(TEN_MILLION, ALLOCATION_BUDGET_NS / nsPerMatch) / hosts.length)
  let found = 0
  const pass = () => {
    for (let i = 0; i < hosts.length; i++) if (find(hosts[i] as string, paths[i] as string) !== undefined) found++
  }
  for (let warmUp = 0; warmUp < Math.min(passes, 100); warmUp++) pass()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  let done = 0
  // Stops before the young generation is full, because a collection would hide what was allocated.
  while (done < passes && process.memoryUsage().heapUsed - before < YOUNG_BYTES) {
    // Asking for the size of the heap allocates, too, so it is not asked after every pass.
    for (let i = 0; i < PASSES_AT_ONCE; i++) pass()
    done += PASSES_AT_ONCE
  }
  const grown = process.memoryUsage().heapUsed - before
  if (found === 0) throw new Error('nothing was matched')
  return grown / (done * hosts.length)
}

/** The value below which a fraction of the ascending `sorted` lies. */
export function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] as number
}
