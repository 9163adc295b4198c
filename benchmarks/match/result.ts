import type { Provenance } from '../support/machine.ts'
import type { Measurement } from './measure.ts'
import { type SweepName, sweeps, type WorkloadName, workloads } from './workloads.ts'

/** How something was measured. */
export interface MatchRun {
  readonly provenance: Provenance
  /** Of those that the goals name, and of all others. */
  readonly rounds: { readonly named: number; readonly others: number }
  readonly seed: number
}

/** By rival: medians over the rounds; a reason where there is none. */
export type ByRival = Readonly<Record<string, Measurement | { readonly skipped: string }>>

export interface MatchWorkload {
  readonly name: WorkloadName
  readonly title: string
  readonly run: MatchRun
  readonly rivals: ByRival
}

/** How the cost grows with one quantity. */
export interface SweepResult {
  readonly name: SweepName
  readonly run: MatchRun
  readonly points: readonly { readonly size: number; readonly rivals: ByRival }[]
}

/** Everything `benchmarks/match` found out, as it is kept. */
export interface MatchResult {
  readonly workloads: readonly MatchWorkload[]
  readonly sweeps: readonly SweepResult[]
  /** By rival: what it can express, or what it gets wrong. */
  readonly abilities: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What is kept, with what was measured since in its place. */
export function mergeMatchResults(kept: MatchResult | undefined, found: MatchResult): MatchResult {
  if (kept === undefined) return found
  const latest = <T extends { readonly name: string }>(name: string, before: readonly T[], now: readonly T[]) =>
    now.find(one => one.name === name) ?? before.find(one => one.name === name) ?? []
  return {
    workloads: Object.keys(workloads).flatMap(name => latest(name, kept.workloads, found.workloads)),
    sweeps: Object.keys(sweeps).flatMap(name => latest(name, kept.sweeps, found.sweeps)),
    abilities: { ...kept.abilities, ...found.abilities },
  }
}
