import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from '../../support/child.ts'
import { root } from '../../support/results.ts'
import type { NodeProxy } from './node-proxy.ts'
import type { Rival } from './rival.ts'

/** Makes a rival of a library that runs inside Node. `module` is the URL of the file that exports it. */
export function nodeRival(nodeProxy: NodeProxy, module: string, origin: 'npm' | 'ingot' | 'none' = 'npm'): Rival {
  return {
    name: nodeProxy.package,
    origin,
    lacks: nodeProxy.lacks ?? {},
    prepare: async () => ({ version: origin === 'none' ? process.version : await installedVersion(nodeProxy.package) }),
    async start(setup) {
      const setupFile = join(setup.folder, 'setup.json')
      await writeFile(setupFile, JSON.stringify(setup))
      const script = fileURLToPath(new URL('node-process.ts', import.meta.url))
      const child = startChild([process.execPath, ...process.execArgv, script, fileURLToPath(module), setupFile], {
        role: 'proxy',
        ipc: true,
        env: { NODE_ENV: 'production' },
      })
      const port = await Promise.race([
        once(child.process, 'message').then(([port]) => port as number),
        once(child.process, 'exit').then(() => Promise.reject(new Error(child.gone()))),
      ])
      return { port, ...child, change: async routing => void child.process.send(routing) }
    },
  }
}

async function installedVersion(name: string): Promise<string> {
  const file = join(root, 'benchmarks/node_modules', name, 'package.json')
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}
