import type { MatchResult, MatchWorkload } from '../match/result.ts'
import { goalTable } from './goal.ts'
import { isOurs, measuredIn } from './match-figures.ts'
import { matchGoals } from './match-goals.ts'
import { describeOtherRun } from './provenance-text.ts'
import { newestRun } from './runs.ts'
import { number, table, time } from './table.ts'

/** Everything about matching that is not a picture. */
export function matchTables(result: MatchResult): string {
  const worse = result.workloads.flatMap(worseOf)
  const newest = newestRun(result.workloads)
  return `### The goals of the matcher

${goalTable('Ingot, from strings', matchGoals, result)}

### Every workload

${result.workloads.map(workload => workloadText(workload, newest)).join('\n\n')}

### What each can express

Rules that Ingress allows, and whether a rival gives the reference matcher's answers: \`no\` names the first request that it answers otherwise.

${abilityTable(result)}

### Where another matcher is better

Only those that answer everything correctly, and only by more than 15 %.

${worse.length === 0 ? 'Nowhere.' : worse.join('\n')}`
}

function workloadText({ name, title, rivals, run }: MatchWorkload, newest: MatchWorkload['run'] | undefined): string {
  const rows = measuredIn(rivals).map(([rival, found]) => [
    isOurs(rival) ? `**${rival}**` : rival,
    number(found.ns),
    `${number(found.p10)}–${number(found.p90)}`,
    found.allocated === undefined ? '–' : number(Math.max(0, found.allocated)),
    time(found.buildMs),
    number(found.bytesPerRoute),
    found.compiledBytesPerRoute === undefined ? '' : number(found.compiledBytesPerRoute),
    found.updateUs === undefined ? 'a build' : `${number(found.updateUs)} µs`,
    found.wrong === 0 ? '0' : `**${found.wrong} of ${number(found.checked)}**`,
  ])
  const skipped = Object.entries(rivals).flatMap(([rival, found]) =>
    'skipped' in found ? [`${rival}: ${found.skipped}`] : [],
  )
  const headings = [
    '',
    'ns a match',
    'p10–p90',
    'bytes a match',
    'build',
    'bytes a rule',
    'of it compiled',
    'one host anew',
    'wrong answers',
  ]
  const left = skipped.length === 0 ? '' : `\n\nNot measured: ${skipped.join('; ')}.`
  return `#### ${name}: ${title}\n\n${table(headings, rows)}${left}${describeOtherRun(run, newest)}`
}

function abilityTable({ abilities }: MatchResult): string {
  const names = Object.keys(Object.values(abilities)[0] ?? {})
  return table(
    ['', ...names],
    Object.entries(abilities).map(([rival, verdicts]) => [rival, ...names.map(name => `\`${verdicts[name]}\``)]),
  )
}

const compared = [
  { title: 'ns a match', of: ({ ns }: { ns: number }) => ns },
  { title: 'build, ms', of: ({ buildMs }: { buildMs: number }) => buildMs },
  { title: 'bytes a rule', of: ({ bytesPerRoute }: { bytesPerRoute: number }) => bytesPerRoute },
  { title: 'one host anew, µs', of: ({ updateUs = Number.NaN }: { updateUs?: number | undefined }) => updateUs },
]

/** A wrong answer can be as fast as it likes. */
function worseOf({ name, rivals }: MatchWorkload): string[] {
  const correct = measuredIn(rivals).filter(([, { wrong }]) => wrong === 0)
  const ours = correct.find(([rival]) => rival === 'ingot')?.[1]
  if (ours === undefined) return [`- ${name}: Ingot was not measured, or wrong.`]
  return compared.flatMap(({ title, of }) => {
    const better = correct.filter(([rival, found]) => !isOurs(rival) && of(found) < of(ours) * 0.85)
    const list = better.sort(([, a], [, b]) => of(a) - of(b)).map(([rival, found]) => `${rival} ${number(of(found))}`)
    return better.length === 0 ? [] : [`- ${name}, ${title}: Ingot ${number(of(ours))}; ${list.join(', ')}`]
  })
}
