import { drawVega } from '../report/chart.ts'
import type { Frame } from './cpu-profile.ts'

const width = 1100
const rowHeight = 17
/** What is narrower than this cannot be seen. */
const smallest = 0.004

interface Row {
  readonly id: number
  readonly parent: number | null
  readonly own: number
  readonly label: string
  readonly kind: string
}

/** Draws who called whom, callers above, as wide as the time they took. Returns the Markdown that shows it. */
export function drawFlameGraph(name: string, title: string, root: Frame): Promise<string> {
  const rows = rowsOf(root)
  const depth = depthOf(rows)
  return drawVega(name, title, {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: depth * rowHeight,
    padding: 12,
    background: 'white',
    title: { text: title, anchor: 'start', fontSize: 15, offset: 10, font },
    data: [
      {
        name: 'frames',
        values: rows,
        transform: [
          { type: 'stratify', key: 'id', parentKey: 'parent' },
          {
            type: 'partition',
            field: 'own',
            sort: { field: 'label' },
            size: [{ signal: 'width' }, { signal: 'height' }],
          },
        ],
      },
    ],
    scales: [{ name: 'colour', type: 'ordinal', domain: Object.keys(kinds), range: Object.values(kinds) }],
    legends: [{ fill: 'colour', orient: 'bottom', direction: 'horizontal', symbolType: 'square', labelFont: font }],
    marks: [
      {
        type: 'rect',
        from: { data: 'frames' },
        encode: {
          enter: {
            x: { field: 'x0' },
            x2: { field: 'x1' },
            y: { field: 'y0' },
            y2: { field: 'y1' },
            fill: { scale: 'colour', field: 'kind' },
            stroke: { value: 'white' },
            strokeWidth: { value: 0.6 },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'frames' },
        encode: {
          enter: {
            x: { field: 'x0', offset: 3 },
            y: { signal: '(datum.y0 + datum.y1) / 2' },
            baseline: { value: 'middle' },
            fontSize: { value: 10.5 },
            font: { value: font },
            limit: { signal: 'max(0, datum.x1 - datum.x0 - 5)' },
            text: { signal: "datum.x1 - datum.x0 > 26 ? datum.label : ''" },
          },
        },
      },
    ],
  })
}

const font = 'Helvetica, Arial, sans-serif'

const kinds = {
  ingot: '#f3a683',
  'node:http': '#a5c8e8',
  'node, other': '#cfe2f3',
  libraries: '#d3d6da',
  native: '#e9ecef',
}

function kindOf({ file }: Frame): keyof typeof kinds {
  if (file.startsWith('packages/') || file.startsWith('apps/')) return 'ingot'
  if (file.startsWith('node:_http')) return 'node:http'
  if (file.startsWith('node:')) return 'node, other'
  return file === '' ? 'native' : 'libraries'
}

/** One row for each frame that is wide enough; the layout adds up what the rows own. */
function rowsOf(root: Frame): Row[] {
  const rows: Row[] = []
  const walk = (frame: Frame, parent: number | null) => {
    const id = rows.length
    const visible = [...frame.children.values()].filter(({ total }) => total / root.total > smallest)
    const own = frame.total - visible.reduce((sum, { total }) => sum + total, 0)
    const share = `${((frame.total / root.total) * 100).toFixed(1)} %`
    rows.push({ id, parent, own, label: `${frame.name} ${share}`, kind: kindOf(frame) })
    for (const child of visible) walk(child, id)
  }
  walk(root, null)
  return rows
}

function depthOf(rows: readonly Row[]): number {
  const depths: number[] = []
  for (const { id, parent } of rows) depths[id] = parent === null ? 1 : (depths[parent] ?? 0) + 1
  return Math.max(...depths)
}
