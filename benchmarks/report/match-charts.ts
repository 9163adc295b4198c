import type { TopLevelSpec } from 'vega-lite'
import type { MatchResult, MatchWorkload, SweepResult } from '../match/result.ts'
import { colours, drawChart } from './chart.ts'
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

/** Ingot in its own colour, the others apart from each other in colour and shape. */
const look: Readonly<Record<string, readonly [colour: string, shape: string]>> = {
  ingot: [colours.ingot, 'circle'],
  'ingot bytes': ['#f08c00', 'circle'],
  'sorted scan per host': [colours.debian, 'square'],
  '@medley/router': ['#2b8a3e', 'triangle-up'],
  memoirist: ['#862e9c', 'diamond'],
  'find-my-way': ['#495057', 'cross'],
  'rou3 compiled': ['#0b7285', 'triangle-down'],
}

/** A line for each rival; the legend has them in the order in which the lines end. */
function sweepChart({ name, points }: SweepResult): Promise<string> {
  const values = points.flatMap(({ size, rivals }) =>
    measuredIn(rivals).map(([rival, { ns }]) => ({ rival, size, ns, isOurs: isOurs(rival) })),
  )
  const { title, subtitle, axis } = texts[name]
  const last = new Map(values.map(({ rival, ns }) => [rival, ns]))
  const order = [...last.keys()].sort((a, b) => (last.get(b) ?? 0) - (last.get(a) ?? 0))
  const sizes = points.map(({ size }) => size)
  const ranges = { color: order.map(rival => look[rival]?.[0]), shape: order.map(rival => look[rival]?.[1]) }
  const encode = (range: unknown[]) => ({
    field: 'rival',
    type: 'nominal',
    title: null,
    scale: { domain: order, range },
  })
  return drawChart(`matching-by-${name}`, title, {
    title: { text: title, subtitle },
    width: 520,
    height: 380,
    data: { values },
    mark: { type: 'line', point: { size: 55 } },
    encoding: {
      x: {
        ...{ field: 'size', type: 'quantitative', title: axis, scale: { type: 'log', nice: false, padding: 12 } },
        axis: { values: sizes, grid: false, format: '~s', labelOverlap: false, labelFlush: false },
      },
      y: {
        ...{ field: 'ns', type: 'quantitative', title: 'ns a match', axis: { format: ',' } },
        scale: { type: 'log', domainMin: 50, nice: false },
      },
      color: encode(ranges.color),
      shape: encode(ranges.shape),
      strokeWidth: { condition: { test: 'datum.isOurs', value: 3.5 }, value: 1.5 },
    },
  } as TopLevelSpec)
}
