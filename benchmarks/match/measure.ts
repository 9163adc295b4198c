/** Measures one rival on one workload, in a process of its own: `node measure.ts RIVAL WORKLOAD SEED`. Prints JSON. */
import { oracle } from './expected.ts'
import { rivals } from './rivals/index.ts'
import { type Rival, targetOf } from './rivals/rival.ts'
import { allocatedPerMatch, quantile, timeBatches } from './timing.ts'
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

const CHECKED = 2_000

const [name, workloadName, seed] = process.argv.slice(2)
const rival = rivalNamed(name)
const { table, requests } = workloads[workloadName as WorkloadName].generate(Number(seed))

const before = retainedBytes()
const started = process.hrtime.bigint()
const find = rival.build(table)
find(...(requests[0] as [string, string]))
const buildMs = Number(process.hrtime.bigint() - started) / 1e6
const bytesPerRoute = (retainedBytes() - before) / table.routes.length

const expected = oracle(table)
const wrong = requests.slice(0, CHECKED).filter(([host, path]) => {
  return targetOf(rival, find(host, path)) !== expected(host, path)?.target
})
const encoded = requests.map(([host, path]) => [Buffer.from(host, 'latin1'), Buffer.from(path, 'latin1')] as const)
const times = timeBatches(find, encoded)
const measurement: Measurement = {
  ns: quantile(times, 0.5),
  p10: quantile(times, 0.1),
  p90: quantile(times, 0.9),
  buildMs,
  bytesPerRoute,
  compiledBytesPerRoute:
    rival.compiledBytes === undefined ? undefined : rival.compiledBytes(table) / table.routes.length,
  allocated: allocatedPerMatch(find, encoded, quantile(times, 0.5)),
  wrong: wrong.length,
  checked: Math.min(CHECKED, requests.length),
  example: wrong[0]?.join(''),
}
console.log(JSON.stringify(measurement))

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
