import { loadavg } from 'node:os'
import { join } from 'node:path'
import { whyImpossible } from '../proxy/compare-proxies.ts'
import { scenarios } from '../proxy/scenarios.ts'
import { provenance } from '../support/machine.ts'
import { root, writeResult } from '../support/results.ts'
import { callTree, selfTimes } from './cpu-profile.ts'
import { drawFlameGraph } from './flame-graph.ts'
import { shareByGroup } from './groups.ts'
import { keepProfile, recordProfile } from './record.ts'
import type { ProfileResult } from './result.ts'

/**
 * Records a profile of `ingot serve` under the load of a scenario. Leaves a `.cpuprofile`, whose path it prints, and a
 * flame graph; keeps the figures of the scenario that is on the page.
 */
export async function profileProxy(
  name: string,
  seconds: number,
  command: string,
  tree: string = root,
): Promise<ProfileResult | undefined> {
  const scenario = scenarios.find(scenario => scenario.name === name)
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`)
  const reason = await whyImpossible()
  if (reason !== undefined) return void console.error(`nothing is profiled: ${reason}`)
  const from = await provenance(root, command, loadavg()[0] ?? 0)
  console.error(`profile: ${scenario.title}`)
  const profile = await recordProfile(tree, scenario, seconds)
  const file = await keepProfile(profile, join(root, 'benchmarks/results'), name)
  console.error(`profile: ${file} (DevTools, or npx speedscope FILE)`)
  const calls = callTree(profile)
  await drawFlameGraph(`flame-${name}`, `ingot serve: ${scenario.title}`, calls)
  const functions = selfTimes(calls).slice(0, 25)
  const result: ProfileResult = {
    provenance: from,
    scenario: name,
    title: scenario.title,
    groups: shareByGroup(calls),
    functions: functions.map(({ name, file, self }) => ({ name, file, share: self / calls.total })),
  }
  if (name === '1k-64') await writeResult('profile', result)
  return result
}
