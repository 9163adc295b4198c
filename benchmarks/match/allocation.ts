/** `pnpm --filter @ingot/benchmarks bench:allocation [SEED]`: how much the heap grows over ten million matches. */
import { compile } from '@ingot/core'
import { type WorkloadName, workloads } from './workloads.ts'

const MATCHES = 10_000_000
const seed = Number(process.argv[2] ?? 1)

console.log(`| ${MATCHES} matches | heap grows by, bytes | bytes/match |\n|---|---|---|`)
for (const name of Object.keys(workloads) as WorkloadName[]) {
  const grown = growth(name)
  console.log(`| ${name} | ${grown} | ${(grown / MATCHES).toFixed(4)} |`)
}

/**
 * The second of two runs counts: in the first, every route that wins gets its match, and the code is compiled. Without
 * a collection between the two readings, because that would hide what was allocated.
 */
function growth(name: WorkloadName): number {
  const { table, requests } = workloads[name].generate(seed)
  const matcher = compile(table)
  const hosts = requests.map(([host]) => host)
  const paths = requests.map(([, path]) => path)
  const run = () => {
    let found = 0
    for (let done = 0; done < MATCHES; ) {
      for (let i = 0; i < hosts.length && done < MATCHES; i++, done++) {
        if (matcher.match(hosts[i] as string, paths[i] as string) !== undefined) found++
      }
    }
    return found
  }
  const first = run()
  globalThis.gc?.()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const second = run()
  const grown = process.memoryUsage().heapUsed - before
  if (first !== second || first === 0) throw new Error('the two runs differ')
  return grown
}
