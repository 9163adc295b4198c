import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { abilitiesOf } from '../match/abilities.ts'
import type { Measurement } from '../match/measure.ts'
import { rivals } from '../match/rivals/index.ts'
import type { Rival } from '../match/rivals/rival.ts'
import { type WorkloadName, workloads } from '../match/workloads.ts'
import { runChild } from '../support/child.ts'
import { type Provenance, provenance } from '../support/machine.ts'
import { root } from '../support/results.ts'
import { median } from '../support/statistics.ts'

/** Everything `benchmarks/match` found out, as it is kept. */
export interface MatchResult {
  readonly provenance: Provenance
  readonly rounds: number
  readonly workloads: readonly MatchWorkload[]
  /** By rival: what it can express, or what it gets wrong. */
  readonly abilities: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface MatchWorkload {
  readonly name: WorkloadName
  readonly title: string
  /** Medians over the rounds, by rival; a reason where there is none. */
  readonly rivals: Readonly<Record<string, Measurement | { readonly skipped: string }>>
}

/** Measures matchers in turns, each time in a process of its own. */
export async function measureMatch(
  names: readonly WorkloadName[],
  rounds: number,
  command: string,
): Promise<MatchResult> {
  const loadAtStart = loadavg()[0] ?? 0
  const found: MatchWorkload[] = []
  for (const name of names) {
    const { title } = workloads[name]
    console.error(`matching ${name}: ${title}`)
    found.push({ name, title, rivals: await measureWorkload(name, rounds) })
  }
  const abilities = Object.fromEntries(rivals.map(rival => [rival.name, abilitiesOf(rival)]))
  return { provenance: await provenance(root, command, loadAtStart), rounds, workloads: found, abilities }
}

async function measureWorkload(workload: WorkloadName, rounds: number): Promise<MatchWorkload['rivals']> {
  const found = new Map<Rival, Measurement[]>(rivals.map(rival => [rival, []]))
  const skipped = new Map<Rival, string>()
  for (let round = 1; round <= rounds; round++) {
    for (const [rival, measurements] of found) {
      const reason = rival.skips?.[workload] ?? skipped.get(rival)
      if (reason !== undefined) skipped.set(rival, reason)
      else {
        await measure(rival.name, workload, round).then(
          one => measurements.push(one),
          (error: Error) =>
            skipped.set(rival, error.message.split('\n').find(line => line.includes('Error')) ?? 'failed'),
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

async function measure(rival: string, workload: WorkloadName, seed: number): Promise<Measurement> {
  const script = fileURLToPath(new URL('../match/measure.ts', import.meta.url))
  const flags = ['--expose-gc', '--max-semi-space-size=256', '--max-old-space-size=12000', ...process.execArgv]
  const printed = await runChild([process.execPath, ...flags, script, rival, workload, String(seed)], 'proxy', 240_000)
  return JSON.parse(printed.slice(printed.lastIndexOf('\n{') + 1)) as Measurement
}

function middleOf(measurements: readonly Measurement[]): Measurement {
  const middle = (field: 'ns' | 'p10' | 'p90' | 'buildMs' | 'bytesPerRoute' | 'allocated') =>
    median(measurements.map(measurement => measurement[field]))
  const [first] = measurements as [Measurement, ...Measurement[]]
  return {
    ...first,
    ...{ ns: middle('ns'), p10: middle('p10'), p90: middle('p90') },
    ...{ buildMs: middle('buildMs'), bytesPerRoute: middle('bytesPerRoute'), allocated: middle('allocated') },
    wrong: Math.max(...measurements.map(({ wrong }) => wrong)),
  }
}
