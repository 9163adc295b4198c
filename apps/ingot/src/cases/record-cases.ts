import { requestClasses } from '@ingot/core/request-classes'
import { stringify } from 'yaml'
import { hostExamples } from '../diff/host-examples.ts'
import { type RequestExplanation, requestExplainer } from '../explain-request.ts'
import { pathExamples } from '../profiles/path-examples.ts'
import type { RoutingView } from '../routing-view.ts'
import type { CaseFile, RoutingTest } from './case-file.ts'

/** Where editors find the schema of such files. */
const SCHEMA_LINE = '# yaml-language-server: $schema=node_modules/ingot/schema/routing-tests.schema.json\n'

/** Tests that hold today's behaviour: one for each kind of request that the manifests tell apart. */
export function recordCases(view: RoutingView, settings: Omit<CaseFile, 'tests'>): string {
  const explain = requestExplainer(view)
  const tests = [...exampleRequests(view)].map(url => testFor(explain({ url })))
  return SCHEMA_LINE + stringify({ ...settings, tests }, { lineWidth: 0 })
}

function* exampleRequests(view: RoutingView): Generator<string, void> {
  const { profile, table, matching } = view
  if (profile === undefined) {
    for (const { host, path } of requestClasses([table], matching)) yield `http://${host}${path}`
    return
  }
  for (const host of hostExamples(profile.hosts)) {
    const { paths } = pathExamples(profile.rulesFor(host).map(({ pattern }) => pattern))
    for (const path of paths) yield `http://${host}${path}`
  }
}

function testFor({ url, status, backend, backendNamespace }: RequestExplanation): RoutingTest {
  const service = backend?.service
  const name = service === undefined ? undefined : `${backendNamespace}/${service.name}:${service.port}`
  if (name === undefined) return { request: url, status }
  return status === null ? { request: url, backend: name } : { request: url, backend: name, status }
}
