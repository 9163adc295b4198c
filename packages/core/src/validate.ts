import type { Changes } from './compiled/changes.ts'
import { parseHostPattern } from './request/host.ts'
import { normalisePath } from './request/path.ts'
import type { Route, RouteTable } from './route-table.ts'

/** The list of a route table, or of changes to one, that has an offending entry. */
export type RouteTableList = 'routes' | 'hosts' | 'remove'

/** The field of a route table that breaks its contract. */
export type RouteTableField = 'host' | 'path' | 'pathType' | 'fallback'

/** A route table that nobody should have built: a bug in the code that made it, not in what a user wrote. */
export class RouteTableError extends Error {
  override readonly name = 'RouteTableError'
  /** Which list of the table, and the position in it. */
  readonly list: RouteTableList
  readonly index: number
  readonly field: RouteTableField

  constructor(list: RouteTableList, index: number, field: RouteTableField, problem: string) {
    super(`${list}[${index}].${field} ${problem}`)
    this.list = list
    this.index = index
    this.field = field
  }
}

/**
 * Checks what every matcher takes for granted: hosts are patterns of semantics 2.1, paths are normalised (8), a
 * fallback covers every path of its host.
 *
 * @throws RouteTableError that names the first offending entry and its field.
 */
export function validateRouteTable<T>(table: RouteTable<T>): void {
  const validHosts = new Set<string | undefined>([undefined])
  const checkHost = (list: 'routes' | 'hosts', index: number, host: string | undefined) => {
    if (validHosts.has(host)) return
    const problem = hostProblem(host)
    if (problem !== undefined) throw new RouteTableError(list, index, 'host', problem)
    validHosts.add(host)
  }
  let previous: string | undefined
  table.routes.forEach((route, index) => {
    // The routes of a host mostly follow one another.
    if (route.host !== previous) checkHost('routes', index, route.host)
    previous = route.host
    checkPath(route, index)
  })
  table.hosts?.forEach((host, index) => {
    checkHost('hosts', index, host)
  })
}

/** @throws RouteTableError as for a table; a host to be removed has to be a pattern, too. */
export function validateChanges(changes: Changes<unknown>): void {
  validateRouteTable({ routes: [], ...changes.upsert })
  const problem = changes.remove?.map(hostProblem).findIndex(problem => problem !== undefined) ?? -1
  if (problem >= 0) throw new RouteTableError('remove', problem, 'host', hostProblem(changes.remove![problem])!)
}

function hostProblem(host: string | undefined): string | undefined {
  return host === '' || parseHostPattern(host) === undefined
    ? `is not a host pattern: ${JSON.stringify(host)}`
    : undefined
}

function checkPath({ path, pathType, fallback }: Route<unknown>, index: number): void {
  const refuse = (field: RouteTableField, problem: string, value: unknown): never => {
    throw new RouteTableError('routes', index, field, `${problem}: ${JSON.stringify(value)}`)
  }
  if (pathType !== 'Exact' && pathType !== 'Prefix') refuse('pathType', 'is neither Exact nor Prefix', pathType)
  if (!path.startsWith('/')) refuse('path', 'does not begin with a slash', path)
  if (normalisePath(path) !== path) refuse('path', 'is not normalised', path)
  if (fallback && (path !== '/' || pathType !== 'Prefix')) {
    refuse('fallback', 'is only for type Prefix and path "/", not', path)
  }
}
