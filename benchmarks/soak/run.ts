import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { ingress } from '../../apps/ingot/test/e2e/manifests.ts'
import { type Fault, faultyUpstream } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import { errorsOf, startLoad } from '../../apps/ingot/test/hostile/load.ts'
import { expand, rawTable, send } from '../../apps/ingot/test/hostile/raw-table.ts'
import { rawConnection } from '../../packages/proxy/test/support/raw-client.ts'
import { recordingUpstream } from '../../packages/proxy/test/support/recording-upstream.ts'
import { slope } from './slope.ts'

/**
 * `pnpm soak [--minutes N] [--clients N] [--requests N] [--no-faults]`: mixed traffic while routes and endpoints change,
 * upstreams fail, and hostile requests come in. Says what clients saw, and how memory and handles went; ends with 1 if an
 * error is not to be explained by a fault. With `--requests N --no-faults` it counts keep-alive races instead: upstreams
 * close connections, nothing else goes wrong, and no error is to be explained.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '16' },
    requests: { type: 'string', default: 'Infinity' },
    'no-faults': { type: 'boolean', default: false },
  },
})
const hasFaults = !values['no-faults']
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
const ingot = await IngotProcess.serve(
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
const samples: { readonly minute: number; readonly memory: number; readonly handles: number }[] = []
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
  return performance.now() - began > Number(values.minutes) * 60_000 || load.tally.ok >= Number(values.requests)
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
  samples.push({
    minute,
    memory: metric('process_resident_memory_bytes') / 2 ** 20,
    handles: metric('process_open_fds'),
  })
}

function report(): void {
  const seen = errorsOf(tally)
  const explained = hasFaults ? ['502', '503', '504', 'lost'] : []
  const unexplained = Object.keys(seen).filter(kind => !explained.includes(kind))
  // The first third is for growing to working size.
  const settled = samples.slice(Math.floor(samples.length / 3))
  const memory = slope(settled.map(one => [one.minute, one.memory] as const))
  const handles = slope(settled.map(one => [one.minute, one.handles] as const))
  console.log(
    JSON.stringify(
      {
        minutes: Number(((performance.now() - began) / 60_000).toFixed(2)),
        ok: tally.ok,
        errors: seen,
        unexplained,
        ...{ changes, hostile, hostileThrough },
        memory: {
          first: samples[0]!.memory,
          last: samples.at(-1)!.memory,
          slopeMiBPerMinute: Number(memory.toFixed(3)),
        },
        handles: {
          first: samples[0]!.handles,
          last: samples.at(-1)!.handles,
          slopePerMinute: Number(handles.toFixed(3)),
        },
        crashes: ingot.log.filter(({ level }) => Number(level) >= 60).length,
      },
      undefined,
      2,
    ),
  )
  process.exitCode = unexplained.length === 0 && hostileThrough === 0 ? 0 : 1
}
