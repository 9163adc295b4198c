import { styleText } from 'node:util'
import type { CaseResult } from '../cases/run-cases.ts'
import { formatExplanation } from '../explain/format-explanation.ts'
import { annotation } from './github.ts'
import { type JunitCase, junitReport } from './junit.ts'

/** For people: the tests that failed, with the trail of each request. */
export function* caseText(results: readonly CaseResult[], colour: boolean): Generator<string, void> {
  const paint = (format: 'red' | 'green', text: string) => {
    return colour ? styleText(format, text, { validateStream: false }) : text
  }
  for (const { file, line, name, failures } of results) {
    if (failures.length === 0) continue
    yield `${paint('red', 'FAIL')} ${file}:${line} ${name}`
    for (const { explanation, why } of failures) {
      yield `  ${explanation.url}: ${why}`
      for (const step of formatExplanation(explanation).trimEnd().split('\n').slice(2)) yield `  ${step}`
    }
    yield ''
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length
  yield paint(failed > 0 ? 'red' : 'green', `${results.length - failed} passed, ${failed} failed`)
}

/** Every test, with what failed. */
export function caseJson(results: readonly CaseResult[]) {
  return {
    passed: results.filter(({ failures }) => failures.length === 0).length,
    failed: results.filter(({ failures }) => failures.length > 0).length,
    tests: results.map(({ file, line, name, failures }) => ({
      ...{ file, line, name, passed: failures.length === 0 },
      failures: failures.map(({ explanation, why }) => ({ why, explanation })),
    })),
  }
}

/** JUnit's XML, one suite a file. */
export function caseJunit(results: readonly CaseResult[]): Generator<string, void> {
  return junitReport('ingot test', results.map(toJunit))
}

function toJunit({ file, line, name, failures }: CaseResult): JunitCase {
  return {
    ...{ suite: file, name, file, line },
    failures: failures.map(({ explanation, why }) => ({
      type: 'route',
      message: `${explanation.url}: ${why}`,
      text: formatExplanation(explanation),
    })),
  }
}

/** Workflow commands for GitHub: one annotation for each request that goes another way. */
export function* caseGithub(results: readonly CaseResult[]): Generator<string, void> {
  for (const { file, line, failures } of results) {
    for (const { explanation, why } of failures)
      yield annotation('error', { file, line }, 'ingot test', `${explanation.url}: ${why}`)
  }
}
