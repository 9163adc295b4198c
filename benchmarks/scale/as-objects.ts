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

/** The Services of a namespace that Ingresses name, each with one EndpointSlice, with all that controllers write into them. */
export function serviceObjects(namespace: string, port: number): Record<string, unknown>[] {
  return Array.from({ length: SERVICES }, (_, index) => `service-${index}`).flatMap(name => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata(namespace, name), labels: labelsOf(name) },
      spec: {
        type: 'ClusterIP',
        selector: labelsOf(name),
        ports: [{ name: 'http', port: 80, targetPort: port, protocol: 'TCP' }],
      },
      status: { loadBalancer: {} },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: sliceMetadata(namespace, name),
      addressType: 'IPv4',
      endpoints: ADDRESSES.map((address, index) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: `node-${index}`,
        zone: `zone-${index % 3}`,
        targetRef: { kind: 'Pod', namespace, name: `${name}-6d5f7c9b8-x${index}`, uid: uidOf(namespace, name, index) },
      })),
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    },
  ])
}

function sliceMetadata(namespace: string, service: string) {
  const owner = { apiVersion: 'v1', kind: 'Service', name: service, uid: uidOf(namespace, service) }
  return {
    ...metadata(namespace, `${service}-x`),
    generateName: `${service}-`,
    labels: {
      ...labelsOf(service),
      'kubernetes.io/service-name': service,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
    ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
  }
}

function labelsOf(service: string) {
  return { 'app.kubernetes.io/name': service, 'app.kubernetes.io/managed-by': 'Helm' }
}

/** As long as one. */
function uidOf(...parts: readonly (string | number)[]): string {
  return `${parts.join('-')}-00000000-0000-4000-8000-000000000000`.slice(0, 36)
}

function metadata(namespace: string, name: string) {
  return { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' }
}
