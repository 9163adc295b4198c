import type { TopLevelSpec } from 'vega-lite'
import type { ScaleResult } from '../scale/measure-scale.ts'
import { drawChart } from './chart.ts'
import { describeProvenance } from './provenance-text.ts'
import { number, table, time } from './table.ts'

const forms = { yaml: 'YAML files', watch: 'a stream of watch events' }

/** The part of the page about many Ingresses. */
export async function scaleSection(result: ScaleResult): Promise<string> {
  return `## Many Ingresses

${describeProvenance(result.provenance)}

Ingresses shaped like those of public clusters (one host, one or two paths, a long tail, one in seven with TLS) and a hundred Services with five endpoints each in each of up to 500 namespaces: as many Services as Ingresses up to 50,000. Each line ran in a process of its own.

By the libraries, from text to a matcher that answers. The times of a change are those of one Ingress: what it touches is translated and compiled again.

${table(
  [
    'Ingresses from',
    'count',
    'routes',
    'input',
    'read',
    'translate',
    'compile',
    'translate a change',
    'compile a change',
    'kept',
    'of it the matcher',
    'peak',
  ],
  result.ingest.map(({ form, result }) => [
    forms[form],
    ...[result.ingresses, result.routes].map(number),
    `${number(result.inputMb)} MB`,
    ...[result.readMs, result.translateMs, result.compileMs, result.changeTranslateMs, result.changeCompileMs].map(
      time,
    ),
    ...[result.retainedMb, result.matcherMb, result.peakMb].map(mb => `${number(mb)} MB`),
  ]),
)}

${await stageChart(result)}

By \`ingot serve\`: from the start of the process until it answers by the last route, and from one changed object (a file renamed into place, an object put into the API server) until a client gets an answer by the new route; the longest that any request waited meanwhile, and in the seconds after; and the longest that a thread that serves did one thing, in time of its CPU, which a busy machine does not make longer. From a folder with one worker the thread that serves also takes changes over, in slices; from a cluster it never does. The cluster is the API server of this project's tests, on the other core, whose time is part of the start.

${table(
  [
    'objects from',
    'workers',
    'Ingresses',
    'start',
    'change to answer, median',
    'p99',
    'longest wait',
    'longest task',
    'resident',
  ],
  result.serve.map(serveRow),
)}`
}

function serveRow({ from, workers, result }: ScaleResult['serve'][number]): string[] {
  const name = from === 'folder' ? 'a watched folder' : 'a cluster'
  if ('skipped' in result) return [name, String(workers), '–', '–', firstLine(result.skipped), '–', '–', '–', '–']
  const { ingresses, startMs, changeMsMedian, changeMsP99, longestWaitMs, longestTaskMs, residentMb } = result
  const times = [startMs, changeMsMedian, changeMsP99, longestWaitMs, longestTaskMs].map(value =>
    value === undefined ? '–' : time(value),
  )
  return [name, String(workers), number(ingresses), ...times, `${number(residentMb)} MB`]
}

function stageChart({ ingest }: ScaleResult): Promise<string> {
  const values = ingest.flatMap(({ form, result }) => {
    const name = `${result.ingresses.toLocaleString('en')} from ${forms[form]}`
    const stages = { read: result.readMs, translate: result.translateMs, compile: result.compileMs }
    return Object.entries(stages).map(([stage, ms], order) => ({ name, stage, order, seconds: ms / 1000 }))
  })
  return drawChart('ingest', 'From text to a matcher', {
    title: { text: 'From text to a matcher that answers', subtitle: 'seconds; shorter is better' },
    width: 480,
    height: { step: 36 },
    data: { values },
    mark: 'bar',
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, title: null },
      x: { field: 'seconds', type: 'quantitative', stack: 'zero', title: 'seconds' },
      color: {
        field: 'stage',
        type: 'nominal',
        title: null,
        scale: { domain: ['read', 'translate', 'compile'], range: ['#1c5d99', '#8a8f98', '#d9480f'] },
      },
      order: { field: 'order', type: 'quantitative' },
    },
  } as TopLevelSpec)
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 80) ?? ''
}
