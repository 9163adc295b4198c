import type { TestCluster } from '../test-clusters.ts'
export function whyNoRealCluster(): string | undefined {
  return 'KUBECONFIG, or KUBE_APISERVER and ETCD, are not set'
}
export async function startRealCluster(): Promise<TestCluster> {
  throw new Error(whyNoRealCluster())
}
