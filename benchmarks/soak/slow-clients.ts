import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type SecureServing, serveSecurely } from '../../apps/ingot/test/e2e/secure-serving.ts'
import { longestTask } from '../scale/longest-task.ts'
import { readArguments, readNames } from '../support/arguments.ts'
import { type Child, startChild } from '../support/child.ts'
import { output } from '../support/commands.ts'
import { pinned, placement } from '../support/cores.ts'
import { median } from '../support/statistics.ts'
import { type SlowKind, slowKinds } from './slow-crowd.ts'

const usage = `pnpm soak:slow [--clients N] [--rounds N] [--kinds KIND,...] [--floods FLOOD,...]
  How long a good client waits, and how much memory the program has, without and with N
  clients that are slow in four ways (head, body, reading, idle) and two floods over
  HTTP/2 (resets, heads: rapid resets, CONTINUATION). Each round measures both, one after
  the other, and says how long the program did nothing but one thing, in time of its CPU.
  The proxy has a core to itself; the upstream, the attackers and the good client are
  processes of their own on another, where the attackers come last, and the others before
  everybody if this user may say so. --kinds and --floods leave some out, and may be empty.
  Ends with 1 if the median of p99 more than doubles or 256 MiB are exceeded, and says
  which. Both sides need two descriptors for each client: ulimit -n 32768.`

const floodNames: Readonly<Record<string, string>> = { resets: 'rapid resets', heads: 'heads that never end' }

const { values } = readArguments(usage, {
  options: {
    clients: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '9' },
    kinds: { type: 'string', default: Object.keys(slowKinds).join() },
    floods: { type: 'string', default: Object.keys(floodNames).join() },
  },
})
const kinds = readNames(usage, values.kinds, Object.keys(slowKinds) as SlowKind[])
const clients = kinds.length === 0 ? 0 : Number(values.clients)
const crowd = {
  clients,
  kinds,
  floods: readNames(usage, values.floods, Object.keys(floodNames)).map(name => floodNames[name]!),
}

interface Round {
  /** The good client's 50th and 99th percentile, in milliseconds. */
  readonly idleP50: number
  readonly idleP99: number
  readonly floodedP50: number
  readonly floodedP99: number
  /** The longest that the program did one thing, in milliseconds of its CPU. */
  readonly idleTask: number
  readonly floodedTask: number
  /** Resident, in MiB. */
  readonly memory: number
  readonly open: number
}

const tasks = await longestTask()
// Who attacks is to be on another machine. A process that wakes up beside one that is busy may wait for the kernel's
// next tick, 4 ms, even if the other is to run only when nobody else does.
const first = await output('chrt', ['--rr', '1', 'true']).then(
  () => ['chrt', '--rr', '1'],
  () => [],
)
const last = ['chrt', '--idle', '0']
const upstream = start('upstream', first)
const good = start('good', first)
const attackers = start('attackers', last)
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
  const waiting = new AbortController()
  const { signal } = waiting
  const events = ['message', 'exit'].map(event => once(child.process, event, { signal }))
  const [message] = await Promise.race(events).finally(() => waiting.abort())
  if (typeof message !== 'object') throw new Error(child.gone())
  return message as T
}

async function order<T>(child: Child, what: object): Promise<T> {
  child.process.send(what)
  return heard<T>(child)
}

async function serve(web: number): Promise<SecureServing> {
  const flags = ['--no-access-log', '--no-https-redirect']
  const binary = fileURLToPath(import.meta.resolve('../../apps/ingot/dist/main.js'))
  const program = [process.execPath, ...tasks.flags, binary]
  const shell = `exec ${pinned('proxy', ['"$@"']).join(' ')}`
  return serveSecurely({ 'a.test': { '/': 'web' } }, { web }, flags, { shell, program, env: tasks.env })
}

async function ask(requests: number): Promise<{ p50: number; p99: number }> {
  const { times } = await order<{ times: number[] }>(good, { do: 'ask', port, requests })
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(requests / 2)]!, p99: times[Math.floor(requests * 0.99)]! }
}

async function round(): Promise<Round> {
  const idle = await measured()
  await order(attackers, { do: 'flood', port, securePort, ...crowd })
  const flooded = await measured()
  const memory = (await serving.ingot.metric('process_resident_memory_bytes')) / 2 ** 20
  const { open, cut } = await order<{ open: number; cut: object[] }>(attackers, { do: 'stop' })
  const one: Round = {
    ...{ idleP50: idle.p50, idleP99: idle.p99, idleTask: idle.task },
    ...{ floodedP50: flooded.p50, floodedP99: flooded.p99, floodedTask: flooded.task, memory, open },
  }
  console.log(JSON.stringify({ ...one, cut }))
  await untilAlone()
  return one
}

async function measured(): Promise<{ p50: number; p99: number; task: number }> {
  await tasks.forget()
  const waits = await ask(1_000)
  return { ...waits, task: await tasks.serving() }
}

/** Resolves when the program has seen its clients leave, or ten seconds are over. */
async function untilAlone(): Promise<void> {
  const end = performance.now() + 10_000
  while ((await serving.ingot.metric('ingot_connections')) > 5 && performance.now() < end)
    await new Promise(resolve => setTimeout(resolve, 100))
}

function report(): void {
  const middle = (what: keyof Round) => Number(median(rounds.map(one => one[what])).toFixed(2))
  const names = ['open', 'idleP50', 'floodedP50', 'idleP99', 'floodedP99', 'idleTask', 'floodedTask'] as const
  const figures = Object.fromEntries(names.map(name => [name, middle(name)]))
  const ratio = Number((middle('floodedP99') / middle('idleP99')).toFixed(2))
  const memory = Number(Math.max(...rounds.map(one => one.memory)).toFixed(1))
  const missed = [
    ...(ratio > 2 ? [`p99 grew ${ratio} times, at most 2 are wanted`] : []),
    ...(memory >= 256 ? [`${memory} MiB were resident, less than 256 are wanted`] : []),
    ...(middle('open') < clients ? [`${middle('open')} of ${clients} slow clients were there at the end`] : []),
  ]
  console.log(JSON.stringify({ ...crowd, ...figures, ratio, memory, placement, missed }, undefined, 2))
  process.exitCode = missed.length === 0 ? 0 : 1
}
