import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Profiler } from 'node:inspector'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeCertificate } from '../proxy/certificate.ts'
import { loads } from '../proxy/load/index.ts'
import { ingotProcess } from '../proxy/rivals/ingot.ts'
import { hostsOf, targetOf } from '../proxy/run-scenario.ts'
import type { Scenario } from '../proxy/scenarios.ts'
import { startNginxUpstream } from '../proxy/upstreams/nginx-upstream.ts'
import { startWebSocketUpstream } from '../proxy/upstreams/start-websocket-upstream.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Records a CPU profile of `ingot serve` under the load of a scenario, after a warm-up. Seconds. */
export async function recordProfile(tree: string, scenario: Scenario, seconds: number): Promise<Profiler.Profile> {
  const folder = await temporaryFolder('profile')
  const certificate = await makeCertificate(folder)
  const upstream = await (scenario.load === 'websocket' ? startWebSocketUpstream() : startNginxUpstream())
  const routing = { hosts: hostsOf(scenario), endpoints: upstream.endpoints.slice(0, 1) }
  const recorder = fileURLToPath(new URL('recorder.ts', import.meta.url))
  const setup = { routing, front: scenario.front, certificate, folder }
  const proxy = await ingotProcess(tree, setup, ['--import', recorder])
  const target = targetOf(scenario, proxy.port, routing, folder)
  await loads[scenario.load](target, 3)
  proxy.process.send('start')
  await once(proxy.process, 'message')
  await loads[scenario.load](target, seconds)
  proxy.process.send('stop')
  const [profile] = (await once(proxy.process, 'message')) as [Profiler.Profile]
  await proxy.stop()
  await upstream.stop()
  return profile
}

/** Keeps a profile where Chrome's DevTools and speedscope can open it. */
export async function keepProfile(profile: Profiler.Profile, folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.cpuprofile`)
  await writeFile(file, JSON.stringify(profile))
  return file
}
