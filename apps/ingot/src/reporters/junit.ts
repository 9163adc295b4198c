import { xml } from './xml.ts'

/** One test as JUnit's XML knows it. */
export interface JunitCase {
  readonly suite: string
  readonly name: string
  /** Why it failed, one for each reason; none if it passed. */
  readonly failures: readonly { readonly type: string; readonly message: string; readonly text: string }[]
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** JUnit's XML, as far as CI systems agree about it. Suites come in the order of their first case. */
export function* junitReport(name: string, cases: readonly JunitCase[]): Generator<string, void> {
  yield '<?xml version="1.0" encoding="UTF-8"?>'
  yield `<testsuites name="${xml(name)}" ${counts(cases)}>`
  for (const [suite, group] of Map.groupBy(cases, one => one.suite)) {
    yield `  <testsuite name="${xml(suite)}" ${counts(group)}>`
    for (const one of group) yield* testCase(one)
    yield '  </testsuite>'
  }
  yield '</testsuites>'
}

function counts(cases: readonly JunitCase[]): string {
  return `tests="${cases.length}" failures="${cases.filter(({ failures }) => failures.length > 0).length}" errors="0"`
}

function* testCase({ suite, name, failures, file, line }: JunitCase): Generator<string, void> {
  const place = `${file === undefined ? '' : ` file="${xml(file)}"`}${line === undefined ? '' : ` line="${line}"`}`
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}"${place}`
  if (failures.length === 0) {
    yield `${head}/>`
    return
  }
  yield `${head}>`
  for (const { type, message, text } of failures) {
    yield `      <failure type="${xml(type)}" message="${xml(message)}">${xml(text)}</failure>`
  }
  yield '    </testcase>'
}
