import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../../support/child.ts'
import { output } from '../../support/commands.ts'
import { freePort, untilListening } from '../../support/free-port.ts'
import { chunksOf, endpointsManifest, ingressManifest, secretManifest, serviceManifest } from './ingot-manifests.ts'
import type { Feature, Rival, Routing, Setup } from './rival.ts'

/** A built working tree, whose `ingot serve` is measured. */
export interface IngotTree {
  readonly name: string
  readonly root: string
  /** What its `ingot serve` cannot do yet. */
  readonly lacks: Readonly<Partial<Record<Feature, string>>>
}

/** Finds out what the `ingot serve` of a built working tree can do. */
export async function ingotTree(name: string, root: string): Promise<IngotTree> {
  const help = await output(process.execPath, [binaryOf(root), 'serve', '--help'])
  const noTls = help.includes('--https-port') ? undefined : 'this version does not listen for TLS'
  return { name, root, lacks: noTls === undefined ? {} : { tls: noTls, http2: noTls } }
}

/** `ingot serve` with manifests in a folder it watches, and metrics on. */
export function ingot({ name, root, lacks }: IngotTree): Rival {
  return {
    name,
    origin: 'ingot',
    lacks,
    prepare: async () => ({ version: await output('git', ['describe', '--always', '--dirty'], root) }),
    start: setup => ingotProcess(root, setup),
  }
}

/** Starts `ingot serve` of a built working tree; with a channel for messages if flags for Node are given. */
export async function ingotProcess(root: string, setup: Setup, nodeFlags: readonly string[] = []) {
  const manifests = join(setup.folder, 'manifests')
  await mkdir(manifests)
  await writeManifests(manifests, setup, setup.routing)
  const port = await freePort()
  const serve = await command(root, manifests, setup, port)
  const child = startChild([process.execPath, ...nodeFlags, ...serve], {
    role: 'proxy',
    ipc: nodeFlags.length > 0,
    env: { NODE_ENV: 'production' },
  })
  await untilListening(port, 180_000, child.gone)
  return { port, ...child, change: (routing: Routing) => writeManifests(manifests, setup, routing) }
}

function binaryOf(root: string): string {
  return join(root, 'apps/ingot/dist/main.js')
}

async function command(root: string, manifests: string, { front }: Setup, port: number): Promise<string[]> {
  const plain = front === 'http' ? port : await freePort()
  const listeners = ['--host', '127.0.0.1', '--port', String(plain), '--admin-port', String(await freePort())]
  if (front !== 'http') listeners.push('--https-port', String(port))
  return [binaryOf(root), 'serve', '-f', manifests, '--watch', '--no-access-log', '--log-level', 'warn', ...listeners]
}

/** Only what changes is written again: hosts that stay, a thousand to a file, are looked at but not replaced. */
async function writeManifests(folder: string, setup: Setup, { hosts, endpoints }: Routing): Promise<void> {
  const secret = setup.front === 'http' ? undefined : 'certificate'
  const files = new Map([['service.yaml', serviceManifest()]])
  if (secret !== undefined) files.set('secret.yaml', await secretManifest(secret, setup.certificate))
  files.set('endpoints.yaml', endpointsManifest(endpoints))
  for (const [index, some] of chunksOf(hosts, 1000).entries()) {
    files.set(`hosts-${index}.yaml`, ingressManifest(`hosts-${index}`, some, secret))
  }
  const written = writtenIn(folder)
  for (const [name, text] of files) {
    if (written.get(name) === text) continue
    written.set(name, text)
    // At once, so that nobody reads half a file.
    await writeFile(join(folder, `.${name}`), text)
    await rename(join(folder, `.${name}`), join(folder, name))
  }
}

const folders = new Map<string, Map<string, string>>()

function writtenIn(folder: string): Map<string, string> {
  const written = folders.get(folder) ?? new Map<string, string>()
  folders.set(folder, written)
  return written
}
