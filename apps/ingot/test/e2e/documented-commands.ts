import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { clusterKinds } from '../cluster/test-clusters.ts'
import type { Outcome } from './cli-process.ts'

const { KUBE_APISERVER, ETCD, KUBECTL } = process.env

/** Not in a cluster that is somebody's, since the pages install what they are about. */
export const clustersOfOurOwn = clusterKinds.map(kind =>
  kind.validates && [KUBE_APISERVER, ETCD, KUBECTL].includes(undefined)
    ? { ...kind, missing: 'set KUBE_APISERVER, ETCD and KUBECTL' }
    : kind,
)

/** `kubectl` as a program with its first arguments: for the API server of the tests one that knows what the pages show. */
export function kubectlFor({ validates }: { readonly validates: boolean }): string[] {
  return validates
    ? [KUBECTL!]
    : [process.execPath, '--no-warnings', fileURLToPath(new URL('kubectl.ts', import.meta.url))]
}

/** The root of the repository, where the commands of the pages are for. */
export const root = join(import.meta.dirname, '../../../..')

/** The commands that a page shows for a shell, in order; of one section, if its heading is said. */
export function commandsOf(page: string, heading?: string): string[] {
  const whole = readFileSync(join(root, 'docs', page), 'utf8')
  const part = heading === undefined ? whole : (whole.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
  return [...part.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, lines = '']) => lines.trim().split('\n'))
}

/** A shell in a folder of its own, in which `kubectl` and `ingot` are what a test has. */
export class Shell {
  readonly folder: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #running = new Set<ChildProcess>()

  /** `kubectl` is a program with its first arguments. */
  static async open(kubectl: readonly string[], kubeconfig: string): Promise<Shell> {
    const shell = new Shell(await mkdtemp(join(tmpdir(), 'ingot-shell-')))
    await mkdir(join(shell.folder, 'bin'))
    await writeFile(join(shell.folder, 'kubeconfig'), kubeconfig)
    const ingot = [process.execPath, join(root, 'apps/ingot/dist/main.js')]
    for (const [name, command] of Object.entries({ kubectl, ingot })) {
      const file = join(shell.folder, 'bin', name)
      await writeFile(file, `#!/bin/sh\nexec ${command.map(word => `'${word}'`).join(' ')} "$@"\n`)
      await chmod(file, 0o755)
    }
    return shell
  }

  constructor(folder: string) {
    this.folder = folder
    this.#environment = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, KUBECONFIG: join(folder, 'kubeconfig') }
  }

  async run(command: string, cwd = this.folder): Promise<Outcome> {
    const child = spawn('sh', ['-c', command], { cwd, env: { ...process.env, ...this.#environment }, stdio: 'pipe' })
    this.#running.add(child)
    child.stdin.end()
    const ended = new Promise<number | null>(resolve => child.once('close', resolve))
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    this.#running.delete(child)
    return { code, stdout, stderr }
  }

  /** Ends also what a test that took too long has left. */
  close(): Promise<void> {
    for (const child of this.#running) child.kill()
    return rm(this.folder, { recursive: true })
  }
}
