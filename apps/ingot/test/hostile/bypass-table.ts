import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PathOptions } from '@ingot/core'
import { BYPASS_CASES, TABLES } from '../../../../packages/core/test/bypass-cases.ts'

/** A route of a bypass case: which Service serves which path of which host. */
interface BypassRule {
  readonly host: string
  readonly pathType: string
  readonly path: string
  readonly service: string
}

/** Somebody tries to reach one Service's part through that of another. */
interface BypassCase {
  readonly trick: string
  readonly host: string
  readonly target: string
  /** The Services that may receive the request; 400, 404 and 503 are always right where this is empty. */
  readonly outcome: readonly (string | number)[]
}

/** Cases that share routes and options, and so a program. */
export interface BypassGroup {
  readonly name: string
  readonly rules: readonly BypassRule[]
  readonly options: PathOptions
  readonly cases: readonly BypassCase[]
}

const STATUS: Readonly<Record<string, number>> = {
  'bad-host': 400,
  'bad-path': 400,
  'ambiguous-path': 400,
  'not-found': 404,
}

interface WrittenGroup {
  readonly name: string
  readonly rules: readonly BypassRule[]
  readonly cases: readonly (readonly [trick: string, host: string, target: string, ...outcome: (string | number)[]])[]
}

/** All cases: those of the core, and those of `route-bypasses.json`, by what they need. */
export function bypassGroups(): BypassGroup[] {
  const written = JSON.parse(readFileSync(join(import.meta.dirname, 'route-bypasses.json'), 'utf8')) as WrittenGroup[]
  return [
    ...groupsOfCore(),
    ...written.map(({ name, rules, cases }) => ({
      ...{ name, rules, options: {} },
      cases: cases.map(([trick, host, target, ...outcome]) => ({ trick, host, target, outcome })),
    })),
  ]
}

function groupsOfCore(): BypassGroup[] {
  const groups = Map.groupBy(BYPASS_CASES, ({ routes, options = {} }) => `${routes} ${JSON.stringify(options)}`)
  return [...groups].map(([name, cases]) => {
    const { routes, options = {} } = cases[0]!
    return {
      ...{ name, options },
      rules: TABLES[routes].routes.map(({ host, pathType, path, target }) => {
        return { host: host!, pathType, path, service: target }
      }),
      cases: cases.map(({ trick, host = 'a.test', target, outcome }) => {
        return { trick, host, target, outcome: [STATUS[outcome] ?? outcome] }
      }),
    }
  })
}
