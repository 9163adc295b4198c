import { stringify } from 'yaml'
import { type RequestExplanation, requestExplainer } from '../explain/explain-request.ts'
import type { RoutingView } from '../view/routing-view.ts'
import type { CaseFile, RoutingTest } from './case-file.ts'
import { recordedRequests } from './recorded-requests.ts'

/** Where editors find the schema of such files. */
const SCHEMA_LINE = '# yaml-language-server: $schema=node_modules/ingot/schema/routing-tests.schema.json\n'

/** How many tests are recorded at most: more than this nobody reads, and `--class` or `--namespace` makes fewer. */
export const MOST_TESTS = 2_000

/** A recorded file, and whether it holds a test for every kind of request. */
export interface Recording {
  readonly text: string
  readonly complete: boolean
}

/** Tests that hold today's behaviour, for each kind of request that the manifests tell apart. */
export function recordCases(view: RoutingView, settings: Omit<CaseFile, 'tests'>, most = MOST_TESTS): Recording {
  const explain = requestExplainer(view)
  const tests: RoutingTest[] = []
  for (const { what, urls } of recordedRequests(view)) {
    const found = testsFor(
      what,
      urls.map(url => explain({ url })),
    )
    if (tests.length + found.length > most) return { text: textOf(tests, settings), complete: false }
    tests.push(...found)
  }
  return { text: textOf(tests, settings), complete: true }
}

function textOf(tests: readonly RoutingTest[], settings: Omit<CaseFile, 'tests'>): string {
  return SCHEMA_LINE + stringify({ ...settings, tests }, { lineWidth: 0 })
}

/** One test for requests that belong together, or one for each if they go different ways. */
function testsFor(what: string, explanations: readonly RequestExplanation[]): RoutingTest[] {
  const groups = Map.groupBy(explanations, explanation => JSON.stringify(expectationFor(explanation)))
  return [...groups.values()].map(([first, ...others]) => {
    const urls = [first!.url, ...others.map(({ url }) => url)]
    const requests = urls.length === 1 ? { request: urls[0]! } : { requests: urls }
    return { name: `${what}: ${outcomeOf(first!)}`, ...requests, ...expectationFor(first!) }
  })
}

function expectationFor({
  status,
  backend,
  backendNamespace,
}: RequestExplanation): Pick<RoutingTest, 'backend' | 'status'> {
  const service = backend?.service
  const name = service === undefined ? undefined : `${backendNamespace}/${service.name}:${service.port}`
  if (name === undefined) return { status }
  return status === null ? { backend: name } : { backend: name, status }
}

function outcomeOf({ status, backend }: RequestExplanation): string {
  const service = backend?.service?.name
  if (status === null) return service ?? backend?.resource?.name ?? 'forwarded'
  return service === undefined ? String(status) : `${status}, would be ${service}`
}
