/** A flame graph of `ingot serve` under load, and what it says in figures. */
import { scenarios } from '../proxy/scenarios.ts'
import { writePage } from '../report/page.ts'
import { readArguments, readNames } from '../support/arguments.ts'
import { runToEnd } from '../support/cleanup.ts'
import { root } from '../support/results.ts'
import { profileProxy } from './profile-proxy.ts'
import type { ProfileResult } from './result.ts'

const usage = `pnpm bench:profile [--scenario 1k-64] [--seconds 8] [--tree FOLDER]
  Profiles ingot serve under the load of a scenario. Leaves a .cpuprofile in
  benchmarks/results and docs/benchmarks/flame-SCENARIO.svg.`

const { values } = readArguments(usage, {
  options: {
    scenario: { type: 'string', default: '1k-64' },
    seconds: { type: 'string', default: '8' },
    tree: { type: 'string', default: root },
  },
})

readNames(
  usage,
  values.scenario,
  scenarios.map(({ name }) => name),
)

await runToEnd(async () => {
  const result = await profileProxy(values.scenario, Number(values.seconds), 'pnpm bench:profile', values.tree)
  if (result === undefined) return
  print(result)
  if (values.scenario === '1k-64') await writePage()
})

function print({ groups, functions }: ProfileResult): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(7)
  const descending = Object.entries(groups).sort(([, a], [, b]) => b - a)
  for (const [title, share] of descending) console.log(`${percent(share)}  ${title}`)
  console.log()
  for (const { name, file, share } of functions) console.log(`${percent(share)}  ${name}  ${file}`)
}
