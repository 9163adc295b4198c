import type { Provenance } from '../support/machine.ts'
import type { ScenarioResult } from './measurement.ts'
import type { Effort } from './run-scenario.ts'

/** Everything `benchmarks/proxy` found out, as it is kept. */
export interface ProxyResult {
  readonly form: 'short' | 'full'
  readonly provenance: Provenance
  /** Which process runs on which core. */
  readonly placement: string
  readonly effort: Effort
  readonly versions: Readonly<Record<string, string>>
  /** Who could not be had, and why. */
  readonly missing: Readonly<Record<string, string>>
  readonly scenarios: readonly ScenarioResult[]
}
