import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../cluster/real-api-server/control-plane.ts'
import { baseObjects, find } from '../deploy/deployed.ts'
import { Backends } from './backends.ts'
import { get } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { kubeconfigText } from './kubeconfig.ts'

const { KUBE_APISERVER, ETCD, KUBECTL } = process.env
const root = join(import.meta.dirname, '../../../..')

/** What needs a container runtime, a kubelet or a controller, and what leads to a pod. */
const withoutPods = /^(docker|kind) |rollout status|port-forward/

describe('the walk through of docs/kubernetes.md', () => {
  if (KUBE_APISERVER === undefined || ETCD === undefined || KUBECTL === undefined) {
    return it.skip('set KUBE_APISERVER, ETCD and KUBECTL', () => undefined)
  }
  let plane: ControlPlane
  let folder: string
  let commands: string[]
  let ingot: IngotProcess
  const backends = new Backends()
  const kubectl = (...args: string[]) =>
    execFileSync(KUBECTL, args, { cwd: root, encoding: 'utf8', env: { KUBECONFIG: join(folder, 'admin') } })

  beforeAll(async () => {
    plane = await startControlPlane(KUBE_APISERVER, ETCD)
    folder = await mkdtemp(join(tmpdir(), 'ingot-walk-'))
    const { headers } = await plane.connection.credentials(false)
    await writeKubeconfig('admin', headers.authorization!.replace('Bearer ', ''))
    await backends.start('web')
    const page = await readFile(join(root, 'docs/kubernetes.md'), 'utf8')
    const [section = ''] = page.split('## On kind, from nothing')[1]?.split('\n## ') ?? []
    commands = [...section.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, text = '']) => text.trim().split('\n'))
  })
  afterAll(async () => {
    await ingot?.stop('SIGKILL')
    await backends.stop()
    await plane?.stop()
    await rm(folder, { recursive: true })
  })

  async function writeKubeconfig(name: string, token: string): Promise<void> {
    const { tls } = await plane.connection.credentials(false)
    const cluster = {
      server: plane.connection.server.href,
      'certificate-authority-data': Buffer.from(tls!.ca!).toString('base64'),
    }
    const namespace = name === 'admin' ? 'default' : 'ingot'
    await writeFile(join(folder, name), kubeconfigText(cluster, { token }, namespace))
  }

  /** The program with the arguments and the rights of the pods, on free ports. */
  async function startAsPod(): Promise<IngotProcess> {
    await writeKubeconfig('pod', kubectl('--namespace', 'ingot', 'create', 'token', 'ingot').trim())
    const [container] = find(baseObjects, 'Deployment', 'ingot').spec.template.spec.containers
    const elsewhere = ['--host', '127.0.0.1', '--port=0', '--https-port=0', '--admin-port=0', '--drain-delay=0s']
    const endpoint = ['--resolve', `default/web=${backends.address('web')}`]
    const running = new IngotProcess([...container.args, ...elsewhere, ...endpoint], {
      env: { KUBECONFIG: join(folder, 'pod') },
    })
    await running.ready()
    return running
  }

  it('brings a request to a Service, with no more rights than the manifests grant', async () => {
    const run = commands.filter(command => command.startsWith('kubectl') && !withoutPods.test(command))
    expect(run.length).toBeGreaterThan(4)
    for (const command of run) kubectl(...words(command).slice(1))
    ingot = await startAsPod()
    const asked = commands.find(command => command.startsWith('curl')) ?? ''
    const host = /-H 'Host: ([^']+)'/.exec(asked)?.[1] ?? ''
    const { status, body } = await get(ingot.port('http'), host, '/')
    expect([status, body]).toEqual([200, expect.stringContaining('"backend":"web"')])
  })

  it('what is not run needs a container runtime or leads to a pod', () => {
    const others = commands.filter(command => !command.startsWith('kubectl') || withoutPods.test(command))
    expect(others.filter(command => !withoutPods.test(command) && !command.startsWith('curl'))).toEqual([])
  })

  it('gives the Ingress the address of the load balancer, once that has one', async () => {
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.80' }] } } })
    kubectl('-n', 'ingot', 'patch', 'service', 'ingot', '--subresource=status', '--type=merge', '--patch', status)
    await expect.poll(() => kubectl('get', 'ingress', 'web'), { timeout: 30_000 }).toContain('192.0.2.80')
  })

  it('says by an Event on the Ingress what is wrong with it', async () => {
    kubectl('create', 'ingress', 'broken', '--class=ingot', '--rule=broken.example.com/*=nothing:80')
    await expect
      .poll(() => kubectl('describe', 'ingress', 'broken'), { timeout: 30_000 })
      .toMatch(/Warning\s+ServiceNotFound/)
  })

  it('logs no refusal', async () => {
    expect(ingot.log.filter(line => /failed|cannot/.test(line.msg))).toEqual([])
    expect(await ingot.stop('SIGTERM')).toBe(0)
  })
})

/** The words of a command, as a shell would see them. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''))
}
