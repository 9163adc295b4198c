import type { ApiConnection, ClusterChoice } from './api-connection.ts'
import { inClusterConnection, isInCluster } from './in-cluster.ts'

/** The way to the chosen cluster. Throws if there is no usable configuration. */
export async function connectionTo(choice: ClusterChoice): Promise<ApiConnection> {
  const explicit = choice.kubeconfig !== undefined || choice.context !== undefined
  if (!explicit && isInCluster()) return inClusterConnection()
  // Costs 400 ms and 74 MB, which a Pod does not have to spend.
  const { kubeconfigConnection } = await import('./kubeconfig.ts')
  return kubeconfigConnection(choice)
}
