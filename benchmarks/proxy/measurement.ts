import { median, spread } from '../support/statistics.ts'
import type { LoadResult } from './load/load.ts'
import type { Scenario } from './scenarios.ts'

/** One round of load on one proxy. */
export interface Round extends LoadResult {
  /** CPU seconds of the proxy's process tree. */
  readonly user: number
  readonly system: number
  /** Bytes, at the end. */
  readonly resident: number
  /** How often its configuration changed. */
  readonly changes: number
  /** Milliseconds until the last change was live. */
  readonly changeMs: number
}

/** Medians over the rounds. */
export interface Measured {
  readonly rounds: number
  readonly requestsPerSecond: number
  /** Microseconds of CPU for each request, in user mode and in the kernel. */
  readonly cpu: number
  readonly cpuUser: number
  /** How far the rounds are apart in `cpu`, as a share of it. */
  readonly cpuSpread: number
  /** Share of one core that the proxy used. */
  readonly coreShare: number
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  /** The most that was seen. */
  readonly residentMb: number
  /** Over all rounds. */
  readonly errors: number
  readonly requests: number
  readonly changes: number
  /** Milliseconds until a change was live; 0 where nothing changed. */
  readonly changeMs: number
}

/** What came of one proxy in one scenario; a reason, if it could not take part. */
export type Outcome = Measured | { readonly skipped: string }

/** One scenario with everyone who took part, by name. */
export interface ScenarioResult extends Scenario {
  readonly outcomes: Readonly<Record<string, Outcome>>
}

export function summariseRounds(rounds: readonly Round[]): Measured {
  const middle = (of: (round: Round) => number) => tidy(median(rounds.map(of)))
  const cpu = (round: Round) => ((round.user + round.system) / round.completed) * 1e6
  return {
    rounds: rounds.length,
    requestsPerSecond: middle(round => round.completed / round.duration),
    cpu: middle(cpu),
    cpuUser: middle(round => (round.user / round.completed) * 1e6),
    cpuSpread: tidy(spread(rounds.map(cpu)) || 0),
    coreShare: middle(round => (round.user + round.system) / round.duration),
    p50: middle(round => round.p50),
    p90: middle(round => round.p90),
    p99: middle(round => round.p99),
    p999: middle(round => round.p999),
    residentMb: tidy(Math.max(...rounds.map(round => round.resident)) / 1e6),
    errors: rounds.reduce((sum, round) => sum + round.errors, 0),
    requests: rounds.reduce((sum, round) => sum + round.completed, 0),
    changes: rounds.reduce((sum, round) => sum + round.changes, 0),
    changeMs: middle(round => round.changeMs),
  }
}

/** Four digits are more than was measured. */
function tidy(value: number): number {
  return Number(value.toPrecision(4))
}
