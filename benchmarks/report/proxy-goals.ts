import type { ProxyResult } from '../proxy/result.ts'
import { type Goal, goal } from './goal.ts'
import { measuredOf, ours, perCpu, scenarioOf } from './proxy-figures.ts'

/**
 * What the proxy should reach in one process. Ratios are taken in one run, with nginx as it should be configured; the
 * proxy routes, counts and sets fields.
 */
export const proxyGoals: readonly Goal<ProxyResult>[] = [
  goal(
    'requests for the same CPU time, to nginx: 1 KB, 64 connections',
    'x',
    [0.45, 0.55, 0.7],
    requestsTo('1k-64', 'nginx'),
  ),
  goal('… to fast-proxy', 'x', [1.5, 1.8, 2.2], requestsTo('1k-64', 'fast-proxy')),
  goal('… to http-proxy-3', 'x', [3.5, 4.5, 5.5], requestsTo('1k-64', 'http-proxy-3')),
  goal('… to nginx, 256 connections', 'x', [0.4, 0.5, 0.65], requestsTo('1k-256', 'nginx')),
  goal("CPU time to nginx's: 100 KB response", 'x', [2.2, 1.6, 1.2], cpuTo('100k')),
  goal("CPU time to nginx's: POST of 16 KB", 'x', [2.8, 2, 1.5], cpuTo('post-16k')),
  goal("p99 to nginx's: 1 KB, 64 connections", 'x', [4, 2.5, 1.5], result => {
    const scenario = scenarioOf(result, '1k-64')
    return (measuredOf(scenario, ours)?.p99 ?? Number.NaN) / (measuredOf(scenario, 'nginx')?.p99 ?? Number.NaN)
  }),
  goal('resident memory after 1 KB, 64 connections', 'MB', [150, 110, 80], result => {
    return measuredOf(scenarioOf(result, '1k-64'), ours)?.residentMb ?? Number.NaN
  }),
  goal('more CPU time with 100,000 hosts than with 10', '%', [5, 3, 1], result => {
    const few = measuredOf(scenarioOf(result, 'hosts-10'), ours)
    const many = measuredOf(scenarioOf(result, 'hosts-100000'), ours)
    return (perCpu(few, many) - 1) * 100
  }),
]

function requestsTo(scenario: string, rival: string): Goal<ProxyResult>['measure'] {
  return result => {
    const found = scenarioOf(result, scenario)
    return perCpu(measuredOf(found, ours), measuredOf(found, rival))
  }
}

function cpuTo(scenario: string): Goal<ProxyResult>['measure'] {
  return result => 1 / requestsTo(scenario, 'nginx')(result)
}
