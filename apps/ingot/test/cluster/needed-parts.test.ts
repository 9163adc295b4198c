import { translate } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { type ApiObject, asKubernetesObject } from '../../src/cluster/api-object.ts'
import { neededParts } from '../../src/cluster/needed-parts.ts'

/** As a cluster keeps them. */
const kept = {
  ...{ namespace: 'shop', uid: 'b7d3', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' },
  annotations: {
    'kubectl.kubernetes.io/last-applied-configuration': '{"kind":"Service"}',
    'ingot.dev/backend-protocol': 'h2c',
  },
  ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'a1c2', controller: true }],
}
const service: ApiObject = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { ...kept, name: 'web', labels: { app: 'web' } } },
  spec: {
    ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', appProtocol: 'http' }],
    ...{ selector: { app: 'web' }, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], type: 'ClusterIP' },
  },
  status: { loadBalancer: {} },
}
const slice: ApiObject = {
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
  metadata: { ...kept, name: 'web-x7k', labels: { 'kubernetes.io/service-name': 'web', app: 'web' } },
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: ['10.1.0.1', '10.1.0.2'].map((address, index) => ({
    ...{ addresses: [address], nodeName: 'node-1', zone: 'zone-a', hints: { forZones: [{ name: 'zone-a' }] } },
    conditions: { ready: index === 0, serving: true, terminating: index > 0 },
    targetRef: { kind: 'Pod', namespace: 'shop', name: `web-${index}`, uid: 'c0ffee' },
  })),
}
const ingress: ApiObject = {
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { ...kept, name: 'web' } },
  spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  status: { loadBalancer: {} },
}

const routing = (objects: readonly ApiObject[]) => {
  const { backends, table, diagnostics } = translate(objects.map(asKubernetesObject))
  return { backends, target: table.defaultTarget?.backend, codes: diagnostics.map(({ code }) => code) }
}

it('leads where the whole objects lead', () => {
  const objects = [service, slice, ingress]
  expect(routing(objects.map(neededParts))).toEqual(routing(objects))
  expect(routing(objects).backends.get('shop/web:80')?.endpoints).toHaveLength(1)
})

it('keeps an Ingress whole, and of the others nothing that routing does not ask for', () => {
  expect(neededParts(ingress)).toBe(ingress)
  const text = JSON.stringify([service, slice].map(neededParts))
  for (const name of ['targetRef', 'hints', 'ownerReferences', 'status', 'last-applied'])
    expect(text).not.toContain(name)
})
