import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ingressClasses, ingresses } from '../../src/cluster/api-resources.ts'
import { ingressClass } from '../cluster/test-clusters.ts'
import { objectsOf } from '../deploy/deployed.ts'
import { renderChart, whyNoHelm } from '../deploy/helm.ts'
import { Backends } from './backends.ts'
import { programInCluster } from './cluster-fixture.ts'
import { clustersOfOurOwn, commandsOf, kubectlFor, root, Shell } from './documented-commands.ts'
import { IngotProcess } from './ingot-process.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { nginxIngress } from './nginx-ingress.ts'
import { whoServes } from './who-serves.ts'

const ports = ['--host', '127.0.0.1', '--port', '0', '--admin-port', '0']

describe('docs/install.md', () => {
  const [install, build, serve, ...others] = commandsOf('install.md')

  it('installs and builds as the tests themselves were', () => {
    expect([install, build]).toEqual(['npx -y pnpm@12.21.0 install', 'npx -y pnpm@12.21.0 run build'])
  })

  it('serves the example', async () => {
    const [node, program, ...args] = serve!.split(' ')
    expect(node).toBe('node')
    const file = join(root, program!)
    const backends = new Backends()
    onTestFinished(() => backends.stop())
    await backends.start('web')
    const elsewhere = args.map(word =>
      word.replace('127.0.0.1:3000', backends.address('web')).replace(/^examples/, join(root, 'examples')),
    )
    const ingot = new IngotProcess([...elsewhere, ...ports], { program: [process.execPath, file] })
    onTestFinished(async () => void (await ingot.stop('SIGKILL')))
    await ingot.ready()
    expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
    expect(await ingot.stop()).toBe(0)
  })

  it('what is not run needs docker or helm', () => {
    // What docker would do is in image.test.ts.
    expect(others.map(command => command.split(' ')[0])).toEqual(['docker', 'docker', 'helm'])
  })

  it.skipIf(whyNoHelm() !== undefined)('sets values that the chart has', () => {
    const values = {}
    for (const [, path, value] of others.at(-1)!.matchAll(/--set (\S+)=(\S+)/g)) {
      const [first, second] = path!.split('.') as [string, string]
      Object.assign(values, { [first]: { ...(values as Record<string, object>)[first], [second]: value } })
    }
    const deployment = objectsOf(renderChart(values)).find(({ kind }) => kind === 'Deployment')
    expect(deployment?.spec.template.spec.containers[0].image).toBe('ingot:local')
  })
})

programInCluster(
  'docs/migrate-from-ingress-nginx.md, before $name,',
  cluster => {
    const [dump, diff, check, serve, ...others] = commandsOf('migrate-from-ingress-nginx.md')
    let shell: Shell

    beforeAll(async () => {
      shell = await Shell.open(kubectlFor(cluster), kubeconfigText({ server: cluster.url }, {}, cluster.namespace))
      await cluster.service('web')
      await cluster.create(ingressClasses, ingressClass('nginx', 'k8s.io/ingress-nginx'))
      const honoured = nginxIngress('shop', { 'rewrite-target': '/inner' }, { namespace: cluster.namespace })
      const ignored = nginxIngress('other', { 'server-alias': 'x.example.com' }, { namespace: cluster.namespace })
      for (const object of [honoured, ignored]) {
        await cluster.create(ingresses, { ...object, spec: { ...object.spec, ingressClassName: 'nginx' } })
      }
    })
    afterAll(async () => {
      await cluster.delete(ingressClasses, { name: 'nginx' })
      await shell?.close()
    })

    it('takes the manifests out of the cluster, and finds that nothing would be answered otherwise', async () => {
      expect(await shell.run(dump!)).toMatchObject({ code: 0, stderr: '' })
      const { code, stdout } = await shell.run(diff!)
      expect([stdout, code]).toEqual([expect.stringMatching(/./), 0])
    })

    it('lists the annotations that are not honoured, and no others', async () => {
      const { stdout } = await shell.run(check!)
      expect(stdout).toContain('server-alias')
      expect(stdout).not.toContain('rewrite-target')
    })

    it('serves the Ingresses of the class nginx as they are', async () => {
      const [program, ...args] = serve!.split(' ')
      expect(program).toBe('ingot')
      const own = ['--kubeconfig', join(shell.folder, 'kubeconfig'), '--namespace', cluster.namespace]
      const ingot = new IngotProcess([...args, ...own, ...cluster.resolve, ...ports])
      onTestFinished(async () => void (await ingot.stop('SIGKILL')))
      await ingot.ready()
      expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
      expect(await ingot.stop()).toBe(0)
    })

    it('shows no other command', () => {
      expect(others).toEqual([])
    })
  },
  clustersOfOurOwn,
)
