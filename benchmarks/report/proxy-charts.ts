import type { TopLevelSpec } from 'vega-lite'
import type { ScenarioResult } from '../proxy/measurement.ts'
import type { ProxyResult } from '../proxy/result.ts'
import { colours, drawChart } from './chart.ts'
import { drawLines, type LinePoint } from './line-chart.ts'
import { bestNpm, inOrder, measuredOf, originOf, ours, perCpu, scenarioOf } from './proxy-figures.ts'

const byOrigin = {
  field: 'origin',
  type: 'nominal',
  title: 'from',
  scale: { domain: ['ingot', 'debian', 'npm'], range: [colours.ingot, colours.debian, colours.npm] },
} as const

/** Draws whatever the scenarios that were run allow; returns the Markdown of each chart. */
export async function drawProxyCharts(result: ProxyResult): Promise<string[]> {
  const charts: Promise<string>[] = []
  const basic = scenarioOf(result, '1k-64')
  if (basic !== undefined) charts.push(cpuChart(basic))
  charts.push(ratioChart(result))
  const byConnections = result.scenarios.filter(({ name }) => /^1k-\d+$/.test(name))
  if (byConnections.length > 1) charts.push(connectionsChart(byConnections))
  const open = result.scenarios.filter(({ load }) => load === 'open')
  if (open.length > 1) charts.push(openLoopChart(open))
  if (basic !== undefined) charts.push(memoryChart(basic))
  return Promise.all(charts)
}

function cpuChart(scenario: ScenarioResult): Promise<string> {
  const proxies = inOrder(scenario).filter(([name]) => originOf(name) !== 'none')
  const values = proxies.flatMap(([name, { cpu, cpuUser }]) => [
    { name, origin: originOf(name), part: 'user', order: 0, us: cpuUser },
    { name, origin: originOf(name), part: 'kernel', order: 1, us: cpu - cpuUser },
  ])
  const totals = proxies.map(([name, { cpu }]) => ({ name, us: cpu, label: cpu.toFixed(1) }))
  const names = proxies.map(([name]) => name)
  return drawChart('cpu-per-request', 'CPU time for each request', {
    title: {
      text: 'CPU time for each request',
      subtitle: `${scenario.title}; dark: in user mode, light: in the kernel; shorter is better`,
    },
    width: 560,
    height: { step: 26 },
    layer: [
      {
        data: { values },
        mark: 'bar',
        encoding: {
          y: { field: 'name', type: 'nominal', sort: names, title: null },
          x: { field: 'us', type: 'quantitative', stack: 'zero', title: 'microseconds' },
          color: byOrigin,
          opacity: { condition: { test: "datum.part === 'user'", value: 1 }, value: 0.45 },
          order: { field: 'order', type: 'quantitative' },
        },
      },
      {
        data: { values: totals },
        mark: { type: 'text', align: 'left', dx: 5 },
        encoding: {
          y: { field: 'name', type: 'nominal', sort: names },
          x: { field: 'us', type: 'quantitative' },
          text: { field: 'label' },
        },
      },
    ],
  } as TopLevelSpec)
}

function ratioChart({ scenarios }: ProxyResult): Promise<string> {
  const closed = scenarios.filter(({ load }) => load !== 'open')
  const values = closed.flatMap(scenario => {
    const nginx = measuredOf(scenario, 'nginx')
    const npm = bestNpm(scenario)
    const shown: [string, string | undefined][] = [
      ['ingot', ours],
      ['best npm proxy', npm?.[0]],
      ['haproxy', 'haproxy'],
      ['caddy', 'caddy'],
    ]
    return shown.flatMap(([who, name]) => {
      const ratio = perCpu(name === undefined ? undefined : measuredOf(scenario, name), nginx)
      return Number.isFinite(ratio) ? [{ scenario: scenario.title, who, ratio }] : []
    })
  })
  return drawChart('to-nginx', 'Requests for the same CPU time, compared with nginx', {
    title: { text: 'Requests for the same CPU time', subtitle: 'nginx = 1; further right is better' },
    width: 520,
    height: { step: 26 },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', color: '#555', strokeDash: [4, 3] },
        encoding: { x: { datum: 1 } },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 110, opacity: 0.9 },
        encoding: {
          y: { field: 'scenario', type: 'nominal', sort: null, title: null, axis: { grid: true } },
          x: { field: 'ratio', type: 'quantitative', title: 'to nginx', scale: { zero: true } },
          color: whoColour,
          shape: { field: 'who', type: 'nominal', title: null, scale: { domain: whoDomain } },
        },
      },
    ],
  } as TopLevelSpec)
}

const whoDomain = ['ingot', 'best npm proxy', 'haproxy', 'caddy']
const whoColour = {
  field: 'who',
  type: 'nominal',
  title: null,
  scale: { domain: whoDomain, range: [colours.ingot, colours.npm, colours.debian, '#2b8a3e'] },
} as const

function linesOf(
  scenarios: readonly ScenarioResult[],
  x: (scenario: ScenarioResult) => number,
  y: 'requestsPerSecond' | 'p99',
): LinePoint[] {
  return scenarios.flatMap(scenario =>
    inOrder(scenario).flatMap(([name, measured]) =>
      originOf(name) === 'none' ? [] : [{ name, x: x(scenario), y: measured[y] }],
    ),
  )
}

function connectionsChart(scenarios: readonly ScenarioResult[]): Promise<string> {
  const frame = {
    title: 'Requests a second by number of connections',
    subtitle: '1 KB, closed loop, one core for the proxy; higher is better',
    x: { title: 'connections', format: ',' },
    y: { title: 'requests/s', scale: { zero: true } },
  }
  return drawLines(
    'connections',
    frame,
    linesOf(scenarios, ({ connections }) => connections, 'requestsPerSecond'),
  )
}

function openLoopChart(scenarios: readonly ScenarioResult[]): Promise<string> {
  const frame = {
    title: 'p99 latency at fixed rates',
    subtitle: 'from the moment at which a request was due; both axes logarithmic; lower is better',
    x: { title: 'requests a second, sent come what may', format: ',' },
    y: { title: 'p99, ms', scale: { type: 'log' } },
  }
  return drawLines(
    'open-loop',
    frame,
    linesOf(scenarios, ({ rate = 0 }) => rate, 'p99'),
  )
}

function memoryChart(scenario: ScenarioResult): Promise<string> {
  const values = inOrder(scenario)
    .filter(([name]) => originOf(name) !== 'none')
    .map(([name, { residentMb }]) => ({ name, origin: originOf(name), mb: residentMb, label: residentMb.toFixed(0) }))
    .sort((a, b) => a.mb - b.mb)
  const y = { field: 'name', type: 'nominal', sort: values.map(({ name }) => name), title: null }
  const x = { field: 'mb', type: 'quantitative', title: 'MB resident, all processes' }
  return drawChart('memory', 'Memory of each proxy', {
    title: { text: 'Memory', subtitle: `after ${scenario.title}; shorter is better` },
    width: 560,
    height: { step: 26 },
    data: { values },
    layer: [
      { mark: 'bar', encoding: { y, x, color: byOrigin } },
      { mark: { type: 'text', align: 'left', dx: 5 }, encoding: { y, x, text: { field: 'label' } } },
    ],
  } as TopLevelSpec)
}
