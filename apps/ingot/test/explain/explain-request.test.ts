import { describe, expect, it } from 'vitest'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import { formatExplanation } from '../../src/explain/format-explanation.ts'
import { ingress, viewOf } from '../manifests.ts'

const manifests = ingress(
  'shop',
  { 'a.test': ['/public p web', '/admin p admin'], '*.test': ['/ p wild'] },
  { defaultBackend: 'rest' },
)
const explain = requestExplainer(viewOf(manifests))

describe('an explanation', () => {
  it('names the default backend of a host, and whose it is', () => {
    expect(explain({ url: 'http://a.test/x' })).toMatchObject({
      ...{ outcome: 'defaultBackend', status: null, rule: null, path: null, reason: 'default-host' },
      ...{ ingress: { namespace: 'default', name: 'shop' }, backend: { service: { name: 'rest', port: 80 } } },
    })
  })

  it('tells the default backend for everything from that of a host', () => {
    const all = viewOf(ingress('all', {}, { defaultBackend: 'all' }))
    expect(requestExplainer(all)({ url: 'http://x.test/' })).toMatchObject({
      outcome: 'defaultBackend',
      reason: 'default-ingress',
    })
  })

  it('says where an ambiguous path would end up in the hands of an upstream', () => {
    const explanation = explain({ url: 'http://a.test/public/..%2Fadmin' })
    expect(explanation).toMatchObject({ outcome: 'badRequest', status: 400, reason: 'ambiguous-path', backend: null })
    expect(explanation.readings).toContainEqual({ path: '/admin', goesTo: 'default/admin:80' })
    expect(formatExplanation(explanation)).toContain(
      'an upstream may read it as /admin, which goes to default/admin:80',
    )
  })

  it('shows what was compared if it is not what was written', () => {
    const explanation = explain({ url: 'http://A.TEST.:8080/x/../%61dmin' })
    expect(explanation.normalised).toEqual({ host: 'a.test', path: '/admin' })
    expect(formatExplanation(explanation)).toContain('compared as host a.test, path /admin')
  })

  it('says what other modes of fall-through would do', () => {
    const open = requestExplainer(viewOf(ingress('a', { 'a.test': ['/x p one'], '*.test': ['/ p wild'] })))
    expect(open({ url: 'http://a.test/y' }).otherwise).toEqual({ wildcard: 'default/wild:80', all: 'default/wild:80' })
  })

  it('refuses a Host that is not well-formed, also where it is not used (semantics 1.2)', () => {
    expect(explain({ url: 'http://a.test/', headers: { host: 'b@c' } })).toMatchObject({
      status: 400,
      reason: 'bad-host',
      detail: 'userinfo',
    })
  })

  it('answers 503 for what is closed for its annotations (semantics 12.4), unless they were accepted', () => {
    const closed = ingress(
      'a',
      { 'a.test': ['/ p web'] },
      { annotations: { 'nginx.ingress.kubernetes.io/auth-type': 'basic' } },
    )
    const url = 'http://a.test/'
    expect(requestExplainer(viewOf(closed))({ url })).toMatchObject({
      status: 503,
      detail: 'unsupported-security-annotation',
    })
    expect(requestExplainer(viewOf(closed, { acceptedAnnotations: ['all'] }))({ url }).status).toBeNull()
    expect(requestExplainer(viewOf(closed, { profile: 'ingress-nginx' }))({ url }).status).toBeNull()
  })

  it('is plain JSON', () => {
    const explanation = explain({ url: 'http://a.test/admin/x' })
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  })
})
