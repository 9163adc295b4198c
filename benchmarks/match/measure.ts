/** Measures one rival on one workload, in a process of its own: `node measure.ts RIVAL WORKLOAD SEED`. Prints JSON. */
import { oracle } from './expected.ts'
import { rivals } from './rivals/index.ts'
import type { Find } from './rivals/rival.ts'
import { type WorkloadName, workloads } from './workloads.ts'

export interface Measurement {
  /** Nanoseconds a match, over batches of 256: the median, and the tenth and ninetieth percentile. */
  readonly ns: number
  readonly p10: number
  readonly p90: number
  /** Milliseconds from the table to the first answer. */
  readonly buildMs: number
  /** Bytes that stay allocated after the build, in and outside the heap, for each route. */
  readonly bytesPerRoute: number
  /** Of these the compiled form alone, without the routes and matches, where the rival can tell. */
  readonly compiledBytesPerRoute: number | undefined
  /** Bytes allocated for each match. */
  readonly allocated: number
  /** Answers that differ from the reference matcher's, of `checked`. */
  readonly wrong: number
  readonly checked: number
  readonly example: string | undefined
}

const BATCH = 256
const CHECKED = 2_000
const WARM_UP_MS = 400
const MEASURED_MS = 900

const [name, workloadName, seed] = process.argv.slice(2)
const rival = rivals.find(candidate => candidate.name === name)
if (rival === undefined) throw new Error(`no rival ${name}`)
const { table, requests } = workloads[workloadName as WorkloadName].generate(Number(seed))

const before = retainedBytes()
const started = process.hrtime.bigint()
const find = rival.build(table)
find(...(requests[0] as [string, string]))
const buildMs = Number(process.hrtime.bigint() - started) / 1e6
const bytesPerRoute = (retainedBytes() - before) / table.routes.length

const wrong = requests.slice(0, CHECKED).filter(isWrong)
const encoded = requests.map(([host, path]) => [Buffer.from(host, 'latin1'), Buffer.from(path, 'latin1')] as const)
const times = measureBatches(find)
const measurement: Measurement = {
  ns: quantile(times, 0.5),
  p10: quantile(times, 0.1),
  p90: quantile(times, 0.9),
  buildMs,
  bytesPerRoute,
  compiledBytesPerRoute:
    rival.compiledBytes === undefined ? undefined : rival.compiledBytes(table) / table.routes.length,
  allocated: allocatedPerMatch(find),
  wrong: wrong.length,
  checked: Math.min(CHECKED, requests.length),
  example: wrong[0]?.join(''),
}
console.log(JSON.stringify(measurement))

function isWrong([host, path]: readonly [string, string]): boolean {
  expected ??= oracle(table)
  return find(host, path)?.target !== expected(host, path)?.target
}

var expected: ReturnType<typeof oracle> | undefined

function retainedBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Decodes a batch from bytes, as a parser would, so that no string has a cached hash; then times its matches. */
function measureBatches(find: Find): number[] {
  const hosts: string[] = new Array(BATCH).fill('')
  const paths: string[] = new Array(BATCH).fill('')
  const times: number[] = []
  let sum = 0
  let next = 0
  const begin = performance.now()
  for (let now = begin; now < begin + WARM_UP_MS + MEASURED_MS; now = performance.now()) {
    for (let i = 0; i < BATCH; i++, next = (next + 1) % encoded.length) {
      const [host, path] = encoded[next] as readonly [Buffer, Buffer]
      hosts[i] = host.toString('latin1')
      paths[i] = path.toString('latin1')
    }
    const start = process.hrtime.bigint()
    for (let i = 0; i < BATCH; i++) sum += find(hosts[i] as string, paths[i] as string)?.target ?? 1
    const elapsed = process.hrtime.bigint() - start
    if (now > begin + WARM_UP_MS) times.push(Number(elapsed) / BATCH)
  }
  if (sum === 0) throw new Error('nothing was matched')
  return times.sort((a, b) => a - b)
}

/** How much the heap grows over many matches of strings that exist already; run with a young generation that holds it. */
function allocatedPerMatch(find: Find): number {
  const count = 4_096
  const rounds = Math.max(1, Math.min(2_442, Math.floor(4e8 / (count * Math.max(40, quantile(times, 0.5))))))
  const hosts = encoded.slice(0, count).map(([host]) => host.toString('latin1'))
  const paths = encoded.slice(0, count).map(([, path]) => path.toString('latin1'))
  let sum = 0
  const pass = () => {
    for (let i = 0; i < count; i++) sum = (sum + (find(hosts[i] as string, paths[i] as string)?.target ?? 1)) | 0
  }
  for (let warmUp = 0; warmUp < 100; warmUp++) pass()
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  for (let round = 0; round < rounds; round++) pass()
  const grown = process.memoryUsage().heapUsed - heap
  if (sum === 0) throw new Error('nothing was matched')
  return grown / (rounds * count)
}

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] as number
}
