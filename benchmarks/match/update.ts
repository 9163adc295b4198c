/** `pnpm --filter @ingot/benchmarks bench:update`: one changed host of 100,000, again and again, over some compactions. */
import { type CompiledMatcher, compile, type Route, update } from '@ingot/core'
import { quantile } from './timing.ts'

const HOSTS = 100_000
const UPDATES = 30_000
/** The same run again: of each update the shortest time counts, so that a busy machine counts for less. */
const RUNS = 4

const hostOf = (host: number) => `app${host}.team${host % 97}.example.com`
const routesOf = (host: number, paths: number, target: number): Route<number>[] => {
  return Array.from({ length: paths }, (_, path) => {
    return { host: hostOf(host), path: `/api/${path}/${target}`, pathType: 'Prefix', target }
  })
}

const table = { routes: Array.from({ length: HOSTS }, (_, host) => routesOf(host, 10, 0)).flat() }
const compiled = compile(table)
const times = new Float64Array(UPDATES).fill(Number.POSITIVE_INFINITY)
let compactions = 0
for (let run = 0; run < RUNS; run++) compactions = runOnce()
const sorted = [...times].sort((a, b) => a - b)
const shown = [0.5, 0.99, 0.999, 1].map(fraction => quantile(sorted, fraction).toFixed(3))
console.log(`${UPDATES} updates of one host of ${HOSTS}, ${compactions} compactions among them`)
console.log(`| median | p99 | p99.9 | longest |\n|---|---|---|---|\n| ${shown.join(' ms | ')} ms |`)

function runOnce(): number {
  let matcher: CompiledMatcher<number> = compiled
  let compactions = 0
  for (let turn = 0; turn < UPDATES; turn++) {
    const changes = { upsert: { routes: routesOf((turn * 7919) % HOSTS, 3, turn) } }
    const before = matcher
    const start = process.hrtime.bigint()
    matcher = update(before, changes)
    times[turn] = Math.min(times[turn] as number, Number(process.hrtime.bigint() - start) / 1e6)
    if (matcher.base !== before.base) compactions++
  }
  return compactions
}
