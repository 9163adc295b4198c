import type { Provenance } from '../support/machine.ts'
import type { ScenarioResult } from './measurement.ts'
import { type Effort, scenarios } from './scenarios.ts'

/** How a scenario was measured. */
export interface ProxyRun {
  readonly form: 'short' | 'full'
  readonly effort: Effort
  readonly provenance: Provenance
}

/** One scenario, and how it was measured. */
export interface KeptScenario extends ScenarioResult {
  readonly run: ProxyRun
}

/** Everything `benchmarks/proxy` found out, as it is kept. */
export interface ProxyResult {
  /** Which process runs on which core. */
  readonly placement: string
  readonly versions: Readonly<Record<string, string>>
  /** Who could not be had, and why. */
  readonly missing: Readonly<Record<string, string>>
  readonly scenarios: readonly KeptScenario[]
}

/** What is kept, with the scenarios that were measured since in their places. */
export function mergeProxyResults(kept: ProxyResult | undefined, found: ProxyResult): ProxyResult {
  if (kept === undefined) return found
  const of = ({ scenarios }: ProxyResult, name: string) => scenarios.find(scenario => scenario.name === name)
  return {
    placement: found.placement,
    versions: { ...kept.versions, ...found.versions },
    missing: found.missing,
    scenarios: scenarios.flatMap(({ name }) => of(found, name) ?? of(kept, name) ?? []),
  }
}
