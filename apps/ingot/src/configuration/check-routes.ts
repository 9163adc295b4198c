import { readFileSync } from 'node:fs'
import { compileRouteOptions } from '@ingot/proxy'
import type { ConfiguredRouteOptions } from './route-options.schema.ts'
import { toRouteOptions } from './route-policies.ts'
import type { Configuration } from './schema.ts'

/** What is wrong with a field of a configuration that has the right form. */
export interface FieldProblem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** What the proxy would refuse: fields that are none, paths that are not normal, files that cannot be read. */
export function checkRoutes({ routes, upstreams, overrides }: Configuration): FieldProblem[] {
  return [
    ...checkOptions(routes, ['routes']),
    ...checkAuthorities(upstreams.tls?.caFile, ['upstreams']),
    ...overrides.flatMap((override, index) => [
      ...checkOptions(override.routes ?? {}, ['overrides', index, 'routes']),
      ...checkAuthorities(override.upstreams?.tls?.caFile, ['overrides', index, 'upstreams']),
    ]),
  ]
}

function checkAuthorities(file: string | undefined, path: readonly PropertyKey[]): FieldProblem[] {
  if (file === undefined) return []
  try {
    readFileSync(file)
    return []
  } catch (error) {
    return [{ path: [...path, 'tls', 'caFile'], message: (error as Error).message }]
  }
}

/** One field after the other, so that the problem can be placed. */
function checkOptions(options: ConfiguredRouteOptions, path: readonly PropertyKey[]): FieldProblem[] {
  return Object.entries(options).flatMap(([name, value]) => {
    try {
      compileRouteOptions(toRouteOptions({ [name]: value }))
      return []
    } catch (error) {
      return [{ path: [...path, name], message: (error as Error).message }]
    }
  })
}
