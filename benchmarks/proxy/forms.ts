import { rivals } from './rivals/index.ts'
import type { Rival } from './rivals/rival.ts'
import { type Effort, type Scenario, scenarios } from './scenarios.ts'

/** Who, what and how long: about seven minutes for the short form, twenty-five for the full one. */
export interface Form {
  readonly rivals: readonly Rival[]
  readonly scenarios: readonly Scenario[]
  readonly effort: (scenario: Scenario) => Effort
}

const inShortForm = new Set(['no proxy', 'node:http alone', 'nginx', 'haproxy', 'fast-proxy', 'http-proxy-3'])

/** An open loop needs some seconds to show a stall, and no more than one round to show what a rate costs. */
const openLoop: Effort = { warmUp: 1, rounds: 1, seconds: 3 }

/** The two forms, without `ingot serve`, which takes part in both. */
export const forms: Readonly<Record<'short' | 'full', Form>> = {
  short: {
    rivals: rivals.filter(({ name }) => inShortForm.has(name)),
    scenarios: scenarios.filter(({ short }) => short),
    effort: ({ load }) => (load === 'open' ? openLoop : { warmUp: 1, rounds: 3, seconds: 1 }),
  },
  full: {
    rivals,
    scenarios,
    effort: ({ load, goal }) => {
      if (load === 'open') return openLoop
      return goal === true ? { warmUp: 2, rounds: 4, seconds: 2 } : { warmUp: 1, rounds: 3, seconds: 1 }
    },
  },
}
