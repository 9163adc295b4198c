import { readFile } from 'node:fs/promises'
import type { CertificateFiles, Endpoint } from './rival.ts'

/** Splits a list into lists of at most `size`. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** An Ingress whose hosts all lead to the Service `backend`. */
export function ingressManifest(name: string, hosts: readonly string[], tlsSecret: string | undefined): string {
  const rules = hosts.map(
    host => `  - host: ${host}
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: backend
            port:
              number: 80
`,
  )
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: bench
spec:
${tlsSecret === undefined ? '' : `  tls:\n  - secretName: ${tlsSecret}\n    hosts:\n${hosts.map(host => `    - ${host}\n`).join('')}`}  rules:
${rules.join('')}`
}

export function serviceManifest(): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: backend
  namespace: bench
spec:
  ports:
  - name: http
    port: 80
    targetPort: http
`
}

/** One slice for each port, since a slice has one set of ports. */
export function endpointsManifest(endpoints: readonly Endpoint[]): string {
  return endpoints
    .map(
      ({ address, port }) => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: backend-${port}
  namespace: bench
  labels:
    kubernetes.io/service-name: backend
addressType: IPv4
endpoints:
- addresses:
  - ${address}
  conditions:
    ready: true
ports:
- name: http
  port: ${port}
  protocol: TCP
`,
    )
    .join('---\n')
}

export async function secretManifest(name: string, { key, certificate }: CertificateFiles): Promise<string> {
  const [keyText, certificateText] = await Promise.all([readFile(key), readFile(certificate)])
  return `apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata:
  name: ${name}
  namespace: bench
data:
  tls.key: ${keyText.toString('base64')}
  tls.crt: ${certificateText.toString('base64')}
`
}
