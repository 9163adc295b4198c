const service = { name: 'web', port: { number: 80 } }
const path = { path: '/', pathType: 'Prefix', backend: { service } }
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'a', namespace: 'default' } }
const ingressClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'a' } }
const core = { apiVersion: 'v1', metadata: { name: 'a', namespace: 'default' } }

/** Valid objects of every kind that is validated, as a cluster would accept them. */
export const bases = {
  ingress: {
    ...ingress,
    spec: {
      ingressClassName: 'public',
      defaultBackend: { service },
      tls: [{ hosts: ['a.example.com'], secretName: 'certificate' }],
      rules: [{ host: 'a.example.com', http: { paths: [path, { ...path, path: '/b', pathType: 'Exact' }] } }],
    },
  },
  bare: { ...ingress, spec: { rules: [{ host: 'a.example.com', http: { paths: [path] } }] } },
  named: {
    ...ingress,
    spec: {
      rules: [{ http: { paths: [{ ...path, backend: { service: { name: 'web', port: { name: 'http' } } } }] } }],
    },
  },
  resource: {
    ...ingress,
    spec: { defaultBackend: { resource: { apiGroup: 'storage.example.com', kind: 'Bucket', name: 'files' } } },
  },
  class: { ...ingressClass, spec: { controller: 'example.com/controller' } },
  parameters: {
    ...ingressClass,
    spec: {
      controller: 'example.com/controller',
      parameters: { apiGroup: 'example.com', kind: 'Settings', name: 'a', scope: 'Namespace', namespace: 'default' },
    },
  },
  service: {
    ...core,
    kind: 'Service',
    spec: {
      selector: { app: 'web' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'https', port: 443, targetPort: 'tls', protocol: 'TCP', appProtocol: 'https' },
      ],
    },
  },
  onePort: { ...core, kind: 'Service', spec: { ports: [{ port: 80 }] } },
  headless: { ...core, kind: 'Service', spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
  external: { ...core, kind: 'Service', spec: { type: 'ExternalName', externalName: 'a.example.com' } },
  slice: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'a', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true, serving: true, terminating: false } }],
  },
  slice6: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'a', namespace: 'default' },
    addressType: 'IPv6',
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['2001:db8::1'] }],
  },
  tlsSecret: { ...core, kind: 'Secret', type: 'kubernetes.io/tls', data: { 'tls.crt': 'YQ==', 'tls.key': 'YQ==' } },
  opaque: { ...core, kind: 'Secret', data: { a: 'YQ==' } },
} as const

export type BaseName = keyof typeof bases
