import { describe, expect, it } from 'vitest'
import { baseObjects, configurationOf, find, objectsOf, type Written } from './deployed.ts'
import { renderChart, valuesOfCharts, whyNoHelm } from './helm.ts'

const render = (values: object) => objectsOf(renderChart(values))
const argsOf = (objects: readonly Written[]) =>
  find(objects, 'Deployment', 'ingot').spec.template.spec.containers[0].args

describe('the chart', () => {
  const why = whyNoHelm()
  if (why !== undefined) return it.skip(why, () => undefined)

  it.each(Object.entries(valuesOfCharts))('with %s gives the controller flags that it takes', (_, values) => {
    const objects = render(values)
    const configuration = configurationOf(argsOf(objects))
    expect(configuration.cluster.enabled).toBe(true)
    const rules = find(objects, 'Role', 'ingot').rules
    const named = rules.flatMap((rule: { resourceNames?: string[] }) => rule.resourceNames ?? [])
    expect(named).toContain(configuration.cluster.leaseName)
  })

  it('asks for the rights that the plain manifests ask for', () => {
    const objects = render({})
    const sorted = (rules: object[]) => rules.map(rule => JSON.stringify(rule)).sort()
    for (const kind of ['ClusterRole', 'Role']) {
      expect(sorted(find(objects, kind, 'ingot').rules)).toEqual(sorted(find(baseObjects, kind, 'ingot').rules))
    }
    expect(JSON.stringify(objects)).not.toContain('secrets')
  })

  it('asks for no rights outside of the namespaces that it is to look at', () => {
    const objects = render({ namespaces: ['shop'] })
    const resources = find(objects, 'ClusterRole', 'ingot').rules.flatMap(
      (rule: { resources: string[] }) => rule.resources,
    )
    expect(resources).toEqual(['ingressclasses', 'events'])
    expect(find(objects, 'Role', 'ingot-routing').metadata.namespace).toBe('shop')
    expect(configurationOf(argsOf(objects)).kubernetes.namespaces).toEqual(['shop'])
  })

  it('passes on who speaks the PROXY protocol and whose fields are believed', () => {
    const values = { proxyProtocol: ['10.0.0.0/8'], trustedProxies: ['192.0.2.0/24', '198.51.100.0/24'] }
    const { listen, requests } = configurationOf(argsOf(render(values)))
    expect(listen.proxyProtocol).toEqual(['10.0.0.0/8'])
    expect(requests.trustedProxies).toEqual(['192.0.2.0/24', '198.51.100.0/24'])
  })

  it('makes the parameters of the class a ConfigMap that the class names', () => {
    const objects = render({ ingressClass: { parameters: { routes: { headTimeout: '10s' } } } })
    const { parameters } = find(objects, 'IngressClass', 'ingot').spec
    const map = find(objects, parameters.kind, parameters.name)
    expect(map.metadata.namespace).toBe(parameters.namespace)
    expect(objectsOf(map.data['ingot.yaml'])).toEqual([{ routes: { headTimeout: '10s' } }])
  })

  it('keeps the admin server to the node in the network of nodes', () => {
    const objects = render({ hostNetwork: true })
    expect(configurationOf(argsOf(objects)).admin.host).toBe('127.0.0.1')
    const { readinessProbe } = find(objects, 'Deployment', 'ingot').spec.template.spec.containers[0]
    expect(readinessProbe.httpGet.host).toBe('127.0.0.1')
  })

  it('lets the default certificate be read by its name alone', () => {
    const objects = render({ defaultCertificate: 'shop/standard' })
    expect(configurationOf(argsOf(objects)).tls.defaultCertificate).toBe('shop/standard')
    const { metadata, rules } = find(objects, 'Role', 'ingot-default-certificate')
    expect(metadata.namespace).toBe('shop')
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['standard'], verbs: ['list', 'watch'] },
    ])
  })

  it('reads Nodes only where their addresses are published', () => {
    const rulesOf = (values: object) => JSON.stringify(find(render(values), 'ClusterRole', 'ingot').rules)
    expect(rulesOf({ service: { type: 'NodePort' } })).toContain('"nodes"')
    for (const type of ['LoadBalancer', 'ClusterIP']) expect(rulesOf({ service: { type } })).not.toContain('nodes')
  })

  it('publishes the nodes of pods that share their network', () => {
    const { spec } = find(render({ hostNetwork: true, service: { type: 'ClusterIP' } }), 'Service', 'ingot')
    expect(spec.clusterIP).toBe('None')
  })

  it('refuses values that it does not know', () => {
    expect(() => render({ replica: 3 })).toThrow(/replica/)
  })
})
