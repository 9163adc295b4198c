import type { RequestExplanation, RequestToExplain } from '../explain/explain-request.ts'
import { parseRequest } from '../explain/requests-file.ts'
import type { RoutingTest } from './case-file.ts'
import { mismatch } from './expectation.ts'
import type { ReadCaseFile } from './read-case-file.ts'

/** What became of one test. */
export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly name: string
  /** The requests that went another way than expected; none if the test passed. */
  readonly failures: readonly { readonly explanation: RequestExplanation; readonly why: string }[]
}

/** Runs the tests of a file. */
export function runCases(
  { tests, file, lines }: ReadCaseFile,
  explain: (request: RequestToExplain) => RequestExplanation,
): CaseResult[] {
  return tests.map((test, index) => {
    const requests = requestsOf(test)
    const failures = requests.flatMap(request => {
      const explanation = explain(request)
      const why = mismatch(explanation, test)
      return why === undefined ? [] : [{ explanation, why }]
    })
    const name =
      test.name ?? requests.map(({ method, url }) => (method === undefined ? url : `${method} ${url}`)).join(', ')
    return { file, line: lines[index]!, name, failures }
  })
}

function requestsOf({ request, requests = [] }: RoutingTest): RequestToExplain[] {
  return [...(request === undefined ? [] : [request]), ...requests].map(one => {
    return typeof one === 'string' ? parseRequest(one) : one
  })
}
