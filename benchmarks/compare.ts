import { appendFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { Measurement } from './match/measure.ts'
import { compareProxies } from './proxy/compare-proxies.ts'
import type { ProxyResult } from './proxy/result.ts'
import { rivals } from './proxy/rivals/index.ts'
import { ingot, ingotTree } from './proxy/rivals/ingot.ts'
import { scenarios } from './proxy/scenarios.ts'
import { measuredOf } from './report/proxy-figures.ts'
import { number, table } from './report/table.ts'
import type { IngestResult } from './scale/measure-ingest.ts'
import { runChild } from './support/child.ts'
import { atEnd } from './support/cleanup.ts'
import { output } from './support/commands.ts'
import { root } from './support/results.ts'
import { median } from './support/statistics.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const compared = ['1k-64', '100k', 'post-16k', 'hosts-100000', 'change-configuration']

/**
 * Measures a revision against the working tree: both are built, both run with the scripts of the working tree, in turns.
 * Prints a table, also where GitHub shows it. Says what differs; never fails for being slower.
 */
export async function compareWith(revision: string, sections: ReadonlySet<string>): Promise<void> {
  const base = await checkOut(revision)
  const rows = [
    ...(sections.has('proxy') ? await compareServe(revision, base) : []),
    ...(await ownRows(base, sections)),
  ]
  const busy = (loadavg()[0] ?? 0) > 3 ? '\n\nThe machine was busy: rounds may differ by more than the code.' : ''
  const text = `### Benchmarks: working tree against \`${revision}\`\n\nLess is better in every row; below 10 % is noise.\n\n${table(['', 'base', 'branch', 'change'], rows)}${busy}\n`
  console.log(text)
  if (process.env.GITHUB_STEP_SUMMARY !== undefined) await appendFile(process.env.GITHUB_STEP_SUMMARY, text)
}

async function compareServe(revision: string, base: string): Promise<string[][]> {
  const proxies = await compareProxies({
    form: 'short',
    rivals: [
      ...rivals.filter(({ name }) => name === 'nginx'),
      ingot(await ingotTree('base', base)),
      ingot(await ingotTree('branch', root)),
    ],
    scenarios: scenarios.filter(({ name }) => compared.includes(name)),
    effort: () => ({ warmUp: 2, rounds: 4, seconds: 2 }),
    command: `pnpm bench --compare ${revision}`,
  })
  return proxies === undefined ? [] : proxyRows(proxies)
}

/** A built copy of a revision beside the repository's own working tree. */
async function checkOut(revision: string): Promise<string> {
  const folder = join(await temporaryFolder('base'), 'tree')
  console.error(`building ${revision}`)
  await output('git', ['worktree', 'add', '--detach', folder, revision], root)
  atEnd(() => output('git', ['worktree', 'remove', '--force', folder], root))
  const pnpm = process.env.npm_execpath
  const [command, ...args] = pnpm === undefined ? ['pnpm'] : pnpm.endsWith('js') ? [process.execPath, pnpm] : [pnpm]
  await output(command as string, [...args, 'install', '--no-frozen-lockfile'], folder)
  await output(command as string, [...args, 'run', 'build'], folder)
  return folder
}

function proxyRows({ scenarios }: ProxyResult): string[][] {
  return scenarios.flatMap(scenario => {
    const [base, branch] = [measuredOf(scenario, 'base'), measuredOf(scenario, 'branch')]
    if (base === undefined || branch === undefined) return [[`proxy, ${scenario.title}`, 'not measured', '', '']]
    return [
      row(`proxy, ${scenario.title}: CPU µs a request`, base.cpu, branch.cpu),
      row(`proxy, ${scenario.title}: p99 ms`, base.p99, branch.p99),
      row(`proxy, ${scenario.title}: errors`, base.errors, branch.errors),
    ]
  })
}

/** Matching and ingest, three times each in turns, with the libraries of either tree. */
async function ownRows(base: string, sections: ReadonlySet<string>): Promise<string[][]> {
  const found = new Map<string, [number[], number[]]>()
  for (let round = 1; round <= 3; round++) {
    for (const [side, tree] of [base, root].entries()) {
      for (const [title, value] of await measureOwn(tree, round, sections)) {
        const values = found.get(title) ?? [[], []]
        found.set(title, values)
        values[side]?.push(value)
      }
    }
  }
  return [...found].map(([title, [before, after]]) => row(title, median(before), median(after)))
}

/** What a tree cannot do is left out: its libraries may be older than the scripts. */
async function measureOwn(tree: string, seed: number, sections: ReadonlySet<string>): Promise<[string, number][]> {
  const figures: [string, number][] = []
  for (const workload of sections.has('match') ? ['S', 'M', 'L'] : []) {
    const found = await runOwn<Measurement>(tree, 'match/measure.ts', ['ingot', workload, String(seed)])
    if (found !== undefined) figures.push([`matching, ${workload}: ns`, found.ns])
  }
  if (!sections.has('scale')) return figures
  const ingest = await runOwn<IngestResult>(tree, 'scale/measure-ingest.ts', ['yaml', '20000'])
  if (ingest === undefined) return figures
  const { readMs, translateMs, compileMs, retainedMb } = ingest
  figures.push(['20,000 Ingresses from YAML: read, ms', readMs])
  figures.push(['20,000 Ingresses: translate and compile, ms', translateMs + compileMs])
  figures.push(['20,000 Ingresses: kept, MB', retainedMb])
  return figures
}

/** Runs a script of the working tree with the libraries of another; `undefined` if that fails. */
async function runOwn<T>(tree: string, script: string, args: readonly string[]): Promise<T | undefined> {
  const file = (name: string) => join(root, 'benchmarks', name)
  const flags = ['--expose-gc', '--max-semi-space-size=256', '--max-old-space-size=8192']
  const libraries = ['--import', new URL('support/libraries-of.ts', import.meta.url).href]
  const command = [process.execPath, ...flags, ...libraries, file(script), ...args]
  try {
    const printed = await runChild(['env', `LIBRARIES_OF=${tree}`, ...command], 'proxy', 600_000)
    return JSON.parse(printed.slice(printed.lastIndexOf('\n{') + 1)) as T
  } catch (error) {
    console.error(`${script} ${args.join(' ')}: ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}

function row(title: string, base: number, branch: number): string[] {
  const change = base === branch ? 0 : (branch / base - 1) * 100
  const text = Number.isFinite(change) ? `${change > 0 ? '+' : ''}${change.toFixed(0)} %` : '–'
  return [title, number(base), number(branch), Math.abs(change) < 10 ? text : `**${text}**`]
}
