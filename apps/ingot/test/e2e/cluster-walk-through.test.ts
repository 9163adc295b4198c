import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { events, ingressClasses, ingresses, services } from '../../src/cluster/api-resources.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { baseObjects, find } from '../deploy/deployed.ts'
import { programInCluster } from './cluster-fixture.ts'
import { clustersOfOurOwn, commandsOf, kubectlFor, root, Shell } from './documented-commands.ts'
import { get } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { kubeconfigText } from './kubeconfig.ts'

/** What needs a container runtime, a kubelet or a controller, and what leads to a pod. */
const withoutPods = /^(docker|kind) |rollout status|port-forward/

programInCluster(
  'the walk through of docs/kubernetes.md, before $name,',
  cluster => {
    const commands = commandsOf('kubernetes.md', 'On kind, from nothing')
    let shell: Shell
    let ingot: IngotProcess

    beforeAll(async () => {
      shell = await Shell.open(kubectlFor(cluster), await kubeconfigOf(undefined))
      await cluster.backends.start('web')
    })
    afterAll(async () => {
      await ingot?.stop('SIGKILL')
      await shell?.close()
    })

    /** That of the author; of a real API server with another token, which may have fewer rights. */
    async function kubeconfigOf(token: string | undefined): Promise<string> {
      if (!cluster.validates) return kubeconfigText({ server: cluster.url }, {})
      const { headers, tls } = await cluster.direct.credentials(false)
      const authority = Buffer.from(tls!.ca as Buffer).toString('base64')
      const server = { server: cluster.direct.server.href, 'certificate-authority-data': authority }
      const own = headers.authorization!.replace('Bearer ', '')
      return kubeconfigText(server, { token: token ?? own }, token === undefined ? 'default' : 'ingot')
    }

    async function kubectl(command: string): Promise<string> {
      const { code, stdout, stderr } = await shell.run(command, root)
      expect([command, stderr, code]).toEqual([command, expect.anything(), 0])
      return stdout
    }

    /** The program with the arguments and the rights of the pods, on free ports. */
    async function startAsPod(): Promise<IngotProcess> {
      const token = cluster.validates ? await kubectl('kubectl --namespace ingot create token ingot') : ''
      const pod = join(shell.folder, 'pod')
      await writeFile(pod, await kubeconfigOf(token.trim()))
      const [container] = find(baseObjects, 'Deployment', 'ingot').spec.template.spec.containers
      const elsewhere = ['--host', '127.0.0.1', '--port=0', '--https-port=0', '--admin-port=0', '--drain-delay=0s']
      const endpoint = ['--resolve', `default/web=${cluster.backends.address('web')}`]
      const started = new IngotProcess([...container.args, ...elsewhere, ...endpoint], { env: { KUBECONFIG: pod } })
      await started.ready()
      return started
    }

    it('brings a request to a Service, with no more rights than the manifests grant', async () => {
      const run = commands.filter(command => command.startsWith('kubectl') && !withoutPods.test(command))
      expect(run.length).toBeGreaterThan(4)
      for (const command of run) await kubectl(command)
      ingot = await startAsPod()
      const asked = commands.find(command => command.startsWith('curl')) ?? ''
      // The pod's port in the place of the one that port-forward would have.
      const { code, stdout } = await shell.run(asked.replace('8080', String(ingot.port('http'))).concat(' --silent'))
      expect([code, stdout]).toEqual([0, expect.stringContaining('"backend":"web"')])
    })

    it('what is not run needs a container runtime or leads to a pod', () => {
      const others = commands.filter(command => !command.startsWith('kubectl') || withoutPods.test(command))
      expect(others.filter(command => !withoutPods.test(command) && !command.startsWith('curl'))).toEqual([])
    })

    it('shows at the admin server what is live', async () => {
      const port = ingot.port('admin')
      expect((await get(port, 'localhost', '/routes')).body).toContain('web.example.com')
      expect((await get(port, 'localhost', '/explain?url=http://web.example.com/')).body).toContain('web')
    })

    const inDefault = (name: string) => ({ namespace: 'default', name })

    it('gives the Ingress the address of the load balancer, once that has one', async () => {
      const service = await cluster.get(services, { namespace: 'ingot', name: 'ingot' })
      const status = { loadBalancer: { ingress: [{ ip: '192.0.2.80' }] } }
      await cluster.update(services, { ...service, status }, { subresource: 'status' })
      const written = async () => JSON.stringify((await cluster.get(ingresses, inDefault('web'))).status)
      await eventually(written).toContain('192.0.2.80')
    })

    it('says by an Event on the Ingress what is wrong with it', async () => {
      await kubectl("kubectl create ingress broken --class=ingot --rule='broken.example.com/*=nothing:80'")
      const told = async () =>
        (await cluster.list(events, 'default')).map(
          ({ type, reason, regarding }) => `${type} ${reason} ${(regarding as { name: string }).name}`,
        )
      await eventually(told).toContain('Warning ServiceNotFound broken')
      if (cluster.validates) {
        expect(await kubectl('kubectl describe ingress broken')).toMatch(/Warning\s+ServiceNotFound/)
      }
    })

    const statusOf = async (name: string) => (await cluster.get(ingresses, inDefault(name))).status

    it('is upgraded by applying the manifests again: a newer replica serves and leads, the older one ends', async () => {
      await kubectl('kubectl apply -f deploy/manifests/')
      const older = ingot
      ingot = await startAsPod()
      expect(await older.stop('SIGTERM')).toBe(0)
      expect(older.log.filter(line => /failed|cannot/.test(line.msg))).toEqual([])
      await kubectl("kubectl create ingress later --class=ingot --rule='later.example.com/*=web:80'")
      await eventually(async () => JSON.stringify(await statusOf('later'))).toContain('192.0.2.80')
      expect((await get(ingot.port('http'), 'web.example.com', '/')).body).toContain('"backend":"web"')
    })

    it('logs no refusal', async () => {
      expect(ingot.log.filter(line => /failed|cannot/.test(line.msg))).toEqual([])
      expect(await ingot.stop('SIGTERM')).toBe(0)
    })

    it('is taken away by deleting what was applied, and Ingresses stay as they were', async () => {
      const status = await statusOf('web')
      // Nobody finishes namespaces off here.
      await kubectl('kubectl delete -f deploy/manifests/ --wait=false')
      expect(await cluster.list(ingressClasses)).toEqual([])
      expect(await cluster.get(ingresses, inDefault('web'))).toMatchObject({
        spec: { ingressClassName: 'ingot' },
        status,
      })
    })
  },
  clustersOfOurOwn,
)
