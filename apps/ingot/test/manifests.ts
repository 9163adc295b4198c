import { type ProfileName, readManifests } from '@ingot/kubernetes'
import { requestExplainer } from '../src/explain/explain-request.ts'
import { type RoutingView, routingView, type ViewOptions } from '../src/view/routing-view.ts'

/** A path of an Ingress in one line: `PATH TYPE SERVICE`, where `i` is ImplementationSpecific. */
type PathLine = string

/** An Ingress as YAML, written shortly: hosts with their paths; the host `*` is none. */
export function ingress(
  name: string,
  rules: Readonly<Record<string, readonly PathLine[]>>,
  extra: {
    readonly annotations?: Record<string, string>
    readonly defaultBackend?: string
    readonly created?: string
  } = {},
): string {
  const metadata = {
    name,
    ...(extra.annotations && { annotations: extra.annotations }),
    ...(extra.created && { creationTimestamp: extra.created }),
  }
  const spec = {
    ...(extra.defaultBackend !== undefined && { defaultBackend: backend(extra.defaultBackend) }),
    rules: Object.entries(rules).map(([host, paths]) => ({
      ...(host !== '*' && { host }),
      ...(paths.length > 0 && { http: { paths: paths.map(pathOf) } }),
    })),
  }
  if (spec.rules.length === 0) Reflect.deleteProperty(spec, 'rules')
  return `${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec })}\n---\n`
}

const TYPES: Readonly<Record<string, string>> = { e: 'Exact', p: 'Prefix', i: 'ImplementationSpecific' }

function pathOf(line: PathLine) {
  const [path, type, service] = line.split(' ')
  return { path, pathType: TYPES[type!], backend: backend(service!) }
}

function backend(name: string) {
  return { service: { name, port: { number: 80 } } }
}

/** The view of manifests that are given as text. */
export function viewOf(text: string, options: Partial<ViewOptions> = {}): RoutingView {
  const { objects } = readManifests(text, { file: 'test.yaml' })
  return routingView({ objects, resolve: [] }, { profile: 'ingot', ...options })
}

/** Where a request goes: the name of a Service, with the status before it if the proxy answers by itself. */
export function destination(text: string, url: string, profile: ProfileName = 'ingot'): string {
  const { status, backend } = requestExplainer(viewOf(text, { profile }))({ url })
  return [status, backend?.service?.name].filter(part => part != null).join(' ')
}
