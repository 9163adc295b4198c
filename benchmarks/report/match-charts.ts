import type { TopLevelSpec } from 'vega-lite'
import type { MatchResult, MatchWorkload, SweepResult } from '../match/result.ts'
import { colours, drawChart } from './chart.ts'
import { drawLines } from './line-chart.ts'
import { isOurs, measuredIn } from './match-figures.ts'
import { number } from './table.ts'

/** Draws whatever was measured; returns the Markdown of each chart. */
export function drawMatchCharts({ workloads, sweeps }: MatchResult): Promise<string[]> {
  const charts = workloads.length === 0 ? [] : [workloadsChart(workloads)]
  return Promise.all([...charts, ...sweeps.map(sweepChart)])
}

function workloadsChart(workloads: readonly MatchWorkload[]): Promise<string> {
  const values = workloads.flatMap(({ name, title, rivals }) =>
    measuredIn(rivals).map(([rival, { ns, wrong }]) => ({
      ...{ workload: `${name}: ${title}`, ns, label: `${rival}  ${number(ns)}` },
      who: isOurs(rival) ? 'ingot' : wrong > 0 ? 'gives wrong answers' : 'other',
    })),
  )
  const color = {
    field: 'who',
    type: 'nominal',
    title: null,
    scale: { domain: ['ingot', 'other', 'gives wrong answers'], range: [colours.ingot, colours.debian, colours.none] },
    legend: { orient: 'top' },
  }
  return drawChart('matching', 'Nanoseconds for each match', {
    title: { text: 'Nanoseconds for each match', subtitle: 'logarithmic; further left is better' },
    data: { values },
    width: 520,
    height: { step: 20 },
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      row: {
        field: 'workload',
        type: 'nominal',
        sort: workloads.map(({ name, title }) => `${name}: ${title}`),
        title: null,
        header: { labelAngle: 0, labelOrient: 'top', labelAnchor: 'start' },
      },
      y: { field: 'label', type: 'nominal', sort: { field: 'ns', op: 'min' }, title: null, axis: { grid: true } },
      x: { field: 'ns', type: 'quantitative', scale: { type: 'log' }, title: 'ns' },
      color,
    },
    resolve: { scale: { y: 'independent' } },
  } as TopLevelSpec)
}

const texts = {
  rules: {
    title: 'How the time of a match grows with the number of rules',
    subtitle: 'ten paths a host, a tenth of the hosts wildcards; both axes logarithmic; lower is better',
    axis: 'rules',
  },
  depth: {
    title: "How the time of a match grows with the path's depth",
    subtitle: '1,000 rules whose paths have so many elements; both axes logarithmic; lower is better',
    axis: 'elements of the path',
  },
}

function sweepChart({ name, points }: SweepResult): Promise<string> {
  const { title, subtitle, axis } = texts[name]
  const frame = {
    ...{ title, subtitle, x: { title: axis, format: '~s' } },
    y: { title: 'ns a match', scale: { type: 'log', domainMin: 50, nice: false } },
  }
  return drawLines(
    `matching-by-${name}`,
    frame,
    points.flatMap(({ size, rivals }) => measuredIn(rivals).map(([name, { ns }]) => ({ name, x: size, y: ns }))),
  )
}
