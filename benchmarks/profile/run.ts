/**
 * A flame graph of `ingot serve` under load: `node run.ts [--scenario 1k-64] [--seconds 8]`. Leaves a `.cpuprofile` in
 * `benchmarks/results`, docs/benchmarks/flame-SCENARIO.svg, and what it says in figures.
 */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { whyImpossible } from '../proxy/compare-proxies.ts'
import { scenarios } from '../proxy/scenarios.ts'
import { writePage } from '../report/page.ts'
import { runToEnd } from '../support/cleanup.ts'
import { provenance } from '../support/machine.ts'
import { root, writeResult } from '../support/results.ts'
import { callTree, selfTimes } from './cpu-profile.ts'
import { drawFlameGraph } from './flame-graph.ts'
import { shareByGroup } from './groups.ts'
import { keepProfile, recordProfile } from './record.ts'
import type { ProfileResult } from './result.ts'

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: '1k-64' },
    seconds: { type: 'string', default: '8' },
    tree: { type: 'string', default: root },
  },
})

await runToEnd(async () => {
  const scenario = scenarios.find(({ name }) => name === values.scenario)
  if (scenario === undefined) throw new Error(`there is no scenario ${values.scenario}`)
  const reason = await whyImpossible()
  if (reason !== undefined) throw new Error(reason)
  const loadAtStart = loadavg()[0] ?? 0
  const profile = await recordProfile(values.tree, scenario, Number(values.seconds))
  const file = await keepProfile(profile, join(root, 'benchmarks/results'), scenario.name)
  const tree = callTree(profile)
  await drawFlameGraph(`flame-${scenario.name}`, `ingot serve: ${scenario.title}`, tree)
  const functions = selfTimes(tree).slice(0, 25)
  const result: ProfileResult = {
    provenance: await provenance(root, 'pnpm bench:profile', loadAtStart),
    scenario: scenario.name,
    title: scenario.title,
    groups: shareByGroup(tree),
    functions: functions.map(({ name, file, self }) => ({ name, file, share: self / tree.total })),
  }
  print(result)
  console.log(`\nprofile: ${file} (DevTools, or npx speedscope FILE)`)
  if (scenario.name !== '1k-64') return
  await writeResult('profile', result)
  await writePage()
})

function print({ groups, functions }: ProfileResult): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(7)
  const descending = Object.entries(groups).sort(([, a], [, b]) => b - a)
  for (const [title, share] of descending) console.log(`${percent(share)}  ${title}`)
  console.log()
  for (const { name, file, share } of functions) console.log(`${percent(share)}  ${name}  ${file}`)
}
