import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { root } from '../support/results.ts'

const folder = join(root, 'docs/benchmarks')

/** Colours that are told apart in print and by most eyes; ours stands out. */
export const colours = {
  ingot: '#d9480f',
  debian: '#1c5d99',
  npm: '#8a8f98',
  none: '#c9ccd1',
} as const

/** Draws a chart as `docs/benchmarks/NAME.svg` and returns the Markdown that shows it. */
export async function drawChart(name: string, alternative: string, spec: TopLevelSpec): Promise<string> {
  const { spec: compiled } = compile({ ...spec, background: 'white', padding: 12, config } as TopLevelSpec)
  return drawVega(name, alternative, compiled)
}

/** The same for what only Vega itself can lay out. */
export async function drawVega(name: string, alternative: string, spec: Parameters<typeof parse>[0]): Promise<string> {
  const view = new View(parse(spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.svg`), `${svg}\n`)
  return `![${alternative}](benchmarks/${name}.svg)`
}

const font = 'Helvetica, Arial, sans-serif'

const config = {
  font,
  title: { fontSize: 15, anchor: 'start', offset: 12, subtitleFontSize: 12, subtitleColor: '#555' },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', gridColor: '#eceef0', labelLimit: 420 },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', labelLimit: 220 },
  header: { labelFontSize: 13, labelFontWeight: 'bold' },
  view: { stroke: null },
}
