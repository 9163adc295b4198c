import { rivals } from './rivals/index.ts'
import type { Rival } from './rivals/rival.ts'
import type { Effort } from './run-scenario.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** Who, what and how long: ten minutes for the short form, an hour and a half for the full one. */
export interface Form {
  readonly rivals: readonly Rival[]
  readonly scenarios: readonly Scenario[]
  readonly effort: Effort
}

const inShortForm = new Set(['no proxy', 'node:http alone', 'nginx', 'haproxy', 'fast-proxy', 'http-proxy-3'])

/** The two forms, without `ingot serve`, which takes part in both. */
export const forms: Readonly<Record<'short' | 'full', Form>> = {
  short: {
    rivals: rivals.filter(({ name }) => inShortForm.has(name)),
    scenarios: scenarios.filter(({ short }) => short),
    effort: { warmUp: 2, rounds: 3, seconds: 2 },
  },
  full: { rivals, scenarios, effort: { warmUp: 5, rounds: 5, seconds: 3 } },
}
