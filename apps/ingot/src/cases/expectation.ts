import type { RequestExplanation } from '../explain/explain-request.ts'
import { headline } from '../explain/format-explanation.ts'
import type { RoutingTest } from './case-file.ts'

/** What is expected of a request. */
export type Expectation = Pick<RoutingTest, 'backend' | 'status' | 'ingress' | 'reason'>

/** Why an explanation is not what was expected, in one line; `undefined` if it is. */
export function mismatch(explanation: RequestExplanation, expected: Expectation): string | undefined {
  const wrong = [
    ...(expected.backend !== undefined && !isBackend(explanation, expected.backend) ? [expected.backend] : []),
    ...(statusExpected(expected) !== undefined && statusExpected(expected) !== explanation.status
      ? [statusText(expected)]
      : []),
    ...(expected.ingress !== undefined && !isIngress(explanation, expected.ingress)
      ? [`Ingress ${expected.ingress}`]
      : []),
    ...(expected.reason !== undefined && expected.reason !== explanation.reason ? [`reason ${expected.reason}`] : []),
  ]
  if (wrong.length === 0) return undefined
  const decided = expected.reason === undefined ? '' : ` by ${explanation.reason}`
  return `expected ${wrong.join(' and ')}, but it is ${headline(explanation).replace(/^-> /, '')}${decided}`
}

/** Who names a backend and no status means that requests get there. */
function statusExpected({ backend, status }: Expectation): number | null | undefined {
  return status === undefined && backend !== undefined ? null : status
}

function statusText(expected: Expectation): string {
  const status = statusExpected(expected)
  return status === null ? 'that it is forwarded' : `status ${status}`
}

function isBackend({ backend, backendNamespace }: RequestExplanation, expected: string): boolean {
  if (backend?.service === undefined) return false
  const [, namespace, name, port] = /^(?:([^/]+)\/)?([^:]+)(?::(.+))?$/.exec(expected)!
  return (
    (namespace === undefined || namespace === backendNamespace) &&
    name === backend.service.name &&
    (port === undefined || port === String(backend.service.port))
  )
}

function isIngress({ ingress }: RequestExplanation, expected: string): boolean {
  return ingress !== null && (expected === ingress.name || expected === `${ingress.namespace}/${ingress.name}`)
}
