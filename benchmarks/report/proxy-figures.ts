import type { Measured, ScenarioResult } from '../proxy/measurement.ts'
import type { ProxyResult } from '../proxy/result.ts'

/** Who stands for Ingot. */
export const ours = 'ingot'

const debian: ReadonlySet<string> = new Set(['nginx', 'haproxy', 'caddy'])

/** Who provides a proxy. */
export function originOf(name: string): 'ingot' | 'debian' | 'npm' | 'none' {
  if (name === 'no proxy' || name === 'node:http alone') return 'none'
  if (debian.has(name)) return 'debian'
  return name === ours || name.includes('ingot') ? 'ingot' : 'npm'
}

/** What was measured of one proxy in one scenario; `undefined` if it did not take part. */
export function measuredOf(result: ScenarioResult | undefined, name: string): Measured | undefined {
  const outcome = result?.outcomes[name]
  return outcome === undefined || 'skipped' in outcome ? undefined : outcome
}

/** Everyone who took part, the cheapest first. */
export function inOrder(result: ScenarioResult): [string, Measured][] {
  return Object.keys(result.outcomes)
    .flatMap((name): [string, Measured][] => {
      const measured = measuredOf(result, name)
      return measured === undefined ? [] : [[name, measured]]
    })
    .sort(([, a], [, b]) => a.cpu - b.cpu)
}

/** The npm proxy that needs the least CPU for a request; another one each time, if need be. */
export function bestNpm(result: ScenarioResult): [string, Measured] | undefined {
  return inOrder(result).find(([name]) => originOf(name) === 'npm')
}

export function scenarioOf(result: ProxyResult, name: string): ScenarioResult | undefined {
  return result.scenarios.find(scenario => scenario.name === name)
}

/** How many requests one gets for the CPU time for which the other gets one: more is better. */
export function perCpu(one: Measured | undefined, other: Measured | undefined): number {
  return one === undefined || other === undefined ? Number.NaN : other.cpu / one.cpu
}
