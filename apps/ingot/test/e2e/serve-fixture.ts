import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { Backends } from './backends.ts'
import { IngotProcess, type StartOptions } from './ingot-process.ts'
import { whoServes } from './who-serves.ts'

/** A folder of manifests of each test's own, small backends, and `ingot serve` on both. */
export interface Serving {
  readonly backends: Backends
  readonly folder: string
  write(name: string, text: string): Promise<void>
  serve(...flags: string[]): Promise<IngotProcess>
  serveWith(options: StartOptions, ...flags: string[]): Promise<IngotProcess>
  /** Which backend answers, or which status the proxy answers by itself. */
  ask(running: IngotProcess, host: string, target: string): Promise<string | number>
}

/** To be called at the top of a test file. */
export function serving(...backendNames: string[]): Serving {
  const backends = new Backends()
  const running: IngotProcess[] = []
  let folder = ''
  beforeAll(() => backends.start(...backendNames))
  afterAll(() => backends.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map(ingot => ingot.stop('SIGKILL')))
    await rm(folder, { recursive: true })
  })
  const serveWith = async (options: StartOptions, ...flags: string[]) => {
    const ingot = await IngotProcess.serveWith(options, '-f', folder, ...backends.flags(), ...flags)
    running.push(ingot)
    return ingot
  }
  return {
    backends,
    get folder() {
      return folder
    },
    write: (name, text) => writeFile(join(folder, name), text),
    serve: (...flags) => serveWith({}, ...flags),
    serveWith,
    ask: whoServes,
  }
}

/** A port that nobody listens on. */
export function closedPort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
