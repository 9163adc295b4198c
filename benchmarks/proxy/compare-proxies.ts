import { loadavg } from 'node:os'
import { placement } from '../support/cores.ts'
import { ensureTool } from '../support/debian-package.ts'
import { provenance } from '../support/machine.ts'
import { root } from '../support/results.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { makeCertificate } from './certificate.ts'
import type { KeptScenario, ProxyResult } from './result.ts'
import type { Rival } from './rivals/rival.ts'
import { runScenario, type Surroundings } from './run-scenario.ts'
import type { Effort, Scenario } from './scenarios.ts'
import { startNginxUpstream } from './upstreams/nginx-upstream.ts'
import { startWebSocketUpstream } from './upstreams/start-websocket-upstream.ts'

/** What to measure. */
export interface Comparison {
  readonly form: 'short' | 'full'
  readonly rivals: readonly Rival[]
  readonly scenarios: readonly Scenario[]
  readonly effort: (scenario: Scenario) => Effort
  /** What to type to measure again. */
  readonly command: string
}

/**
 * Measures all scenarios; `undefined`, with the reason on standard error, where nothing can be measured. `keep` gets what
 * was found so far after each.
 */
export async function compareProxies(
  comparison: Comparison,
  keep: (found: ProxyResult) => Promise<void> = async () => {},
): Promise<ProxyResult | undefined> {
  const { form, effort, command, scenarios } = comparison
  const from = await provenance(root, command, loadavg()[0] ?? 0)
  const reason = await whyImpossible()
  if (reason !== undefined) return void console.error(`proxies are not compared: ${reason}`)
  const { present, versions, missing } = await prepare(comparison.rivals)
  const surroundings = await surround()
  const measured: KeptScenario[] = []
  const found = { placement, versions, missing, scenarios: measured }
  for (const scenario of scenarios) {
    console.error(`${scenario.name}: ${scenario.title}`)
    const run = { form, effort: effort(scenario), provenance: from }
    measured.push({ ...(await runScenario(scenario, present, surroundings, run.effort)), run })
    await keep(found)
  }
  return found
}

/** Why nothing can be measured here. CPU time is read from `/proc`; upstream and load generators are what Debian has. */
export async function whyImpossible(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it takes Linux'
  for (const [command, debianPackage, flag] of [
    ['nginx', 'nginx', '-v'],
    ['wrk', 'wrk', '-v'],
    ['h2load', 'nghttp2-client', '--version'],
    ['openssl', 'openssl', 'version'],
  ] as const) {
    const tool = await ensureTool(command, debianPackage, flag)
    if ('missing' in tool) return tool.missing
  }
  return undefined
}

async function prepare(rivals: readonly Rival[]) {
  const versions: Record<string, string> = {}
  const missing: Record<string, string> = {}
  for (const { name, prepare } of rivals) {
    const found = await prepare()
    if ('missing' in found) missing[name] = found.missing
    else versions[name] = found.version
  }
  for (const [name, reason] of Object.entries(missing)) console.error(`without ${name}: ${reason}`)
  return { versions, missing, present: rivals.filter(({ name }) => !(name in missing)) }
}

async function surround(): Promise<Surroundings> {
  const folder = await temporaryFolder('proxies')
  const certificate = await makeCertificate(folder)
  const { endpoints: http } = await startNginxUpstream()
  const { endpoints: webSocket } = await startWebSocketUpstream()
  return { folder, certificate, http, webSocket }
}
