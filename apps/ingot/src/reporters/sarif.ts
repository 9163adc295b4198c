import { relative, sep } from 'node:path'
import { type FindingCode, findingCodes } from '../check/finding-codes.ts'
import type { CheckReport } from './check-report.ts'
import type { FlatFinding, FlatPlace } from './flat-finding.ts'

/** SARIF 2.1.0, which GitHub, GitLab and editors show as annotations. `helpFor` gives the documentation of a code. */
export function sarifReport(report: CheckReport, version: string, helpFor: (code: FindingCode) => string) {
  const codes = [...new Set(report.findings.map(({ code }) => code))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'ingot', semanticVersion: version, rules: codes.map(code => ruleFor(code, helpFor(code))) },
        },
        columnKind: 'utf16CodeUnits',
        results: report.findings.map(finding => resultFor(finding, codes.indexOf(finding.code))),
      },
    ],
  }
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const

function ruleFor(code: FindingCode, page: string) {
  const { title, fix, severity } = findingCodes[code]
  return {
    id: code,
    shortDescription: { text: `${title}.` },
    help: { text: fix, markdown: page },
    defaultConfiguration: { level: LEVELS[severity] },
  }
}

function resultFor(finding: FlatFinding, ruleIndex: number) {
  const { code, severity, message, fix, request, related } = finding
  const text = [message, ...(request === null ? [] : [`For example ${request}`]), fix].join('\n')
  const located = related.filter(({ file }) => file !== null)
  return {
    ...{ ruleId: code, ruleIndex, level: LEVELS[severity], message: { text } },
    ...(finding.file !== null && { locations: [{ physicalLocation: locationOf(finding) }] }),
    ...(located.length > 0 && {
      relatedLocations: located.map((place, id) => ({
        id,
        physicalLocation: locationOf(place),
        message: { text: `${place.object} ${place.field}`.trimEnd() },
      })),
    }),
    // The same trouble keeps its identity when lines move.
    partialFingerprints: { 'ingot/v1': [code, nameOf(finding.object), finding.field ?? '', message].join('|') },
  }
}

function nameOf(object: FlatFinding['object']): string {
  return object === null ? '' : `${object.kind}/${object.namespace}/${object.name}`
}

function locationOf({ file, line, column }: Pick<FlatPlace, 'file' | 'line' | 'column'>) {
  return {
    artifactLocation: { uri: uriOf(file!) },
    region: { startLine: line ?? 1, startColumn: column ?? 1 },
  }
}

/** Relative to where the program runs, as code scanning wants it. */
function uriOf(file: string): string {
  const path = relative('', file).split(sep).join('/')
  return path.split('/').map(encodeURIComponent).join('/')
}
