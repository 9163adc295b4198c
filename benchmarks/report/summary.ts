import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MatchResult } from '../match/result.ts'
import type { ProxyResult } from '../proxy/result.ts'
import type { Provenance } from '../support/machine.ts'
import { root } from '../support/results.ts'
import { isOurs, matchOf, measuredIn } from './match-figures.ts'
import { describeProvenance } from './provenance-text.ts'
import { bestNpm, measuredOf, ours, scenarioOf } from './proxy-figures.ts'
import { newestRun } from './runs.ts'
import { number, table } from './table.ts'

const shownScenarios = ['1k-64', 'tls', '100k', 'hosts-100000']
const shownWorkloads = ['S', 'R', 'L'] as const

/** The few figures that the README shows, too, word for word. */
export function summary(proxy: ProxyResult | undefined, match: MatchResult | undefined): string {
  return [
    ...(proxy === undefined ? [] : [proxySummary(proxy)]),
    ...(match === undefined ? [] : [matchSummary(match)]),
  ].join('\n\n')
}

function proxySummary(proxy: ProxyResult): string {
  const shown = proxy.scenarios.filter(({ name }) => shownScenarios.includes(name))
  const rows = shownScenarios.flatMap(name => {
    const scenario = scenarioOf(proxy, name)
    const mine = measuredOf(scenario, ours)
    if (scenario === undefined || mine === undefined) return []
    const nginx = measuredOf(scenario, 'nginx')
    const npm = bestNpm(scenario)
    const best = npm === undefined ? '–' : `${number(npm[1].cpu)} (${npm[0]})`
    return [[scenario.title, number(mine.cpu), best, nginx === undefined ? '–' : number(nginx.cpu)]]
  })
  return `Proxying, microseconds of CPU for each request, less is better:

${table(['', 'ingot serve', 'best npm proxy', 'nginx'], rows)}

${describeRuns(shown)}`
}

function matchSummary(match: MatchResult): string {
  const shown = match.workloads.filter(({ name }) => shownWorkloads.some(one => one === name))
  const rows = shownWorkloads.flatMap(name => {
    const workload = match.workloads.find(workload => workload.name === name)
    const mine = matchOf(match, name, 'ingot')
    if (workload === undefined || mine === undefined) return []
    const best = measuredIn(workload.rivals).find(([rival, { wrong }]) => !isOurs(rival) && wrong === 0)
    const findMyWay = matchOf(match, name, 'find-my-way')
    return [
      [
        workload.title,
        number(mine.ns),
        best === undefined ? '–' : `${number(best[1].ns)} (${best[0]})`,
        findMyWay === undefined ? '–' : number(findMyWay.ns),
      ],
    ]
  })
  return `Matching, nanoseconds from host and path to the route, less is better:

${table(['', 'ingot', 'best other', 'find-my-way'], rows)}

${describeRuns(shown)}`
}

function describeRuns(shown: readonly { readonly run: { readonly provenance: Provenance } }[]): string {
  const newest = newestRun(shown)
  if (newest === undefined) return 'Not measured.'
  const isMixed = shown.some(({ run }) => run.provenance.date !== newest.provenance.date)
  return `${isMixed ? 'From several runs, of which the last is ' : ''}${describeProvenance(newest.provenance)}`
}

const begin = '<!-- The figures of docs/benchmarks.md, written by `pnpm bench`: -->'
const end = '<!-- End of the figures. -->'

/** Puts the figures between their marks in the README. Throws if the marks are gone. */
export async function writeReadme(figures: string): Promise<void> {
  const file = join(root, 'README.md')
  const text = await readFile(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error('README.md has no marks for the figures')
  await writeFile(file, `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`)
}
