import { styleText } from 'node:util'
import { type CheckReport, countSeverities } from './check-report.ts'
import type { FlatFinding, FlatPlace } from './flat-finding.ts'

/** For people and for terminals that make `file:line:column` a link; of each code at most `limit` findings. */
export function* textReport(report: CheckReport, colour: boolean, limit: number): Generator<string, void> {
  const paint = (format: Parameters<typeof styleText>[0], text: string) => {
    return colour ? styleText(format, text, { validateStream: false }) : text
  }
  const told = new Map<string, number>()
  let file: string | null | undefined
  for (const finding of report.findings) {
    const count = told.get(finding.code) ?? 0
    told.set(finding.code, count + 1)
    if (count >= limit) continue
    if (file !== undefined && finding.file !== file) yield ''
    file = finding.file
    yield `${paint('bold', whereIs(finding))} ${paint(COLOURS[finding.severity], finding.severity)} ${finding.code} ${finding.message}`
    for (const place of finding.related) yield `    see ${describePlace(place)}`
    if (finding.request !== null) yield `    for example ${finding.request}`
    yield `    fix: ${finding.fix}`
    if (count === 0) yield paint('dim', `    more: ingot check --about ${finding.code}`)
  }
  if (report.findings.length > 0) yield ''
  for (const [code, count] of told) if (count > limit) yield `${count - limit} more of ${code}; --all shows them`
  yield summary(report)
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const

function whereIs({ file, line, column, object }: FlatFinding): string {
  if (file !== null) return `${file}:${line}:${column}`
  return object === null ? '(no place)' : `${object.kind} ${object.namespace}/${object.name}`
}

function describePlace({ object, field, file, line, column }: FlatPlace): string {
  const place = file === null ? '' : ` (${file}:${line}:${column})`
  return `${object}${field === '' ? '' : ` ${field}`}${place}`
}

function summary({ findings, hidden, files, ingresses }: CheckReport): string {
  const what = `${ingresses} Ingress${ingresses === 1 ? '' : 'es'} in ${files.length} file${files.length === 1 ? '' : 's'}`
  const more = hidden === 0 ? '' : ` (and ${hidden} note${hidden === 1 ? '' : 's'} that --severity info shows)`
  return `${what}: ${countSeverities(findings)}${more}`
}
