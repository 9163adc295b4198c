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
]

/** Everything in which somebody beats Ingot, from the figures themselves, so that nothing is left out. */
export function worseSection({ scenarios }: ProxyResult): string {
  const rows = scenarios.flatMap(scenario => {
    const mine = measuredOf(scenario, ours)
    if (mine === undefined) return [[scenario.title, 'not served at all', '', '']]
    const worse = metrics.flatMap(({ title, of }) => betterThan(scenario, of, of(mine), title))
    const errors = mine.errors > 0 ? [[scenario.title, 'errors', number(mine.errors), 'should be 0']] : []
    return [...worse, ...errors]
  })
  return `## What Ingot is worse at

Whatever another proxy does better by more than ${tie * 100} %, in every scenario that was run. Not in the table: nginx, haproxy and caddy use every core with threads or workers of one configuration, speak HTTP/3 (in newer versions), cache, and have a far longer record in production.

${table(['scenario', 'figure', 'Ingot', 'better'], rows)}`
}

function betterThan(
  scenario: ScenarioResult,
  of: (measured: Measured) => number,
  mine: number,
  title: string,
): string[][] {
  const better = inOrder(scenario)
    .filter(([name, measured]) => isRival(name) && of(measured) < mine * (1 - tie))
    .sort(([, a], [, b]) => of(a) - of(b))
    .map(([name, measured]) => `${name} ${number(of(measured))}`)
  return better.length === 0 ? [] : [[scenario.title, title, number(mine), better.join(', ')]]
}

function isRival(name: string): boolean {
  return originOf(name) === 'debian' || originOf(name) === 'npm'
}
