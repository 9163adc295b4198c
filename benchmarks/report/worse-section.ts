import type { Measured, ScenarioResult } from '../proxy/measurement.ts'
import type { ProxyResult } from '../proxy/result.ts'
import { inOrder, measuredOf, originOf, ours } from './proxy-figures.ts'
import { number, table } from './table.ts'

/** Differences below this are ties. */
const tie = 0.15

const metrics: readonly { readonly title: string; readonly of: (measured: Measured) => number }[] = [
  { title: 'CPU for each request', of: ({ cpu }) => cpu },
  { title: 'p50', of: ({ p50 }) => p50 },
  { title: 'p99', of: ({ p99 }) => p99 },
  { title: 'memory', of: ({ residentMb }) => residentMb },
  { title: 'errors', of: ({ errors }) => errors },
]

/** Everything in which somebody beats Ingot, from the figures themselves, so that nothing is left out. */
export function worseSection({ scenarios }: ProxyResult): string {
  const rows = scenarios.map(scenario => {
    const mine = measuredOf(scenario, ours)
    if (mine === undefined) return [scenario.title, 'not served', ...metrics.slice(1).map(() => '')]
    return [scenario.title, ...metrics.map(({ of }) => betterThan(scenario, of, of(mine)))]
  })
  return `## What Ingot is worse at

Whoever does better by more than ${tie * 100} %, in every scenario that was run; an empty cell means nobody. CPU in microseconds for each request, latencies in milliseconds, memory in MB.

${table(['scenario', ...metrics.map(({ title }) => title)], rows)}

Beyond these figures: nginx, haproxy and caddy have a far longer record in production; newer versions speak HTTP/3 to clients, nginx and caddy serve files, nginx caches. Ingot does none of this.`
}

/** `40.6; nginx 17.7, haproxy 18.3`. */
function betterThan(scenario: ScenarioResult, of: (measured: Measured) => number, mine: number): string {
  const better = inOrder(scenario)
    .filter(([name, measured]) => isRival(name) && of(measured) < mine * (1 - tie))
    .sort(([, a], [, b]) => of(a) - of(b))
    .map(([name, measured]) => `${name} ${number(of(measured))}`)
  return better.length === 0 ? '' : `**${number(mine)}**; ${better.join(', ')}`
}

function isRival(name: string): boolean {
  return originOf(name) === 'debian' || originOf(name) === 'npm'
}
