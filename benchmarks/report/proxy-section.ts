import type { Measured, ScenarioResult } from '../proxy/measurement.ts'
import type { ProxyResult } from '../proxy/result.ts'
import { goals, reached } from './goals.ts'
import { describeProvenance } from './provenance-text.ts'
import { drawProxyCharts } from './proxy-charts.ts'
import { bestNpm, inOrder, measuredOf, originOf, ours, perCpu } from './proxy-figures.ts'
import { number, table, time, times } from './table.ts'

/** The part of the page about proxies. */
export async function proxySection(result: ProxyResult): Promise<string> {
  const charts = await drawProxyCharts(result)
  return `## Proxies

${describeProvenance(result.provenance)} ${result.form === 'short' ? 'Short form' : 'Full form'}: ${result.effort.rounds} rounds of ${result.effort.seconds} s each, everyone in turn; medians. ${capitalise(result.placement)}. Rounds spread by 10 to 25 %: what differs by less than 15 % is a tie.

**CPU** is user and system time of the proxy's whole process tree for each completed request, and the figure to trust: requests/s also depend on the load generator, which shares a core with the upstream. **To nginx** and **to best npm** say how many requests a proxy serves for the CPU time in which that one serves one: more is better. Percentiles are milliseconds. Errors are lost connections, timeouts and wrong statuses over all rounds.

### The goals

${goalTable(result)}

### At a glance

${charts.join('\n\n')}

### Every scenario

${result.scenarios.map(scenarioText).join('\n\n')}

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

function goalTable(result: ProxyResult): string {
  const rows = goals.map(goal => {
    const value = goal.measure(result)
    const show = (figure: number) => (goal.unit === 'x' ? times(figure) : `${number(figure)} ${goal.unit}`)
    const measured = Number.isFinite(value) ? `**${show(value)}**` : '–'
    return [goal.title, measured, show(goal.atLeast), show(goal.aim), show(goal.hope), reached(goal, value)]
  })
  return table(['Ingot, one process', 'measured', 'at least', 'aim', 'hope', 'reached'], rows)
}

function scenarioText(scenario: ScenarioResult): string {
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
  return `#### ${capitalise(scenario.title)}\n\n${table(changing ? [...headings, 'live after'] : headings, rows)}${left}`
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
