import { mkdir, rename, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../support/child.ts'
import { output } from '../support/commands.ts'
import { freePort, untilListening } from '../support/free-port.ts'
import { usageOfTree } from '../support/process-tree.ts'
import { median } from '../support/statistics.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ingressYaml, servicesYaml } from './as-yaml.ts'
import { startCluster } from './cluster.ts'
import { longestTask } from './longest-task.ts'
import { ADDRESSES, type IngressShape, ingressShapes } from './shapes.ts'
import { StallWatch } from './stall-watch.ts'

/** What `ingot serve` does with many Ingresses. */
export interface ServeResult {
  readonly ingresses: number
  /** Milliseconds from the start of the process until it listens with every route. */
  readonly startMs: number
  /** Milliseconds from one changed object to the first answer by its new route. */
  readonly changeMs: readonly number[]
  readonly changeMsMedian: number
  readonly changeMsP99: number
  /** The longest that one request had to wait in the seconds after the start, in which the log and the cluster are told. */
  readonly startStallMs: number
  /** The longest that one request had to wait while changes were taken over, and told of. */
  readonly longestWaitMs: number
  /** The longest that a thread that serves did one thing meanwhile, in milliseconds of its CPU. */
  readonly longestTaskMs: number
  readonly residentMb: number
}

/** How many objects are changed, one after the other. */
const CHANGES = 50

/** How long a start may take, in milliseconds: that of 100,000 takes two minutes, and more where others are at work. */
const START = 1_200_000

/** In milliseconds: how long what follows a start may take, and what follows the last change. */
const [AFTER_START, AFTER_CHANGES] = [10_000, 3_000]

/** Where objects come from, and how one of them is changed. */
interface Origin {
  readonly flags: readonly string[]
  readonly put: (shape: IngressShape) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Where objects come from, and how many threads serve. */
export interface Way {
  readonly from: 'folder' | 'cluster'
  readonly workers: number
}

/** From a watched folder, or from the API of a cluster; `undefined`, with a reason, if this `ingot` cannot do that. */
export async function measureServe(
  tree: string,
  { from, workers }: Way,
  count: number,
): Promise<ServeResult | { readonly skipped: string }> {
  const binary = join(tree, 'apps/ingot/dist/main.js')
  const help = await output(process.execPath, [binary, 'serve', '--help'])
  if (from === 'cluster' && !help.includes('--cluster ')) return { skipped: 'this version does not follow clusters' }
  if (workers > 1 && !help.includes('--workers ')) return { skipped: 'this version has no workers' }
  const upstream = startUpstream()
  const port = await upstream.port
  const shapes = ingressShapes(count)
  const origin = from === 'folder' ? await fillFolder(shapes, port) : await startCluster(shapes, port)
  return measure(binary, origin, shapes, workers).finally(async () => {
    await origin.stop()
    await upstream.child.stop()
  })
}

async function measure(
  binary: string,
  origin: Origin,
  shapes: readonly IngressShape[],
  workers: number,
): Promise<ServeResult> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const listeners = [
    ...(workers > 1 ? ['--workers', String(workers)] : []),
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--admin-port',
    String(adminPort),
  ]
  const tasks = await longestTask()
  const began = performance.now()
  const child = startChild(
    [
      process.execPath,
      '--max-old-space-size=8192',
      ...tasks.flags,
      binary,
      'serve',
      ...origin.flags,
      '--log-level',
      'error',
      ...listeners,
    ],
    { role: workers > 1 ? 'any core' : 'proxy', env: tasks.env },
  )
  await untilListening(port, START, child.gone)
  await untilAnswered(port, hostOf(shapes), child)
  const startMs = performance.now() - began
  const watch = new StallWatch(port, hostOf(shapes))
  await sleep(AFTER_START)
  const startStallMs = watch.take()
  await tasks.forget()
  const changeMs: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const host = `changed-${change}.example.com`
    const changed = performance.now()
    await origin.put(changingIngress(host))
    await untilAnswered(port, host, child)
    changeMs.push(performance.now() - changed)
  }
  await sleep(AFTER_CHANGES)
  const [longestWaitMs, longestTaskMs] = [watch.take(), await tasks.serving()]
  await watch.stop()
  const residentMb = usageOfTree(child.pid).resident / 1e6
  await child.stop()
  const changeMsP99 = changeMs.toSorted((a, b) => a - b)[Math.ceil(0.99 * CHANGES) - 1]!
  return {
    ...{ ingresses: shapes.length, startMs, changeMs, changeMsMedian: median(changeMs), changeMsP99 },
    ...{ startStallMs, longestWaitMs, longestTaskMs, residentMb },
  }
}

/** The last host that is no wildcard. */
function hostOf(shapes: readonly IngressShape[]): string {
  const hosts = shapes.flatMap(({ rules }) => rules.map(({ host }) => host))
  return hosts.findLast(host => !host.startsWith('*')) ?? ''
}

function changingIngress(host: string): IngressShape {
  const paths = [{ path: '/', pathType: 'Prefix', service: 'service-0' }] as const
  return { namespace: 'team-0', name: 'changing', rules: [{ host, paths }], tlsSecret: undefined }
}

async function fillFolder(shapes: readonly IngressShape[], port: number): Promise<Origin> {
  const folder = join(await temporaryFolder('manifests'), 'manifests')
  await mkdir(folder)
  const namespaces = [...new Set(shapes.map(({ namespace }) => namespace))]
  const services = namespaces.map(namespace => servicesYaml(namespace, port)).join('---\n')
  await writeFile(join(folder, 'services.yaml'), services)
  for (let start = 0; start < shapes.length; start += 1000) {
    const text = shapes
      .slice(start, start + 1000)
      .map(ingressYaml)
      .join('---\n')
    await writeFile(join(folder, `ingresses-${start}.yaml`), text)
  }
  const put = async (shape: IngressShape) => {
    await writeFile(join(folder, '.changing.yaml'), ingressYaml(shape))
    await rename(join(folder, '.changing.yaml'), join(folder, 'changing.yaml'))
  }
  return { flags: ['-f', folder, '--watch'], put, stop: async () => {} }
}

/** A server that answers 200 to everything, at each address of the endpoints. */
function startUpstream(): { child: Child; port: Promise<number> } {
  const source = `
    const { createServer } = require('node:http')
    const answer = (_, response) => response.end('ok')
    const listen = (address, port) => new Promise(resolve => {
      const server = createServer(answer).listen(port, address, () => resolve(server.address().port))
    })
    const [first, ...others] = ${JSON.stringify(ADDRESSES)}
    listen(first, 0).then(async port => {
      for (const address of others) await listen(address, port)
      process.send(port)
    })
    process.on('disconnect', () => process.exit())`
  const child = startChild([process.execPath, '--input-type=commonjs', '-e', source], { role: 'upstream', ipc: true })
  return { child, port: new Promise(resolve => child.process.once('message', port => resolve(port as number))) }
}

/** Asks again and again until a host is known. */
async function untilAnswered(port: number, host: string, child: Child): Promise<void> {
  const limit = performance.now() + 120_000
  for (; !(await answers(port, host)); await sleep(2)) {
    const reason = child.gone()
    if (reason !== undefined) throw new Error(reason)
    if (performance.now() > limit) throw new Error(`no route to ${host} after two minutes`)
  }
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const sent = request({ host: '127.0.0.1', port, path: '/', headers: { host } }, response => {
      response.resume().on('end', () => resolve(response.statusCode === 200))
    })
    sent.on('error', () => resolve(false)).end()
  })
}
