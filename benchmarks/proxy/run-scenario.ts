import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { usageOfTree } from '../support/process-tree.ts'
import { keepChanging } from './changes.ts'
import { loads } from './load/index.ts'
import type { LoadTarget } from './load/load.ts'
import { type Outcome, type Round, type ScenarioResult, summariseRounds } from './measurement.ts'
import type { CertificateFiles, Endpoint, Rival, Routing, RunningProxy } from './rivals/rival.ts'
import type { Effort, Scenario } from './scenarios.ts'
import { verify, verifyRefusal } from './verify.ts'

/** What is there before the first proxy. */
export interface Surroundings {
  readonly folder: string
  readonly certificate: CertificateFiles
  readonly http: readonly Endpoint[]
  readonly webSocket: readonly Endpoint[]
}

interface Contender {
  readonly rival: Rival
  readonly proxy: RunningProxy
  readonly target: LoadTarget
  readonly routing: Routing
  readonly rounds: Round[]
}

/** Starts everyone, warms them up, loads them in turns, round after round, and stops them. */
export async function runScenario(
  scenario: Scenario,
  rivals: readonly Rival[],
  around: Surroundings,
  effort: Effort,
): Promise<ScenarioResult> {
  const outcomes: Record<string, Outcome> = {}
  const contenders: Contender[] = []
  const giveUp = async (name: string, reason: string) => {
    outcomes[name] = { skipped: reason }
    console.error(`  ${name}: ${reason}`)
  }
  for (const rival of rivals) {
    const lack = scenario.needs.map(feature => rival.lacks[feature]).find(reason => reason !== undefined)
    if (lack !== undefined) await giveUp(rival.name, lack)
    else await enter(scenario, rival, around, effort).then(one => contenders.push(one), giveUpWith(giveUp, rival))
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (const contender of rotate(contenders, round)) {
      await oneRound(scenario, contender, effort.seconds).then(
        result => contender.rounds.push(result),
        giveUpWith(giveUp, contender.rival),
      )
    }
  }
  for (const { rival, proxy, rounds } of contenders) {
    await proxy.stop()
    if (rounds.length > 0) outcomes[rival.name] = summariseRounds(rounds)
  }
  return { ...scenario, outcomes }
}

function giveUpWith(giveUp: (name: string, reason: string) => Promise<void>, rival: Rival) {
  return (error: unknown) => giveUp(rival.name, (error as Error).message.trim().slice(-300))
}

async function enter(scenario: Scenario, rival: Rival, around: Surroundings, effort: Effort): Promise<Contender> {
  const folder = join(around.folder, `${scenario.name}-${rival.name.replaceAll(/[^a-z0-9]/g, '-')}`)
  await mkdir(folder)
  const routing = {
    hosts: hostsOf(scenario),
    endpoints: scenario.load === 'websocket' ? around.webSocket : around.http.slice(0, scenario.change ? 4 : 1),
  }
  const { front } = scenario
  const proxy = await rival.start({ routing, front, certificate: around.certificate, folder })
  try {
    await verify(scenario, proxy.port, routing.hosts)
    if (proxy.pid > 0) await verifyRefusal(scenario, proxy.port)
    const target = targetOf(scenario, proxy.port, routing, folder)
    await loads[scenario.load](target, effort.warmUp)
    return { rival, proxy, target, routing, rounds: [] }
  } catch (error) {
    const reason = proxy.gone() ?? (error as Error).message
    await proxy.stop()
    throw new Error(reason)
  }
}

/** Over TLS one of them is `localhost`, which is what the load generators can resolve and ask for by SNI. */
export function hostsOf({ front, hosts }: Scenario): string[] {
  const names = Array.from({ length: hosts }, (_, index) => `host-${index}.bench.test`)
  return front === 'http' ? names : ['localhost', ...names.slice(1)]
}

/** What the load generator is told. */
export function targetOf(scenario: Scenario, port: number, { hosts }: Routing, folder: string): LoadTarget {
  const { path, upload = 0, connections, rate = 0, everyHost, front } = scenario
  const asked = everyHost === true ? hosts : hosts.slice(0, 1)
  return { port, path, upload, connections, rate, folder, hosts: asked, secure: front !== 'http' }
}

async function oneRound(
  scenario: Scenario,
  { rival, proxy, target, routing }: Contender,
  seconds: number,
): Promise<Round> {
  const reason = proxy.gone()
  if (reason !== undefined) throw new Error(reason)
  const before = usageOfTree(proxy.pid)
  const stopChanging = keepChanging(proxy, routing, scenario.change)
  const load = await loads[scenario.load](target, seconds).catch(async (error: Error) => {
    await stopChanging().catch(() => {})
    throw new Error(proxy.gone() ?? error.message)
  })
  const after = usageOfTree(proxy.pid)
  const changes = await stopChanging()
  const round = {
    ...load,
    ...changes,
    user: after.user - before.user,
    system: after.system - before.system,
    resident: after.resident,
  }
  console.error(`  ${describeRound(rival.name, round)}`)
  return round
}

function describeRound(name: string, round: Round): string {
  const cpu = ((round.user + round.system) / round.completed) * 1e6
  const rate = Math.round(round.completed / round.duration)
  const errors = round.errors > 0 ? `, ${round.errors} errors` : ''
  return `${name.padEnd(20)} ${String(rate).padStart(7)}/s  ${cpu.toFixed(1).padStart(6)} us  p99 ${round.p99.toFixed(1)} ms${errors}`
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
