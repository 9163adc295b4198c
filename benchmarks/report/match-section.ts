import type { TopLevelSpec } from 'vega-lite'
import type { Measurement } from '../match/measure.ts'
import { colours, drawChart } from './chart.ts'
import type { MatchResult, MatchWorkload } from './measure-match.ts'
import { describeProvenance } from './provenance-text.ts'
import { number, table, time } from './table.ts'

/** The part of the page about matching. */
export async function matchSection(result: MatchResult): Promise<string> {
  const worse = result.workloads.flatMap(worseOf)
  return `## Matching

${describeProvenance(result.provenance)} ${result.rounds === 1 ? 'One round' : `Medians of ${result.rounds} rounds`}, each rival in a process of its own.

From host and path to the winning route. Strings are freshly decoded from bytes, in random order; answers are compared with the reference matcher first. Most rivals know nothing of hosts and stand behind a \`Map\` from host to router.

${await matchChart(result)}

${result.workloads.map(workloadText).join('\n\n')}

### What each can express

${abilityTable(result)}

### Where another matcher is better

${worse.length === 0 ? 'Nowhere by more than 15 %.' : worse.join('\n')}`
}

function workloadText({ name, title, rivals }: MatchWorkload): string {
  const rows = measured(rivals).map(([rival, found]) => [
    isOurs(rival) ? `**${rival}**` : rival,
    number(found.ns),
    `${number(found.p10)}–${number(found.p90)}`,
    number(Math.max(0, found.allocated)),
    time(found.buildMs),
    number(found.bytesPerRoute),
    found.wrong === 0 ? '0' : `**${found.wrong} of ${found.checked}**`,
  ])
  const skipped = Object.entries(rivals).flatMap(([rival, found]) =>
    'skipped' in found ? [`${rival}: ${found.skipped}`] : [],
  )
  const headings = ['', 'ns a match', 'p10–p90', 'bytes a match', 'build', 'bytes a route', 'wrong answers']
  const left = skipped.length === 0 ? '' : `\n\nNot measured: ${skipped.join('; ')}.`
  return `#### ${name}: ${title}\n\n${table(headings, rows)}${left}`
}

function abilityTable({ abilities }: MatchResult): string {
  const names = Object.keys(Object.values(abilities)[0] ?? {})
  return table(
    ['', ...names],
    Object.entries(abilities).map(([rival, verdicts]) => [rival, ...names.map(name => `\`${verdicts[name]}\``)]),
  )
}

/** Only those that answer everything correctly are compared: a wrong answer can be as fast as it likes. */
function worseOf({ name, rivals }: MatchWorkload): string[] {
  const correct = measured(rivals).filter(([, { wrong }]) => wrong === 0)
  const ours = correct.filter(([rival]) => isOurs(rival)).sort(([, a], [, b]) => a.ns - b.ns)[0]
  if (ours === undefined) return [`- ${name}: Ingot was not measured, or wrong.`]
  const metrics = { 'ns a match': 'ns', build: 'buildMs', 'bytes a route': 'bytesPerRoute' } as const
  return Object.entries(metrics).flatMap(([title, field]) => {
    const better = correct.filter(([rival, found]) => !isOurs(rival) && found[field] < ours[1][field] * 0.85)
    const list = better.map(([rival, found]) => `${rival} ${number(found[field])}`).join(', ')
    return better.length === 0 ? [] : [`- ${name}, ${title}: Ingot ${number(ours[1][field])}; ${list}`]
  })
}

function measured(rivals: MatchWorkload['rivals']): [string, Measurement][] {
  return Object.entries(rivals)
    .flatMap(([rival, found]): [string, Measurement][] => ('skipped' in found ? [] : [[rival, found]]))
    .sort(([, a], [, b]) => a.ns - b.ns)
}

function isOurs(rival: string): boolean {
  return rival.toLowerCase().startsWith('ingot')
}

function matchChart({ workloads }: MatchResult): Promise<string> {
  const values = workloads.flatMap(({ name, title, rivals }) =>
    measured(rivals).map(([rival, { ns, wrong }]) => ({
      ...{ workload: `${name}: ${title}`, rival, ns },
      who: isOurs(rival) ? 'ingot' : wrong > 0 ? 'gives wrong answers' : 'other',
    })),
  )
  return drawChart('matching', 'Nanoseconds for each match', {
    title: { text: 'Nanoseconds for each match', subtitle: 'logarithmic; further left is better' },
    width: 520,
    height: { step: 20 },
    data: { values },
    mark: { type: 'point', filled: true, size: 90 },
    encoding: {
      row: {
        field: 'workload',
        type: 'nominal',
        sort: null,
        title: null,
        header: { labelAngle: 0, labelOrient: 'top', labelAnchor: 'start' },
      },
      y: { field: 'rival', type: 'nominal', sort: { field: 'ns', op: 'min' }, title: null, axis: { grid: true } },
      x: { field: 'ns', type: 'quantitative', scale: { type: 'log' }, title: 'ns' },
      color: {
        field: 'who',
        type: 'nominal',
        title: null,
        scale: {
          domain: ['ingot', 'other', 'gives wrong answers'],
          range: [colours.ingot, colours.debian, colours.none],
        },
      },
    },
    resolve: { scale: { y: 'independent' } },
  } as TopLevelSpec)
}
