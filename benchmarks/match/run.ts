/**
 * `pnpm bench:match [--workloads S,M,D,L] [--rivals ingot,memoirist] [--rounds 3] [--seed N]`: every rival on every
 * workload, each in a process of its own, in turns, and the medians in one table.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { abilitiesOf } from './abilities.ts'
import type { Measurement } from './measure.ts'
import { rivals } from './rivals/index.ts'
import type { Rival } from './rivals/rival.ts'
import { type WorkloadName, workloads } from './workloads.ts'

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: 'S,M,D,L' },
    rivals: { type: 'string', default: rivals.map(rival => rival.name).join(',') },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
  },
})
const chosen = values.rivals.split(',').flatMap(name => rivals.find(rival => rival.name === name) ?? [])
const rounds = Number(values.rounds)

console.log(`seed ${values.seed}, ${rounds} rounds, Node ${process.version}`)
for (const workload of values.workloads.split(',') as WorkloadName[]) {
  console.log(`\n${workload}: ${workloads[workload].title}`)
  printTable(measureAll(workload))
}
console.log('\nWhat each can express, and the first request it answers otherwise than the reference:')
printTable(Object.fromEntries(chosen.map(rival => [rival.name, abilitiesOf(rival)])))

/** In turns, so that a busy moment of the machine does not hit one rival alone. */
function measureAll(workload: WorkloadName): Record<string, Record<string, string>> {
  const results = new Map<Rival, Measurement[]>(chosen.map(rival => [rival, []]))
  for (let round = 0; round < rounds; round++) {
    for (const rival of chosen) {
      if (rival.skips?.[workload] === undefined)
        results.get(rival)?.push(...measure(rival, workload, Number(values.seed) + round))
    }
  }
  const first = results.get(chosen[0] as Rival) ?? []
  const rows = [...results].map(
    ([rival, found]) => [rival.name, rowOf(rival, workload, found, median(first, 'ns'))] as const,
  )
  return Object.fromEntries(rows)
}

function measure(rival: Rival, workload: WorkloadName, seed: number): Measurement[] {
  const flags = ['--expose-gc', '--max-semi-space-size=256', '--max-old-space-size=12000', '--conditions=@ingot/source']
  const script = new URL('measure.ts', import.meta.url).pathname
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [...flags, script, rival.name, workload, String(seed)],
    {
      encoding: 'utf8',
      timeout: 180_000,
    },
  )
  if (status === 0) return [JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Measurement]
  console.error(
    `${rival.name} on ${workload}: ${stderr.split('\n').find(line => line.includes('Error')) ?? `status ${status}`}`,
  )
  return []
}

function rowOf(rival: Rival, workload: WorkloadName, found: Measurement[], reference: number): Record<string, string> {
  if (found.length === 0) return { 'ns/match': `– (${rival.skips?.[workload] ?? 'failed'})` }
  const ns = median(found, 'ns')
  return {
    'ns/match': ns.toFixed(0),
    'p10-p90': `${median(found, 'p10').toFixed(0)}-${median(found, 'p90').toFixed(0)}`,
    'first / this': (reference / ns).toFixed(3),
    'bytes/match': Math.max(0, median(found, 'allocated')).toFixed(1),
    'build ms': median(found, 'buildMs').toFixed(median(found, 'buildMs') < 10 ? 1 : 0),
    'bytes/rule': median(found, 'bytesPerRoute').toFixed(0),
    compiled: found[0]?.compiledBytesPerRoute?.toFixed(1) ?? '',
    wrong: found.some(({ wrong }) => wrong > 0) ? `${found[0]?.wrong} of ${found[0]?.checked}` : '0',
  }
}

function median(
  found: readonly Measurement[],
  field: 'ns' | 'p10' | 'p90' | 'allocated' | 'buildMs' | 'bytesPerRoute',
): number {
  const sorted = found.map(measurement => measurement[field]).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Prints rows as a Markdown table, with the columns of the first row. */
function printTable(rows: Record<string, Record<string, string>>): void {
  const columns = Object.keys(Object.values(rows)[0] ?? {})
  console.log(`| | ${columns.join(' | ')} |\n|---|${'---|'.repeat(columns.length)}`)
  for (const [name, row] of Object.entries(rows)) {
    console.log(`| ${name} | ${columns.map(column => row[column] ?? '').join(' | ')} |`)
  }
}
