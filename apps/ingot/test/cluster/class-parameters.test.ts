import { kubernetesObject } from '@ingot/kubernetes'
import { describe, expect, it } from 'vitest'
import { ClassParameters } from '../../src/cluster/class-parameters.ts'
import { configMap, ingressClass } from './test-clusters.ts'

const object = (value: object) => kubernetesObject(value)!
const reference = { kind: 'ConfigMap', scope: 'Namespace', namespace: 'ingot', name: 'parameters' }
const ours = object(ingressClass('web', 'ingot.dev/ingress-controller', reference))
const parameters = (text: string) => object(configMap('ingot', 'parameters', { 'ingot.yaml': text }))

describe('the parameters of a class', () => {
  it('are options of routes, with times and sizes as people write them', () => {
    const { routes, diagnostics } = new ClassParameters().read([
      ours,
      parameters('routes: { maxBodyBytes: 1KiB, headTimeout: 5s }'),
    ])
    expect(routes.get('web')).toEqual({ maxBodyBytes: 1024, headTimeout: 5_000 })
    expect(diagnostics).toEqual([])
  })

  it.each([
    ['missing', []],
    ['no YAML', [parameters('routes: [')]],
    ['of another form', [parameters('routes: { maxBodyBytes: much }')]],
    ['for something that a class may not set', [parameters('listen: { port: 80 }')]],
    ['refused by the proxy', [parameters('routes: { rewrite: { path: /a/../b } }')]],
    ['under another key', [object(configMap('ingot', 'parameters', { other: '' }))]],
  ])('that are %s leave the class with those it had, and are told', (_, broken) => {
    const read = new ClassParameters()
    read.read([ours, parameters('routes: { maxBodyBytes: 1KiB }')])
    const { routes, diagnostics } = read.read([ours, ...broken])
    expect(routes.get('web')).toEqual({ maxBodyBytes: 1024 })
    expect(diagnostics).toMatchObject([
      { code: 'invalid-class-parameters', object: { kind: 'IngressClass', name: 'web' } },
    ])
    expect(read.read([ours, parameters('routes: {}')])).toEqual({ routes: new Map([['web', {}]]), diagnostics: [] })
  })

  it('that are missing at the start leave the class without any', () => {
    const { routes, diagnostics } = new ClassParameters().read([ours])
    expect(routes.size).toBe(0)
    expect(diagnostics).toHaveLength(1)
  })

  it('of another controller are not read', () => {
    const theirs = object(ingressClass('web', 'example.com/other', reference))
    expect(new ClassParameters().read([theirs])).toEqual({ routes: new Map(), diagnostics: [] })
  })

  it('that are no longer named are forgotten', () => {
    const read = new ClassParameters()
    read.read([ours, parameters('routes: { maxBodyBytes: 1KiB }')])
    read.read([object(ingressClass('web', 'ingot.dev/ingress-controller'))])
    expect(read.read([ours]).routes.size).toBe(0)
  })
})
