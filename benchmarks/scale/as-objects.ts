import { ADDRESSES, type IngressShape, SERVICES } from './shapes.ts'

/** The object as an API server would send it. */
export function ingressObject({ namespace, name, rules, tlsSecret }: IngressShape): Record<string, unknown> {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...metadata(namespace, name), generation: 1, annotations: { 'example.com/owner': namespace } },
    spec: {
      ...(tlsSecret !== undefined && { tls: [{ hosts: rules.map(({ host }) => host), secretName: tlsSecret }] }),
      rules: rules.map(({ host, paths }) => ({
        host,
        http: {
          paths: paths.map(({ path, pathType, service }) => ({
            path,
            pathType,
            backend: { service: { name: service, port: { number: 80 } } },
          })),
        },
      })),
    },
    status: { loadBalancer: {} },
  }
}

/** The Services of a namespace that Ingresses name, each with one EndpointSlice. */
export function serviceObjects(namespace: string, port: number): Record<string, unknown>[] {
  return Array.from({ length: SERVICES }, (_, index) => `service-${index}`).flatMap(name => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(namespace, name),
      spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, targetPort: port, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata(namespace, `${name}-x`), labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: ADDRESSES.map(address => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    },
  ])
}

function metadata(namespace: string, name: string) {
  return { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' }
}
