import type { ApiError } from '../cluster/api-error.ts'
import type { ClusterMode, ClusterModeOptions, ClusterNews } from '../cluster/cluster-mode.ts'
import type { ReflectorHealth } from '../cluster/reflector.ts'
import type { Configuration } from '../configuration/schema.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { UnusableInput } from '../unusable-input.ts'
import type { ObjectSource } from './object-source.ts'

/** Follows a cluster, and tells it what became of its objects. Rejects if there is no usable way to one. */
export async function followCluster(configuration: Configuration, telemetry: Telemetry): Promise<ObjectSource> {
  // Nobody who serves files should pay for what speaks to a cluster.
  const [{ ClusterMode: Cluster }, { connectionTo }] = await Promise.all([
    import('../cluster/cluster-mode.ts'),
    import('../cluster/connection.ts'),
  ])
  const { kubeconfig, context, ingressSelector, leaseName, leaseNamespace } = configuration.cluster
  const mode: ClusterMode = new Cluster({
    connection: await connectionTo({ kubeconfig, context }),
    classes: classOptions(configuration),
    namespaces: configuration.kubernetes.namespaces ?? [],
    ingressSelector,
    secrets: defaultCertificate(configuration),
    publish: await publishOptions(configuration),
    events: configuration.cluster.events,
    lease: { name: leaseName, ...(leaseNamespace !== undefined && { namespace: leaseNamespace }) },
    onNews: news => report(news, () => mode.health(), telemetry),
  })
  return { source: mode.source, onLive: generation => mode.live(generation), stop: () => mode.stop() }
}

function classOptions({ kubernetes }: Configuration): ClusterModeOptions['classes'] {
  const { classes, controller, withoutClass } = kubernetes
  return {
    watchWithoutClass: withoutClass,
    ...(classes !== undefined && { classNames: classes }),
    ...(controller !== undefined && { controller }),
  }
}

/** The Secret that hosts without a certificate of their own are served with, if it is not a pair of a folder. */
function defaultCertificate({ tls, listen }: Configuration): { namespace: string; name: string }[] {
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(tls.defaultCertificate ?? '') ?? []
  return name === undefined || listen.httpsPort === undefined ? [] : [{ namespace: namespace!, name }]
}

async function publishOptions({ cluster }: Configuration): Promise<ClusterModeOptions['publish']> {
  const { parseAddress } = await import('../cluster/publish-addresses.ts')
  const { publishAddresses, publishService, clearStatusOnShutdown } = cluster
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(publishService ?? '') ?? []
  if (publishService !== undefined && name === undefined) {
    throw new UnusableInput(`cluster.publishService: '${publishService}' is not NAMESPACE/NAME`)
  }
  return {
    clearOnStop: clearStatusOnShutdown,
    ...(publishAddresses !== undefined && { addresses: publishAddresses.map(parseAddress) }),
    ...(name !== undefined && { service: { namespace: namespace!, name } }),
  }
}

function report(news: ClusterNews, watches: () => readonly ReflectorHealth[], telemetry: Telemetry): void {
  if (news.about === 'connection') telemetry.clusterFollowed(news.health, watches)
  else if (news.about === 'leadership') telemetry.leads(news.leading)
  else telemetry.log.warn({ doing: news.doing, ...errorFields(news.error) }, 'a write to the cluster failed')
}

function errorFields({ message, code, reason }: ApiError): Record<string, unknown> {
  return { code, reason, error: message }
}
