import { ADDRESSES, type IngressShape, SERVICES } from './shapes.ts'

/** A manifest as people write it. */
export function ingressYaml({ namespace, name, rules, tlsSecret }: IngressShape): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: ${namespace}
  annotations:
    example.com/owner: ${namespace}
spec:
${tlsSecret === undefined ? '' : `  tls:\n    - hosts:\n${rules.map(({ host }) => `        - "${host}"\n`).join('')}      secretName: ${tlsSecret}\n`}  rules:
${rules.map(ruleYaml).join('')}`
}

function ruleYaml({ host, paths }: IngressShape['rules'][number]): string {
  const items = paths.map(
    ({ path, pathType, service }) => `          - path: ${path}
            pathType: ${pathType}
            backend:
              service:
                name: ${service}
                port:
                  number: 80
`,
  )
  return `    - host: "${host}"
      http:
        paths:
${items.join('')}`
}

/** The Services of a namespace, each with one EndpointSlice. */
export function servicesYaml(namespace: string, port: number): string {
  const names = Array.from({ length: SERVICES }, (_, index) => `service-${index}`)
  return names.map(name => serviceYaml(namespace, name, port)).join('---\n')
}

function serviceYaml(namespace: string, name: string, port: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  type: ClusterIP
  ports:
    - name: http
      port: 80
      targetPort: ${port}
      protocol: TCP
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-x
  namespace: ${namespace}
  labels:
    kubernetes.io/service-name: ${name}
addressType: IPv4
endpoints:
${ADDRESSES.map(address => `  - addresses:\n      - ${address}\n    conditions:\n      ready: true\n`).join('')}ports:
  - name: http
    port: ${port}
    protocol: TCP
`
}
