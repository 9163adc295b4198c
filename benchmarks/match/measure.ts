/**
 * Measures one rival on one workload, in a process of its own: `node measure.ts RIVAL WORKLOAD SEED [--quick]`. Prints
 * JSON.
 */
import { oracle } from './expected.ts'
import { Random } from './random.ts'
import { rivals } from './rivals/index.ts'
import { type Rival, targetOf } from './rivals/rival.ts'
import { timeUpdates } from './time-updates.ts'
import { allocatedPerMatch, byteFeed, type Encoded, quantile, stringFeed, timeBatches } from './timing.ts'
import { workloadNamed } from './workloads.ts'

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
  readonly compiledBytesPerRoute?: number | undefined
  /** Bytes allocated for each match; not measured where it has to be quick. */
  readonly allocated?: number | undefined
  /** Microseconds until one host has other routes; absent if everything has to be built again. */
  readonly updateUs?: number | undefined
  /** Answers that differ from the reference matcher's, of `checked`. */
  readonly wrong: number
  readonly checked: number
  readonly example?: string | undefined
}

const CHECKED = 2_000

const [name, workload, seed, quick] = process.argv.slice(2)
const rival = rivalNamed(name)
const { table, requests } = workloadNamed(workload as string).generate(Number(seed))
const isQuick = quick === '--quick'

const before = retainedBytes()
const started = process.hrtime.bigint()
const built = rival.build(table)
built.find(...(requests[0] as [string, string]))
const buildMs = Number(process.hrtime.bigint() - started) / 1e6
const bytesPerRoute = (retainedBytes() - before) / table.routes.length

const expected = oracle(table)
const wrong = requests.slice(0, CHECKED).filter(([host, path]) => {
  return targetOf(rival, built.find(host, path)) !== expected(host, path)?.target
})
const encoded = requests.map(([host, path]): Encoded => [Buffer.from(host, 'latin1'), Buffer.from(path, 'latin1')])
const longest = Math.max(...encoded.map(([host, path]) => host.length + path.length).slice(0, 60_000), 1_024)
const feed = built.findBytes === undefined ? stringFeed(built.find) : byteFeed(built.findBytes, longest)
const times = timeBatches(
  feed,
  encoded,
  isQuick ? { warmUpMs: 250, measuredMs: 400 } : { warmUpMs: 300, measuredMs: 700 },
)
const ns = quantile(times, 0.5)
const measurement: Measurement = {
  ...{ ns, p10: quantile(times, 0.1), p90: quantile(times, 0.9), buildMs, bytesPerRoute },
  compiledBytesPerRoute: isQuick ? undefined : compiledBytes(),
  allocated: isQuick ? undefined : allocatedPerMatch(feed, encoded, ns),
  updateUs: isQuick ? undefined : timeUpdates(built, table.routes, new Random(Number(seed))),
  ...{ wrong: wrong.length, checked: Math.min(CHECKED, requests.length), example: wrong[0]?.join('') },
}
console.log(JSON.stringify(measurement))

function compiledBytes(): number | undefined {
  return rival.compiledBytes === undefined ? undefined : rival.compiledBytes(table) / table.routes.length
}

function rivalNamed(name: string | undefined): Rival {
  const rival = rivals.find(candidate => candidate.name === name)
  if (rival === undefined) throw new Error(`no rival is named ${name}`)
  return rival
}

function retainedBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
