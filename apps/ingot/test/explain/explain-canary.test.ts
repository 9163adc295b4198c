import { expect, it } from 'vitest'
import { affinityValue } from '../../../../packages/proxy/src/upstream/affinity.ts'
import { compareViews } from '../../src/diff/compare-views.ts'
import { comparisonText } from '../../src/diff/format-comparison.ts'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import { formatExplanation } from '../../src/explain/format-explanation.ts'
import { ingress, viewOf } from '../manifests.ts'

const nginx = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]))
const main = (annotations: Record<string, string> = {}) =>
  ingress('main', { 'a.test': ['/ p web'] }, { annotations: nginx(annotations) })
const canary = (annotations: Record<string, string>) =>
  ingress('next', { 'a.test': ['/ p web-2'] }, { annotations: nginx({ canary: 'true', ...annotations }) })
const view = (text: string) => viewOf(text, { profile: 'ingot:ingress-nginx' })
const url = 'http://a.test/x'

/** The headline and what is said of the canary. */
function explained(text: string, headers: Record<string, string> = {}): string[] {
  return formatExplanation(requestExplainer(view(text))({ url, headers }))
    .split('\n')
    .slice(1, 3)
    .map(line => line.trim())
}

it('says that a field or a cookie sends a request to the canary, or keeps it from there', () => {
  const text = main() + canary({ 'canary-by-header': 'X-Try', 'canary-by-cookie': 'try' })
  expect(explained(text, { 'x-try': 'always' })).toEqual([
    '-> default/web-2:80  (Ingress default/next, rule 1, path 1)',
    'that is the canary: the field X-Try says so',
  ])
  expect(explained(text, { Cookie: 'try=never' })).toEqual([
    '-> default/web:80  (Ingress default/main, rule 1, path 1)',
    'not the canary default/web-2:80 of Ingress default/next: the cookie try says so',
  ])
})

it('says which part of the requests goes there by chance', () => {
  expect(explained(main() + canary({ 'canary-weight': '5' }))[1]).toBe(
    'or to the canary default/web-2:80 of Ingress default/next: 5 of 100 requests go there',
  )
  expect(explained(main() + canary({ 'canary-weight': '100' }))).toEqual([
    '-> default/web-2:80  (Ingress default/next, rule 1, path 1)',
    'that is the canary: 100 of 100 requests go there',
  ])
})

it('says that a client stays where it was given, unless the canary is legacy', () => {
  const Cookie = `stay=${affinityValue({ cookie: 'stay', group: 'default/web-2:80' }, 'gone')}`
  const sticky = main({ affinity: 'cookie', 'session-cookie-name': 'stay' })
  expect(explained(sticky + canary({}), { Cookie })[1]).toBe(
    'that is the canary: the cookie stay says so, as its client was given before',
  )
  expect(explained(sticky + canary({ 'affinity-canary-behavior': 'legacy' }), { Cookie })[1]).toBe(
    'not the canary default/web-2:80 of Ingress default/next: 0 of 100 requests go there',
  )
})

it('takes the cookie that a configuration names for the one of all upstreams', () => {
  const affinityOf = ({ service }: { readonly service?: { readonly name: string } }) => ({
    ...{ cookie: 'c', group: service?.name ?? '' },
  })
  const explain = requestExplainer({ ...view(main() + canary({})), affinityOf })
  const headers = { cookie: `c=${affinityValue({ cookie: 'c', group: 'web-2' }, 'x')}` }
  expect(explain({ url, headers }).canary).toMatchObject({ taken: true, by: 'affinity', name: 'c' })
})

it('is a difference for diff: that there is one, which requests it takes, and where they go', () => {
  const [none, few, legacy] = [{}, { 'canary-weight': '5' }, { 'affinity-canary-behavior': 'legacy' }]
  const changes = (before: string, after: string) => compareViews(view(before), view(after)).changes.length
  expect(changes(main() + canary(few), main() + canary(few))).toBe(0)
  expect(changes(main() + canary(none), main() + canary(few))).toBe(1)
  expect(changes(main() + canary(none), main() + canary(legacy))).toBe(1)
  const told = [...comparisonText(compareViews(view(main()), view(main() + canary(few))))]
  expect(told.find(line => line.includes('after'))).toContain(', with the canary default/web-2:80 by 5 of 100')
})

it('is none where another controller is one of the two, whose canaries are not modelled', () => {
  const text = main() + canary({ 'canary-weight': '5' })
  expect(compareViews(viewOf(text, { profile: 'ingress-nginx' }), view(text)).changes).toEqual([])
})

it('is no difference for diff that an Ingress asks for a cookie or a protocol', () => {
  const asks = main({ affinity: 'cookie', 'backend-protocol': 'HTTPS' })
  expect(compareViews(view(main()), view(asks)).changes).toEqual([])
})
