const prefix = 'nginx.ingress.kubernetes.io/'

/** What an Ingress of a test says besides its annotations. */
export interface IngressOptions {
  readonly host?: string
  readonly namespace?: string
  readonly paths?: readonly string[]
  readonly pathType?: string
  readonly service?: string
  readonly created?: string
}

/** A manifest as people wrote it for ingress-nginx: one rule for NAME.example.com. */
export function nginxIngress(
  name: string,
  annotations: Readonly<Record<string, string>>,
  options: IngressOptions = {},
) {
  const { host = `${name}.example.com`, namespace = 'default', paths = ['/'], service = 'web' } = options
  const { pathType = 'ImplementationSpecific', created } = options
  const backend = { service: { name: service, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...{ name, namespace, ...(created !== undefined && { creationTimestamp: created }) },
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [prefix + key, value])),
    },
    spec: { rules: [{ host, http: { paths: paths.map(path => ({ path, pathType, backend })) } }] },
  }
}
