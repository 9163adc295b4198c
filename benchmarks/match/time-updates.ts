import type { Route } from '@ingot/core'
import type { Random } from './random.ts'
import type { Built } from './rivals/rival.ts'
import { quantile } from './timing.ts'

const BUDGET_MS = 300
const MOST = 2_000

/**
 * Microseconds, the median, in which other routes take the place of one random host's. `undefined` if the rival has to
 * build everything again.
 */
export function timeUpdates({ update }: Built, routes: readonly Route<number>[], random: Random): number | undefined {
  if (update === undefined) return undefined
  const byHost = Map.groupBy(routes, ({ host }) => host)
  const hosts = [...byHost.keys()].filter(host => host !== undefined)
  const times: number[] = []
  for (const end = performance.now() + BUDGET_MS; times.length < MOST && performance.now() < end; ) {
    const host = random.pick(hosts)
    const changed = (byHost.get(host) ?? []).map(route => ({ ...route, target: route.target + 1 }))
    const start = process.hrtime.bigint()
    update(host, changed)
    times.push(Number(process.hrtime.bigint() - start) / 1e3)
  }
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  )
}
