import type { MatchResult } from '../match/result.ts'
import type { WorkloadName } from '../match/workloads.ts'
import { type Goal, goal } from './goal.ts'
import { isOurs, matchOf, measuredIn } from './match-figures.ts'

/** What the matcher should reach by strings, compared with rivals that give right answers in the same run. */
export const matchGoals: readonly Goal<MatchResult>[] = [
  timeTo('S', 'find-my-way', [0.45, 0.3]),
  goal(
    'S: time to the best of memoirist, @medley/router and a sorted scan per host',
    'x',
    [0.65, 0.43],
    timeToBest('S', name => ['memoirist', '@medley/router', 'sorted scan per host'].includes(name)),
  ),
  timeTo('M', 'find-my-way', [0.08, 0.053]),
  timeTo('M', 'sorted scan per host', [0.45, 0.3]),
  goal(
    'D: time to the best rival',
    'x',
    [0.3, 0.2],
    timeToBest('D', name => !isOurs(name)),
  ),
  timeTo('L', 'sorted scan per host', [0.27, 0.18]),
  // What is below a hundredth of a byte is the measurement's own.
  goal('bytes allocated for each match, at most', 'bytes', [0.01, 0], ({ workloads }) => {
    const found = workloads.flatMap(({ rivals }) => measuredIn(rivals).filter(([name]) => name === 'ingot'))
    return found.length === 0 ? Number.NaN : Math.max(...found.map(([, { allocated = Number.NaN }]) => allocated))
  }),
  goal('L: compiled form of a rule', 'bytes', [40, 25], result => {
    return matchOf(result, 'L', 'ingot')?.compiledBytesPerRoute ?? Number.NaN
  }),
  goal('L: time to compile a million rules', 's', [1, 0.4], result => {
    return (matchOf(result, 'L', 'ingot')?.buildMs ?? Number.NaN) / 1000
  }),
]

function timeTo(workload: WorkloadName, rival: string, limits: readonly [number, number]): Goal<MatchResult> {
  return goal(
    `${workload}: time to ${rival}`,
    'x',
    limits,
    timeToBest(workload, name => name === rival),
  )
}

function timeToBest(workload: WorkloadName, isMeant: (rival: string) => boolean): Goal<MatchResult>['measure'] {
  return result => {
    const rivals = result.workloads.find(({ name }) => name === workload)?.rivals ?? {}
    const best = measuredIn(rivals).find(([name, { wrong }]) => isMeant(name) && wrong === 0)
    return (matchOf(result, workload, 'ingot')?.ns ?? Number.NaN) / (best?.[1].ns ?? Number.NaN)
  }
}
