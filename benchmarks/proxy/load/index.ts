import type { Scenario } from '../scenarios.ts'
import { h2load } from './h2load.ts'
import type { LoadResult, LoadTarget } from './load.ts'
import { nodeLoad } from './node-load.ts'
import { wrk } from './wrk.ts'

/** How each kind of load is made, for so many seconds. */
export const loads: Readonly<Record<Scenario['load'], (target: LoadTarget, seconds: number) => Promise<LoadResult>>> = {
  wrk,
  h2load,
  open: nodeLoad('open'),
  websocket: nodeLoad('websocket'),
}
