import type { Measured } from '../proxy/measurement.ts'
import type { KeptScenario, ProxyResult, ProxyRun } from '../proxy/result.ts'
import { goalTable } from './goal.ts'
import { describeOtherRun, describeProvenance } from './provenance-text.ts'
import { drawProxyCharts } from './proxy-charts.ts'
import { bestNpm, inOrder, measuredOf, originOf, ours, perCpu } from './proxy-figures.ts'
import { proxyGoals } from './proxy-goals.ts'
import { newestRun } from './runs.ts'
import { number, table, time } from './table.ts'

/** The part of the page about proxies. */
export async function proxySection(result: ProxyResult): Promise<string> {
  const charts = await drawProxyCharts(result)
  const newest = newestRun(result.scenarios)
  return `## Proxies

${describeRun(newest)} ${capitalise(result.placement)}. Rounds spread by 10 to 25 %: what differs by less than 15 % is a tie.

**CPU** is user and system time of the proxy's whole process tree for each completed request, and the figure to trust: requests/s also depend on the load generator, which shares a core with the upstream. **To nginx** and **to best npm** say how many requests a proxy serves for the CPU time in which that one serves one: more is better. Percentiles are milliseconds. Errors are lost connections, timeouts and wrong statuses over all rounds.

### The goals

${goalTable('Ingot, one process', proxyGoals, result)}

### At a glance

${charts.join('\n\n')}

### Every scenario

${result.scenarios.map(scenario => scenarioText(scenario, newest)).join('\n\n')}

### Who took part

${table(
  ['proxy', 'version'],
  Object.entries(result.versions)
    .filter(([name]) => name !== 'no proxy')
    .map(([name, version]) => [name, `\`${version}\``]),
)}
${Object.entries(result.missing)
  .map(([name, reason]) => `\nWithout ${name}: ${reason}.`)
  .join('')}`
}

function describeRun(run: ProxyRun | undefined): string {
  if (run === undefined) return 'Not measured.'
  const form = run.form === 'short' ? 'Short form' : 'Full form'
  return `${describeProvenance(run.provenance)} ${form}: everyone in turn, round after round; medians.`
}

function scenarioText(scenario: KeptScenario, newest: ProxyRun | undefined): string {
  const nginx = measuredOf(scenario, 'nginx')
  const npm = bestNpm(scenario)?.[1]
  const changing = scenario.change !== undefined
  const rows = inOrder(scenario)
    .sort(([a], [b]) => Number(originOf(b) === 'none') - Number(originOf(a) === 'none'))
    .map(([name, measured]) => rowOf(name, measured, nginx, npm, changing))
  const headings = [
    '',
    'requests/s',
    'CPU µs (user)',
    'to nginx',
    'to best npm',
    'p50',
    'p90',
    'p99',
    'p99.9',
    'MB',
    'errors',
  ]
  const skipped = Object.entries(scenario.outcomes).flatMap(([name, outcome]) =>
    'skipped' in outcome && originOf(name) !== 'none' ? [`${name}: ${firstLine(outcome.skipped)}`] : [],
  )
  const left = skipped.length === 0 ? '' : `\n\nNot measured: ${skipped.join('; ')}.`
  const { rounds, seconds } = scenario.run.effort
  const effort = `${rounds} round${rounds === 1 ? '' : 's'} of ${seconds} s.`
  return `#### ${capitalise(scenario.title)}\n\n${effort}${describeOtherRun(scenario.run, newest)}\n\n${table(changing ? [...headings, 'live after'] : headings, rows)}${left}`
}

function rowOf(name: string, measured: Measured, nginx?: Measured, npm?: Measured, changing = false): string[] {
  const { requestsPerSecond, cpu, cpuUser, p50, p90, p99, p999, residentMb, errors, changeMs } = measured
  const isProcess = cpu > 0
  const row = [
    name === ours ? `**${name}**` : name,
    number(requestsPerSecond),
    isProcess ? `${number(cpu)} (${number(cpuUser)})` : '–',
    isProcess ? ratio(perCpu(measured, nginx)) : '–',
    isProcess ? ratio(perCpu(measured, npm)) : '–',
    ...[p50, p90, p99, p999].map(number),
    isProcess ? number(residentMb) : '–',
    errors === 0 ? '0' : `**${number(errors)}**`,
  ]
  return changing ? [...row, time(changeMs)] : row
}

function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

function firstLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').replace(/\.$/, '')
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
