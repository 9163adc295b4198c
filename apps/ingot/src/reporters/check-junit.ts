import type { CheckReport } from './check-report.ts'
import type { FlatFinding } from './flat-finding.ts'
import { type JunitCase, junitReport } from './junit.ts'

/** One suite a file; one failed test for each finding, one that passed for a file without any. */
export function checkJunit({ findings, files }: CheckReport): Generator<string, void> {
  const withFindings = new Set(findings.map(({ file }) => file))
  const clean = files
    .filter(file => !withFindings.has(file))
    .map(file => ({ suite: file, name: 'no findings', failures: [] }))
  return junitReport('ingot check', [...findings.map(caseFor), ...clean])
}

function caseFor({ file, line, code, message, fix, request, object, severity }: FlatFinding): JunitCase {
  const name = `${code}${object === null ? '' : ` in ${object.kind} ${object.namespace}/${object.name}`}`
  const text = [
    `${severity}: ${message}`,
    ...(file === null ? [] : [`${file}:${line}`]),
    ...(request === null ? [] : [`for example ${request}`]),
    `fix: ${fix}`,
  ]
  return {
    ...{ suite: file ?? 'objects', name, file: file ?? undefined, line: line ?? undefined },
    failures: [{ type: code, message, text: text.join('\n') }],
  }
}
