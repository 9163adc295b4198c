import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from '../support/child.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ingressObject } from './as-objects.ts'
import type { IngressShape } from './shapes.ts'

/** Starts an API server that holds these Ingresses; returns the flags that lead to it, and how one is changed. */
export async function startCluster(shapes: readonly IngressShape[], portOfEndpoints: number) {
  const script = fileURLToPath(new URL('cluster-process.ts', import.meta.url))
  const args = ['--conditions=@ingot/source', script, String(shapes.length), String(portOfEndpoints)]
  const child = startChild([process.execPath, ...args], { role: 'upstream', ipc: true })
  const url = await Promise.race([
    once(child.process, 'message').then(([url]) => url as string),
    once(child.process, 'exit').then(() => Promise.reject(new Error(child.gone()))),
  ])
  const kubeconfig = join(await temporaryFolder('cluster'), 'kubeconfig.yaml')
  await writeFile(kubeconfig, kubeconfigFor(url))
  return {
    flags: ['--cluster', '--kubeconfig', kubeconfig, '--without-class'],
    put: async (shape: IngressShape) => void child.process.send(ingressObject(shape)),
    stop: child.stop,
  }
}

function kubeconfigFor(server: string): string {
  const context = { name: 'bench', context: { cluster: 'bench', user: 'bench' } }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [context],
    'current-context': 'bench',
  })
}
