import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Routing, RunningProxy } from './rivals/rival.ts'
import type { Scenario } from './scenarios.ts'

const every = 100

/** How often the routing changed, and how many milliseconds the last change took until it was live. */
export interface Changes {
  readonly changes: number
  readonly changeMs: number
}

/**
 * Changes a proxy's routing every 100 ms until it is told to stop; then waits until a last one is live, and puts the
 * first one back. Rejects if that takes more than 10 s: what never goes live costs nothing.
 */
export function keepChanging(
  proxy: RunningProxy,
  routing: Routing,
  change: Scenario['change'],
): () => Promise<Changes> {
  if (change === undefined) return async () => ({ changes: 0, changeMs: 0 })
  let isOver = false
  let count = 0
  const loop = (async () => {
    for (let due = performance.now() + every; !isOver; due += every) {
      await sleep(Math.max(0, due - performance.now()))
      await proxy.change?.(next(routing, change, ++count))
    }
  })()
  loop.catch(() => {}) // It is awaited below.
  return async () => {
    isOver = true
    await loop
    const changeMs = await untilLive(proxy, next(routing, 'configuration', ++count))
    await proxy.change?.(routing)
    return { changes: count, changeMs }
  }
}

async function untilLive(proxy: RunningProxy, routing: Routing): Promise<number> {
  const began = performance.now()
  await proxy.change?.(routing)
  while (!(await answers(proxy.port, routing.hosts.at(-1) as string))) {
    if (performance.now() > began + 10_000) throw new Error('a change was not live after 10 s')
    await sleep(5)
  }
  return performance.now() - began
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const options = { host: '127.0.0.1', port, path: '/1k', headers: { host, connection: 'close' } }
    const sent = request(options, response => resolve(response.resume().statusCode === 200))
    sent.on('error', () => resolve(false)).end()
  })
}

/** A host comes and the one before it goes; or another two of the endpoints are there. */
function next(routing: Routing, change: Scenario['change'], count: number): Routing {
  if (change === 'configuration') return { ...routing, hosts: [...routing.hosts, `generation-${count}.bench.test`] }
  const { endpoints } = routing
  const shifted = endpoints.map((_, index) => endpoints[(index + count) % endpoints.length]).slice(0, 2)
  return { ...routing, endpoints: shifted as Routing['endpoints'] }
}
