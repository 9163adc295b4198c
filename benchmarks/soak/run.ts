import { setTimeout as sleep } from 'node:timers/promises'
import { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { startLoad } from '../../apps/ingot/test/hostile/load.ts'
import { recordingUpstream } from '../../packages/proxy/test/support/recording-upstream.ts'
import { readArguments } from '../support/arguments.ts'
import { Churn } from './churn.ts'
import { ErrorLedger } from './error-ledger.ts'
import { probeOption } from './heap-probe.ts'
import { HostileClients } from './hostile-clients.ts'
import { isGood, reportOf } from './report.ts'
import { Samples } from './samples.ts'
import { Tunnels } from './tunnels.ts'
import { soakUpstreams } from './upstreams.ts'

const usage = `pnpm soak [--minutes N] [--clients N] [--requests N] [--no-faults] [--races] [--samples FILE]
  Mixed traffic while routes and endpoints change, upstreams fail, and hostile requests
  come in. Says what clients saw, and how memory and handles went; ends with 1 if an
  error is not explained by a fault that its very request met, if a WebSocket breaks, or
  if what is held after a collection grows by more than a MiB in a minute. With
  --no-faults upstreams only close connections, and no error is explained; --races is the
  same for a million requests. --samples appends each sample of memory to a file, as a
  line of JSON.`

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
const hasFaults = !values['no-faults'] && !values.races
const ledger = new ErrorLedger()
const upstreams = await soakUpstreams(hasFaults, ledger)
const recording = await recordingUpstream()
const ports = upstreams.map(({ port }) => port)
const churn = new Churn(ports, recording.port)
const options = { env: { NODE_OPTIONS: probeOption } }
// Silence is told from a busy machine by a timeout that is not short.
const limits = ['--head-timeout', '5s', '--max-connections', '5000']
const ingot = await IngotProcess.serveWith(options, '-f', churn.folder, '--watch', '--no-access-log', ...limits)
const hostile = new HostileClients(ingot.port('http'), recording)
const tunnels = new Tunnels(ingot.port('http'))
const samples = new Samples(ingot, values.samples)
const load = startLoad(ingot.port('http'), Number(values.clients), 'a.test', ended => ledger.ended(ended))

for (let step = 0; !isOver(); step++) {
  await sleep(100)
  if (step % 5 === 0) churn.changeRoute()
  if (step % 5 === 1) tunnels.come()
  if (hasFaults) await disturb(step)
  if (step % 50 === 0) await samples.take(load.tally.ok)
}
const tally = await load.stop()
await sleep(500)
await samples.take(tally.ok)
const soak = { tally, ledger, churn, hostile, tunnels, samples, ingot }
console.log(JSON.stringify(reportOf(soak), undefined, 2))
process.exitCode = isGood(soak) ? 0 : 1
await ingot.stop()
for (const upstream of [...upstreams, recording]) await upstream[Symbol.asyncDispose]()
churn.remove()

function isOver(): boolean {
  return samples.minute > Number(values.minutes) || load.tally.ok >= maxRequests
}

async function disturb(step: number): Promise<void> {
  if (step % 7 === 0) churn.endpoints(step % 3 === 0 ? ports : ports.slice(1))
  if (step % 11 === 0) churn.breakManifest(step % 2 === 0)
  if (step % 3 === 0) await hostile.come()
}
