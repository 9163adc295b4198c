import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type SecureServing, serveSecurely } from '../../apps/ingot/test/e2e/secure-serving.ts'
import { readArguments } from '../support/arguments.ts'
import { type Child, startChild } from '../support/child.ts'
import { pinned, placement } from '../support/cores.ts'
import { median } from '../support/statistics.ts'

const usage = `pnpm soak:slow [--clients N] [--rounds N]
  How long a good client waits, and how much memory the program has, without and with N
  clients that are slow in four ways and two floods over HTTP/2 (rapid resets,
  CONTINUATION). Each round measures both, one after the other. The proxy has a core to
  itself; the upstream, the attackers and the good client are processes of their own on
  another, where the attackers come last. Ends with 1 if the median of p99 more than
  doubles or 256 MiB are exceeded. Both sides need two descriptors for each client:
  ulimit -n 32768.`

const { values } = readArguments(usage, {
  options: { clients: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
})
const clients = Number(values.clients)

interface Round {
  /** The good client's 50th and 99th percentile, in milliseconds. */
  readonly idleP50: number
  readonly idleP99: number
  readonly floodedP50: number
  readonly floodedP99: number
  /** Resident, in MiB. */
  readonly memory: number
  readonly open: number
}

const upstream = start('upstream')
const good = start('good')
const attackers = start('attackers', ['nice', '-n', '5'])
const [{ port: upstreamPort }] = await Promise.all([heard<{ port: number }>(upstream), heard(good), heard(attackers)])
const serving = await serve(upstreamPort)
const [port, securePort] = [serving.ingot.port('http'), serving.ingot.port('https')]
await ask(1_000)
const rounds: Round[] = []
for (let number = 0; number < Number(values.rounds); number++) rounds.push(await round())
report()
await serving[Symbol.asyncDispose]()
for (const child of [attackers, good, upstream]) await child.stop()

function start(role: string, before: readonly string[] = []): Child {
  const file = fileURLToPath(import.meta.resolve('./slow-process.ts'))
  const command = [...before, process.execPath, '--conditions=@ingot/source', file, role]
  return startChild(command, { role: 'load', ipc: true })
}

async function heard<T>(child: Child): Promise<T> {
  const [message] = await Promise.race([once(child.process, 'message'), once(child.process, 'exit')])
  if (typeof message !== 'object') throw new Error(child.gone())
  return message as T
}

async function order<T>(child: Child, what: object): Promise<T> {
  child.process.send(what)
  return heard<T>(child)
}

async function serve(web: number): Promise<SecureServing> {
  const shell = `exec ${pinned('proxy', ['"$@"']).join(' ')}`
  return serveSecurely({ 'a.test': { '/': 'web' } }, { web }, ['--no-access-log', '--no-https-redirect'], { shell })
}

async function ask(requests: number): Promise<{ p50: number; p99: number }> {
  const { times } = await order<{ times: number[] }>(good, { do: 'ask', port, requests })
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(requests / 2)]!, p99: times[Math.floor(requests * 0.99)]! }
}

async function round(): Promise<Round> {
  const idle = await ask(1_000)
  await order(attackers, { do: 'flood', port, securePort, clients })
  const flooded = await ask(1_000)
  const memory = (await serving.metric('process_resident_memory_bytes')) / 2 ** 20
  const { open, cut } = await order<{ open: number; cut: object[] }>(attackers, { do: 'stop' })
  const one = { idleP50: idle.p50, idleP99: idle.p99, floodedP50: flooded.p50, floodedP99: flooded.p99, memory, open }
  console.log(JSON.stringify({ ...one, cut }))
  await untilAlone()
  return one
}

/** Resolves when the program has seen its clients leave, or ten seconds are over. */
async function untilAlone(): Promise<void> {
  const end = performance.now() + 10_000
  while ((await serving.metric('ingot_connections')) > 5 && performance.now() < end)
    await new Promise(resolve => setTimeout(resolve, 100))
}

function report(): void {
  const middle = (what: keyof Round) => Number(median(rounds.map(one => one[what])).toFixed(2))
  const [idle, flooded] = [middle('idleP99'), middle('floodedP99')]
  const memory = Math.max(...rounds.map(one => one.memory))
  const figures = { idleP50: middle('idleP50'), floodedP50: middle('floodedP50'), idleP99: idle, floodedP99: flooded }
  const ratio = Number((flooded / idle).toFixed(2))
  console.log(JSON.stringify({ clients, open: middle('open'), ...figures, ratio, memory, placement }, undefined, 2))
  process.exitCode = ratio <= 2 && memory < 256 ? 0 : 1
}
