import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { chartFolder } from './deployed.ts'

const { HELM_RENDER } = process.env
const binary =
  HELM_RENDER ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ingot-helm-render/helm-render')

/** Why charts cannot be rendered; `undefined` if they can. */
export function whyNoHelm(): string | undefined {
  return existsSync(binary) ? undefined : 'run apps/ingot/test/deploy/helm-render/build.sh first (takes Go)'
}

/** The objects of the chart, as `helm template` prints them. Throws an error that says what helm says. */
export function renderChart(values: object): string {
  return render(values)
}

/** What helm tells who has installed the chart. */
export function renderNotes(values: object): string {
  return render(values, '--notes')
}

function render(values: object, ...flags: string[]): string {
  return execFileSync(binary, [chartFolder, 'ingot', 'ingress', ...flags], {
    input: JSON.stringify(values),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** What people set, a bit of everything. */
export const valuesOfCharts: Readonly<Record<string, object>> = {
  'no values': {},
  'some namespaces and named certificates': {
    namespaces: ['shop', 'blog'],
    secrets: { namespaces: [{ namespace: 'shop', names: ['shop-tls'] }, { namespace: 'blog' }] },
    defaultCertificate: 'shop/standard',
    clearStatusOnShutdown: true,
    service: { type: 'ClusterIP' },
  },
  'every Secret, and everything that can be switched on': {
    secrets: { everywhere: true },
    autoscaling: { inFlight: 500 },
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    ingressClass: { default: true, parameters: { routes: { headTimeout: '10s' } } },
    proxyProtocol: ['10.0.0.0/8'],
    trustedProxies: ['192.0.2.0/24', '198.51.100.0/24'],
    extraArgs: ['--workers=2'],
    podAnnotations: { 'example.com/note': 'yes' },
    imagePullSecrets: [{ name: 'registry' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  },
  'ports of nodes': {
    hostPorts: { enabled: true },
    service: { type: 'NodePort', nodePorts: { http: 30080, https: 30443 } },
    autoscaling: { enabled: false },
  },
  'the network of nodes': { hostNetwork: true, service: { type: 'ClusterIP' } },
}
