import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { ingress } from '../../apps/ingot/test/e2e/manifests.ts'
import { type Fault, faultyUpstream } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import { errorsOf, startLoad } from '../../apps/ingot/test/hostile/load.ts'
import { expand, rawTable, send } from '../../apps/ingot/test/hostile/raw-table.ts'
import { rawConnection } from '../../packages/proxy/test/support/raw-client.ts'
import { recordingUpstream } from '../../packages/proxy/test/support/recording-upstream.ts'
import { readArguments } from '../support/arguments.ts'
import { held, probeOption } from './heap-probe.ts'
import { fitLine } from './slope.ts'

const usage = `pnpm soak [--minutes N] [--clients N] [--requests N] [--no-faults] [--races] [--samples FILE]
  Mixed traffic while routes and endpoints change, upstreams fail, and hostile requests
  come in. Says what clients saw, and how memory and handles went; ends with 1 if an
  error is not to be explained by a fault, or if what is held after a collection grows
  by more than a MiB in a minute. With --no-faults upstreams only close connections, and
  no error is to be explained; --races is the same for a million requests. --samples
  appends each sample of memory to a file, as a line of JSON.`

const { values } = readArguments(usage, {
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '16' },
    requests: { type: 'string' },
    'no-faults': { type: 'boolean', default: false },
    races: { type: 'boolean', default: false },
    samples: { type: 'string' },
  },
})
const maxRequests = Number(values.requests ?? (values.races ? 1_000_000 : Number.POSITIVE_INFINITY))
interface Sample {
  readonly minute: number
  /** Resident, in MiB. */
  readonly memory: number
  /** What is left after a collection, in MiB. */
  readonly held: number
  /** File descriptors. */
  readonly handles: number
  /** Timers, sockets, watchers and the like that keep the program alive. */
  readonly resources: number
}
const hasFaults = !values['no-faults'] && !values.races
const folder = mkdtempSync(join(tmpdir(), 'ingot-soak-'))
const upstreams = [await faultyUpstream(), await faultyUpstream(), await faultyUpstream()]
const recording = await recordingUpstream()
const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))

let turn = 0
const closing: readonly (Fault | undefined)[] = ['close-after-answer', 'close-when-idle']
const failing: readonly (Fault | undefined)[] = [
  ...closing,
  'reset-before-head',
  'reset-within-head',
  'reset-after-head',
  'silence',
]
const faults = hasFaults ? failing : closing
// The first has every fault, one in a hundred requests; the others only close connections, as servers do.
upstreams[0]!.fault = () => (turn++ % 100 === 0 ? faults[((turn / 100) % faults.length) | 0] : undefined)
for (const upstream of upstreams.slice(1)) upstream.fault = () => (turn++ % 50 === 0 ? closing[turn % 2] : undefined)

put('a.json', ingress('a', 'a.test', { '/': 'web', '/hostile': 'hostile' }))
endpoints(...upstreams.map(({ port }) => port))
const ingot = await IngotProcess.serveWith(
  { env: { NODE_OPTIONS: probeOption } },
  '-f',
  folder,
  '--watch',
  '--no-access-log',
  '--head-timeout',
  '2s',
  '--max-connections',
  '5000',
)
const port = ingot.port('http')
const load = startLoad(port, Number(values.clients))
const began = performance.now()
const samples: Sample[] = []
const table = rawTable().filter(raw => raw.refused !== undefined && expand(raw.send).length < 20_000)
let [changes, hostile, hostileThrough] = [0, 0, 0]

for (let step = 0; !isOver(); step++) {
  await sleep(100)
  if (step % 5 === 0) put('churn.json', ingress('churn', `c${changes++ % 50}.test`, { '/': 'web' }))
  if (hasFaults && step % 7 === 0) endpoints(...upstreams.slice(step % 3 === 0 ? 0 : 1).map(upstream => upstream.port))
  if (hasFaults && step % 11 === 0) put('broken.yaml', step % 2 === 0 ? 'kind: [Ingress' : '{}')
  if (hasFaults && step % 3 === 0) await sendHostile(step)
  if (step % 50 === 0) await sample()
}
const tally = await load.stop()
await sleep(500)
await sample()
report()
await ingot.stop()
for (const upstream of [...upstreams, recording]) await upstream[Symbol.asyncDispose]()
rmSync(folder, { recursive: true })

function isOver(): boolean {
  return performance.now() - began > Number(values.minutes) * 60_000 || load.tally.ok >= maxRequests
}

function put(name: string, text: string): void {
  writeFileSync(join(folder, `.${name}.draft`), text)
  renameSync(join(folder, `.${name}.draft`), join(folder, name))
}

function endpoints(...ports: number[]): void {
  const web = ports.map(number => `127.0.0.1:${number}`)
  put('resolve.yaml', JSON.stringify({ web, hostile: [`127.0.0.1:${recording.port}`] }))
}

/** One request that must be refused, and one client that leaves in the middle of its request. */
async function sendHostile(step: number): Promise<void> {
  const raw = table[step % table.length]!
  const { reachedUpstream } = await send(port, raw, recording, { answer: 250, close: 50 })
  hostile++
  if (reachedUpstream) hostileThrough++
  const leaver = await rawConnection(port, 'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 99\r\n\r\nsome')
  setTimeout(() => leaver.socket.resetAndDestroy(), 50)
}

async function sample(): Promise<void> {
  const text = await (await fetch(ingot.url('admin', '/metrics'))).text()
  const metric = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1])
  const minute = (performance.now() - began) / 60_000
  const { heap, external, resources } = await held(ingot)
  const memory = metric('process_resident_memory_bytes') / 2 ** 20
  const one: Sample = { minute, memory, held: heap + external, handles: metric('process_open_fds'), resources }
  samples.push(one)
  if (values.samples) appendFileSync(values.samples, `${JSON.stringify({ ...one, ok: load.tally.ok })}\n`)
}

function report(): void {
  const seen = errorsOf(tally)
  const explained = hasFaults ? ['502', '503', '504', 'lost'] : []
  const unexplained = Object.keys(seen).filter(kind => !explained.includes(kind))
  const course = {
    memoryMiB: courseOf('memory'),
    heldMiB: courseOf('held'),
    handles: courseOf('handles'),
    resources: courseOf('resources'),
  }
  console.log(
    JSON.stringify(
      {
        minutes: Number(((performance.now() - began) / 60_000).toFixed(2)),
        ok: tally.ok,
        errors: seen,
        unexplained,
        ...{ changes, hostile, hostileThrough },
        ...course,
        crashes: ingot.log.filter(({ level }) => Number(level) >= 60).length,
      },
      undefined,
      2,
    ),
  )
  const isFlat = course.heldMiB.perMinute < 1
  process.exitCode = unexplained.length === 0 && hostileThrough === 0 && isFlat ? 0 : 1
}

/** First, last, and the slope after the first third, which is for growing to working size, with its standard error. */
function courseOf(what: Exclude<keyof Sample, 'minute'>) {
  const settled = samples.slice(Math.floor(samples.length / 3))
  const line = fitLine(settled.map(one => [one.minute, one[what]] as const))
  const [first, last] = [samples[0]![what], samples.at(-1)![what]].map(value => Number(value.toFixed(2)))
  return { first, last, perMinute: Number(line.slope.toFixed(4)), error: Number(line.error.toFixed(4)) }
}
