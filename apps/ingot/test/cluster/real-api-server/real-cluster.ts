import { ApiClient } from '../../../src/cluster/api-client.ts'
import type { ApiConnection } from '../../../src/cluster/api-connection.ts'
import { ingressClasses, namespaces } from '../../../src/cluster/api-resources.ts'
import { connectionTo } from '../../../src/cluster/connection.ts'
import { Faults } from '../api-server/faults.ts'
import { Listening } from '../api-server/listening.ts'
import { type TestCluster, testLabel } from '../test-clusters.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { forwardTo } from './forward.ts'

const { KUBE_APISERVER, ETCD, KUBECONFIG, INGOT_TEST_CLUSTER } = process.env

/** Why there is no real API server to test against; `undefined` if there is one. */
export function whyNoRealCluster(): string | undefined {
  if (KUBE_APISERVER !== undefined && ETCD !== undefined) return undefined
  if (INGOT_TEST_CLUSTER === undefined) return 'set KUBE_APISERVER and ETCD, or KUBECONFIG and INGOT_TEST_CLUSTER=1'
  return KUBECONFIG === undefined ? 'INGOT_TEST_CLUSTER is set, but not KUBECONFIG' : undefined
}

/** Whether versions can be made too old: that takes an etcd of our own. */
export const canCompact = KUBE_APISERVER !== undefined && ETCD !== undefined

/** A real API server behind the same faults as that of the tests. */
export async function startRealCluster(): Promise<TestCluster> {
  if (KUBE_APISERVER !== undefined && ETCD !== undefined) {
    return behindFaults(await startControlPlane(KUBE_APISERVER, ETCD))
  }
  const connection = await connectionTo({ kubeconfig: KUBECONFIG })
  const compact = () => Promise.reject(new Error('the etcd of this cluster is not ours'))
  return behindFaults({ connection, compact, stop: () => cleanUp(connection) })
}

async function behindFaults({ connection, compact, stop }: ControlPlane): Promise<TestCluster> {
  const faults = new Faults()
  const forward = forwardTo(connection)
  const listening = new Listening(faults.before(forward.handler))
  await listening.listen()
  return {
    url: listening.url,
    direct: connection,
    faults,
    compact,
    goAway: () => listening.goAway(),
    comeBack: () => listening.listen(),
    stop: async () => {
      await listening.goAway()
      await forward.close()
      await stop()
    },
  }
}

const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', namespaced: false }
const clusterRoles = { ...rbac, kind: 'ClusterRole', plural: 'clusterroles' }
const clusterRoleBindings = { ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' }

/** Leaves nothing in somebody's cluster. */
async function cleanUp(connection: ApiConnection): Promise<void> {
  const client = new ApiClient(connection)
  for (const resource of [namespaces, ingressClasses, clusterRoles, clusterRoleBindings]) {
    const { items } = await client.list(resource, { labelSelector: testLabel.selector })
    for (const { metadata } of items) await client.delete(resource, { name: metadata.name })
  }
  await client.close()
}
