import { describe, expect, it } from 'vitest'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import type { ResolveEntry } from '../../src/resolve-entries.ts'
import type { MissingObjects } from '../../src/view/assume-backends.ts'
import { ingress, viewOf } from '../manifests.ts'

const rules = ingress('a', { 'a.test': ['/ p web'] })
const service = (name: string, spec = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { ports: [{ port: 80 }]${spec} }\n---\n`
const slice = (name: string) => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.0.0.1] }]
---
`
const byHand: ResolveEntry[] = [{ service: 'other', endpoints: [{ address: '127.0.0.1', port: 1 }] }]

function answer(text: string, missing: MissingObjects = 'auto', resolve: ResolveEntry[] = []) {
  const view = viewOf(text, { missing, resolve })
  const { status, detail } = requestExplainer(view)({ url: 'http://a.test/' })
  const codes = view.diagnostics
    .map(({ code }) => code)
    .filter(code => code === 'service-not-found' || code === 'no-endpoints')
  return [status, detail, ...codes]
}

describe('what is not in the files', () => {
  it.each([
    ['no Service at all is kept elsewhere', answer(rules), [null, null]],
    ['a Service among others is missing', answer(service('other') + rules), [503, 'no-service', 'service-not-found']],
    [
      'a Service that is not resolved by hand is missing',
      answer(rules, 'auto', byHand),
      [503, 'no-service', 'service-not-found'],
    ],
    ['no EndpointSlice at all is kept elsewhere', answer(service('web') + rules), [null, null]],
    [
      'no EndpointSlice among others: nothing serves the Service',
      answer(service('web') + slice('other') + rules),
      [503, 'no-endpoints', 'no-endpoints'],
    ],
    [
      'a Service of type ExternalName is refused, whatever is assumed',
      answer(service('web', ', type: ExternalName, externalName: example.net') + rules),
      [503, 'no-endpoints'],
    ],
    ['complete: a Service does not exist', answer(rules, 'complete'), [503, 'no-service', 'service-not-found']],
    [
      'complete: nothing serves a Service',
      answer(service('web') + rules, 'complete'),
      [503, 'no-endpoints', 'no-endpoints'],
    ],
    ['elsewhere: a Service is there', answer(service('other') + slice('other') + rules, 'elsewhere'), [null, null]],
    [
      'elsewhere: something serves a Service',
      answer(service('web') + slice('other') + rules, 'elsewhere'),
      [null, null],
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected)
  })
})
