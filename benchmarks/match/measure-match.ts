import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { runChild } from '../support/child.ts'
import { provenance } from '../support/machine.ts'
import { root } from '../support/results.ts'
import { median } from '../support/statistics.ts'
import { abilitiesOf } from './abilities.ts'
import type { Measurement } from './measure.ts'
import type { MatchResult, MatchRun, MatchWorkload, SweepResult } from './result.ts'
import type { Rival } from './rivals/rival.ts'
import { type SweepName, sweeps, type WorkloadName, workloadNamed, workloads } from './workloads.ts'

/** What to measure. */
export interface MatchPlan {
  readonly workloads: readonly WorkloadName[]
  readonly sweeps: readonly SweepName[]
  readonly rivals: readonly Rival[]
  /** Rounds of those that the goals name, and of all others. */
  readonly rounds: { readonly named: number; readonly others: number }
  /** Of the first round; the next has the next one. */
  readonly seed: number
  /** What to type to measure again. */
  readonly command: string
}

/** Those that the goals compare Ingot with: their figures are medians of more rounds. */
const named: ReadonlySet<string> = new Set([
  'ingot',
  'sorted scan per host',
  'memoirist',
  '@medley/router',
  'find-my-way',
])

/** Those whose growth is drawn: the others differ by a factor, not in kind. */
const inSweeps: ReadonlySet<string> = new Set([...named, 'ingot bytes', 'rou3 compiled'])

/**
 * Measures matchers in turns, each time in a process of its own. `keep` gets what was found so far after each workload.
 */
export async function measureMatch(
  plan: MatchPlan,
  keep: (found: MatchResult) => Promise<void> = async () => {},
): Promise<MatchResult> {
  const from = await provenance(root, plan.command, loadavg()[0] ?? 0)
  const run: MatchRun = { provenance: from, rounds: plan.rounds, seed: plan.seed }
  const abilities = Object.fromEntries(plan.rivals.map(rival => [rival.name, abilitiesOf(rival)]))
  const found = { workloads: [] as MatchWorkload[], sweeps: [] as SweepResult[], abilities }
  for (const name of plan.workloads) {
    const { title } = workloads[name]
    console.error(`matching ${name}: ${title}`)
    found.workloads.push({ name, title, run, rivals: await measureInTurns(name, plan) })
    await keep(found)
  }
  for (const name of plan.sweeps) {
    found.sweeps.push({ name, run, points: await measureSweep(name, plan) })
    await keep(found)
  }
  return found
}

async function measureSweep(name: SweepName, plan: MatchPlan): Promise<SweepResult['points']> {
  const points: SweepResult['points'][number][] = []
  const some = {
    ...plan,
    rivals: plan.rivals.filter(rival => inSweeps.has(rival.name)),
    rounds: { named: 1, others: 1 },
  }
  for (const size of sweeps[name]) {
    console.error(`matching, ${workloadNamed(`${name}-${size}`).title}`)
    points.push({ size, rivals: await measureInTurns(`${name}-${size}`, some, ['--quick']) })
  }
  return points
}

/** So that a busy moment of the machine does not hit one rival alone. */
async function measureInTurns(
  workload: string,
  { rivals, rounds, seed }: MatchPlan,
  flags: readonly string[] = [],
): Promise<MatchWorkload['rivals']> {
  const found = new Map<Rival, Measurement[]>(rivals.map(rival => [rival, []]))
  const skipped = new Map<Rival, string>()
  for (let round = 0; round < Math.max(rounds.named, rounds.others); round++) {
    for (const [rival, measurements] of found) {
      const reason = skipped.get(rival) ?? whySkipped(rival, workload)
      if (reason !== undefined) skipped.set(rival, reason)
      else if (round < (named.has(rival.name) ? rounds.named : rounds.others)) {
        await measure(rival.name, workload, seed + round, flags).then(
          one => measurements.push(one),
          (error: Error) => skipped.set(rival, reasonIn(error.message)),
        )
      }
    }
  }
  return Object.fromEntries(
    [...found].map(([rival, measurements]) => {
      return [rival.name, measurements.length > 0 ? middleOf(measurements) : { skipped: skipped.get(rival) ?? '' }]
    }),
  )
}

function whySkipped({ skips, upTo }: Rival, workload: string): string | undefined {
  if (skips?.[workload] !== undefined) return skips[workload]
  return upTo !== undefined && workloadNamed(workload).routes > upTo.routes ? upTo.reason : undefined
}

function reasonIn(message: string): string {
  const line = message.split('\n').find(line => line.includes('Error')) ?? 'it took more than two minutes'
  return line.replace(/.*Error(?: \[\w+\])?: /, '').slice(0, 100)
}

async function measure(rival: string, workload: string, seed: number, flags: readonly string[]): Promise<Measurement> {
  const script = fileURLToPath(new URL('measure.ts', import.meta.url))
  const limits = ['--expose-gc', '--max-semi-space-size=256', '--max-old-space-size=12000', ...process.execArgv]
  const command = [process.execPath, ...limits, script, rival, workload, String(seed), ...flags]
  const printed = await runChild(command, 'proxy', 120_000)
  return JSON.parse(printed.slice(printed.lastIndexOf('\n{') + 1)) as Measurement
}

const medians = ['ns', 'p10', 'p90', 'buildMs', 'bytesPerRoute', 'allocated', 'updateUs'] as const

function middleOf(measurements: readonly Measurement[]): Measurement {
  const [first] = measurements as [Measurement, ...Measurement[]]
  const middles = medians.map(field => {
    const values = measurements.flatMap(measurement => measurement[field] ?? [])
    return [field, values.length === 0 ? undefined : median(values)]
  })
  return { ...first, ...Object.fromEntries(middles), wrong: Math.max(...measurements.map(({ wrong }) => wrong)) }
}
