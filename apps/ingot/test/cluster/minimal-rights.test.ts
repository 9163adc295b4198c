import { expect, it } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import type { ApiConnection } from '../../src/cluster/api-connection.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { events, ingressClasses, ingresses, leases, secrets } from '../../src/cluster/api-resources.ts'
import { ClusterMode, type ClusterNews } from '../../src/cluster/cluster-mode.ts'
import { baseObjects, find } from '../deploy/deployed.ts'
import { eventually, inRealCluster } from './in-cluster.ts'
import { freshName, freshNamespace, ingress, ingressClass, secret, testLabel } from './test-clusters.ts'

/** What deploy/manifests grants, in the whole cluster and in its own namespace. */
const clusterRules: object[] = find(baseObjects, 'ClusterRole', 'ingot').rules
const ownRules: object[] = find(baseObjects, 'Role', 'ingot').rules

/** What it needs in the namespace of a certificate. */
const secretRules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['cert'], verbs: ['list', 'watch'] }]

const rbac = (kind: string, plural: string, namespaced: boolean) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  plural,
  namespaced,
})
const clusterRoles = rbac('ClusterRole', 'clusterroles', false)
const clusterRoleBindings = rbac('ClusterRoleBinding', 'clusterrolebindings', false)
const roles = rbac('Role', 'roles', true)
const roleBindings = rbac('RoleBinding', 'rolebindings', true)

inRealCluster('with no more rights than it needs, before $name', cluster => {
  const user = freshName('ingot')

  /** Somebody else than the author, by the right of the author to speak for others. */
  function actAs(name: string): ApiConnection {
    return {
      ...cluster.direct,
      async credentials(renew) {
        const { headers, tls = {} } = await cluster.direct.credentials(renew)
        return { headers: { ...headers, 'impersonate-user': name }, tls }
      },
    }
  }

  async function grant(rules: readonly object[], namespace?: string): Promise<void> {
    const name = freshName('rights')
    const [role, binding] = namespace === undefined ? [clusterRoles, clusterRoleBindings] : [roles, roleBindings]
    const metadata = { name, labels: testLabel.labels, ...(namespace !== undefined && { namespace }) }
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name }
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }]
    await cluster.create(role, { apiVersion: role.apiVersion, kind: role.kind, metadata, rules })
    await cluster.create(binding, { apiVersion: binding.apiVersion, kind: binding.kind, metadata, roleRef, subjects })
  }

  it('it follows the cluster, reads its certificates, leads, and writes status and Events', async () => {
    const own = await freshNamespace(cluster.author)
    const tenant = await freshNamespace(cluster.author)
    const ourClass = freshName('class')
    await grant(clusterRules)
    await grant(ownRules, own)
    await grant(secretRules, tenant)
    await cluster.create(ingressClasses, ingressClass(ourClass, 'ingot.dev/test-controller'))
    for (const name of ['cert', 'private']) await cluster.create(secrets, secret(tenant, name))
    const tls = [{ hosts: ['shop.example.com'], secretName: 'cert' }]
    await cluster.create(ingresses, ingress(tenant, 'shop', { ingressClassName: ourClass, tls }))

    const news: ClusterNews[] = []
    const mode = new ClusterMode({
      connection: actAs(user),
      classes: { controller: 'ingot.dev/test-controller' },
      namespaces: [],
      publish: { addresses: [{ ip: '192.0.2.1' }] },
      lease: { namespace: own },
      onNews: item => news.push(item),
    })
    const origins = new Set<string>()
    const loop = async () => {
      for await (const batch of mode.source) {
        for (const { origin, objects } of batch) if (objects.length > 0) origins.add(origin)
        const target = { ingress: { namespace: tenant, name: 'shop' } }
        const route = { host: 'shop.example.com', path: '/', pathType: 'Prefix', target } as never
        const object = { kind: 'Ingress', namespace: tenant, name: 'shop' }
        const diagnostic = { code: 'service-not-found', severity: 'error', message: 'No Service.', object } as const
        const settled = { routes: [route], claimed: true, ownBackends: undefined, diagnostics: [] }
        const hosts = new Map([['shop.example.com', settled]])
        const findings = { added: [diagnostic], gone: [] }
        mode.live({ changes: { isWhole: true, hosts, hostsBefore: [], findings, defaultTarget: undefined } })
      }
    }
    cluster.background(loop())

    await eventually(() => mode.leading).toBe(true)
    await eventually(() => origins.has(`Secret/${tenant}/cert`)).toBe(true)
    const status = async () =>
      ((await cluster.get(ingresses, { namespace: tenant, name: 'shop' })).status as ApiObject).loadBalancer
    await eventually(status).toEqual({ ingress: [{ ip: '192.0.2.1' }] })
    await eventually(async () => (await cluster.list(events, tenant)).map(event => event.reason)).toEqual([
      'ServiceNotFound',
    ])
    await mode.stop()
    const lease = await cluster.get(leases, { namespace: own, name: 'ingot-leader' })
    expect((lease.spec as ApiObject).holderIdentity ?? '').toBe('')
    const refused = news.flatMap(item => (item.about === 'failure' ? [`${item.doing} ${item.error.message}`] : []))
    expect(refused).toEqual([])
  })

  it('it cannot read the Secrets of others', async () => {
    const client = new ApiClient(actAs(user))
    const namespace = await freshNamespace(cluster.author)
    for (const place of [{}, { namespace }, { namespace, fieldSelector: 'metadata.name=private' }]) {
      await expect(client.list(secrets, place)).rejects.toMatchObject({ code: 403, reason: 'Forbidden' })
    }
    await client.close()
  })
})
