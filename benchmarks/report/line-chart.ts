import type { TopLevelSpec } from 'vega-lite'
import { colours, drawChart } from './chart.ts'

/** A colour and a shape of its own for whoever is drawn as a line; Ingot's stand out. */
const looks: Readonly<Record<string, readonly [colour: string, shape: string]>> = {
  ingot: [colours.ingot, 'circle'],
  'ingot bytes': ['#f08c00', 'circle'],
  '@ingot/proxy': ['#f08c00', 'circle'],
  'sorted scan per host': [colours.debian, 'square'],
  '@medley/router': ['#2b8a3e', 'triangle-up'],
  memoirist: ['#862e9c', 'diamond'],
  'find-my-way': ['#495057', 'cross'],
  'rou3 compiled': ['#0b7285', 'triangle-down'],
  nginx: [colours.debian, 'square'],
  haproxy: ['#4dabf7', 'triangle-up'],
  caddy: ['#0b7285', 'diamond'],
  'fast-proxy': ['#2b8a3e', 'triangle-down'],
  '@fastify/http-proxy': ['#862e9c', 'cross'],
  httpxy: ['#495057', 'triangle-left'],
  'http-proxy-3': ['#868e96', 'triangle-right'],
  'http-proxy': ['#adb5bd', 'square'],
}

/** Where somebody's line goes. */
export interface LinePoint {
  readonly name: string
  readonly x: number
  readonly y: number
}

/** What stands around the lines; the x axis is logarithmic. */
export interface LineFrame {
  readonly title: string
  readonly subtitle: string
  readonly x: { readonly title: string; readonly format: string }
  readonly y: { readonly title: string; readonly scale: object }
}

/** Draws a line for each name; the legend has them in the order in which the lines end, from top to bottom. */
export function drawLines(
  file: string,
  { title, subtitle, x, y }: LineFrame,
  points: readonly LinePoint[],
): Promise<string> {
  const last = new Map(points.map(({ name, y }) => [name, y]))
  const domain = [...last.keys()].sort((a, b) => (last.get(b) ?? 0) - (last.get(a) ?? 0))
  const encode = (range: unknown[]) => ({ field: 'name', type: 'nominal', title: null, scale: { domain, range } })
  const values = [...new Set(points.map(({ x }) => x))]
  return drawChart(file, title, {
    title: { text: title, subtitle },
    width: 520,
    height: 380,
    data: { values: points.map(point => ({ ...point, isOurs: point.name.includes('ingot') })) },
    mark: { type: 'line', point: { size: 55 } },
    encoding: {
      x: {
        ...{ field: 'x', type: 'quantitative', title: x.title, scale: { type: 'log', nice: false, padding: 12 } },
        axis: { values, grid: false, format: x.format, labelOverlap: false, labelFlush: false },
      },
      y: { field: 'y', type: 'quantitative', title: y.title, axis: { format: ',.12~g' }, scale: y.scale },
      color: encode(domain.map(name => looks[name]?.[0] ?? colours.npm)),
      shape: encode(domain.map(name => looks[name]?.[1] ?? 'circle')),
      strokeWidth: { condition: { test: 'datum.isOurs', value: 3.5 }, value: 1.5 },
    },
  } as TopLevelSpec)
}
